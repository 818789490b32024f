"""Where somebody is signed in: seen and ended by oneself, and by who stands above (safety.md §1)."""

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from foundation.accounts import actions, devices
from foundation.core.errors import Refused
from tests import door

PHONE = (
    "Mozilla/5.0 (Linux; Android 14; SM-A145R) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Mobile Safari/537.36"
)
WATCHERS = ("manager", "data_officer", "administrator")


# --- one's own sessions


def test_everybody_sees_where_they_are_signed_in_and_ends_it(volunteer):
    here, there = door.signed_in(volunteer), Client(headers={"User-Agent": PHONE})
    door.password(there, volunteer)
    page = here.get("/sessions/").content.decode()
    assert "Chrome on Android" in page
    assert "Last used on" in page
    assert page.count("Sign out there") == 1, "not the one that is open here"
    row = UserSession.objects.get(session_key=there.session.session_key)
    assert here.post(f"/sessions/{row.pk}/end/").status_code == 302
    assert there.get("/").status_code == 302
    assert here.get("/").status_code == 200
    assert "You are signed in nowhere else" in here.get("/sessions/").content.decode()


def test_everywhere_else_is_everywhere_but_here(volunteer, caseworker):
    here, others, stranger = (
        door.signed_in(volunteer),
        [door.signed_in(volunteer) for _n in range(3)],
        door.signed_in(caseworker),
    )
    answer = here.post("/sessions/end-others/", follow=True)
    assert "Signed out in 3 other places." in answer.content.decode()
    assert [client.get("/").status_code for client in (here, *others, stranger)] == [200, 302, 302, 302, 200]


def test_nobody_ends_a_session_of_another_and_hidden_is_absent(volunteer, caseworker):
    mine, theirs = door.signed_in(volunteer), door.signed_in(caseworker)
    row = UserSession.objects.get(user=caseworker)
    hidden, absent = (mine.post(f"/sessions/{pk}/end/") for pk in (row.pk, 10**9))
    assert (hidden.status_code, absent.status_code) == (404, 404)
    assert theirs.get("/").status_code == 200
    own = UserSession.objects.get(user=volunteer)
    assert mine.post(f"/sessions/{own.pk}/end/").status_code == 404, "for this one there is signing out"
    with pytest.raises(Refused):
        actions.end_session(row, by=volunteer)


def test_a_session_that_ran_out_is_not_listed(volunteer):
    here, there = door.signed_in(volunteer), door.signed_in(volunteer)
    Session.objects.filter(session_key=there.session.session_key).update(
        expire_date=timezone.now() - timedelta(hours=1)
    )
    assert [place.is_current for place in devices.places(volunteer, here.session.session_key)] == [True]


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (PHONE, "Chrome on Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Mobile Safari/604.1", "Safari on iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537 Chrome/126 Safari/537 Edg/126", "Edge on Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "Firefox on Linux"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)", "Mac"),
        ("<script>", "A browser that does not say which"),
        ("", "A browser that does not say which"),
    ],
)  # fmt: skip
def test_a_device_is_said_in_words(agent, words):
    assert devices.device_of(agent) == words


# --- others' sessions


@pytest.mark.parametrize("who", WATCHERS)
def test_a_lost_phone_is_signed_out_by_who_stands_above(who, house, volunteer, browse):
    phone = door.signed_in(volunteer)
    client = door.confirm(browse(house.people[who]))
    page = client.get(f"/people/{volunteer.pk}/")
    assert "Signed in in 1 place." in page.content.decode()
    assert client.post(f"/people/{volunteer.pk}/end-sessions/").status_code == 302
    assert phone.get("/").status_code == 302
    assert door.signed_in(volunteer).get("/").status_code == 200, "the person can sign in again"
