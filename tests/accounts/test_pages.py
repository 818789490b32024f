"""Own seats, being away, appointments that need a second person, and the administrator's site."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib import admin
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from foundation.accounts import actions
from foundation.accounts.models import Appointment, Role, User
from foundation.core.acting import acting
from foundation.dossiers.models import Clock
from tests import door
from tests.cases import walk


@pytest.fixture
def mine(focal_point):
    return focal_point.appointments.get()


def proposed(house, by, role="caseworker", unit="harbour", user=None):
    seat = actions.seat_of(house.units[unit], role)
    return actions.propose(user or house.people["volunteer"], seat, by=by)


def test_the_page_names_the_seats(focal_point, browse):
    page = browse(focal_point).get("/you/").content.decode()
    assert "Protection focal point, Harbour service point" in page
    assert "Appointments to confirm" not in page


def test_going_away_hands_over_what_waits_at_once(mine, volunteer, focal_point, house, browse):
    pk = walk.agreed(browse(volunteer))
    client = browse(focal_point)
    assert client.post("/you/away/", {"appointment": mine.pk, "until": "2099-05-01T09:30"}).status_code == 302
    mine.refresh_from_db()
    assert mine.away_until == datetime(2099, 5, 1, 6, 30, tzinfo=UTC), "the unit's own time, Europe/Kyiv"
    deputy = house.people["deputy"]
    with acting(deputy.pk):
        assert Clock.objects.running().get(subject_id=pk).group_id == deputy.seats[0].group_id
    assert walk.url("concern", pk) in browse(deputy).get("/").content.decode()
    assert client.post("/you/back/", {"appointment": mine.pk}).status_code == 302
    mine.refresh_from_db()
    assert mine.away_until is None


@pytest.mark.parametrize("until", ["", "tomorrow", "2001-01-01T10:00", "2099-13-01T10:00", "1\x00"])
def test_a_return_that_is_no_moment_to_come_is_an_error(until, mine, focal_point, browse):
    response = browse(focal_point).post("/you/away/", {"appointment": mine.pk, "until": until})
    assert response.status_code == 422
    mine.refresh_from_db()
    assert mine.away_until is None


@pytest.mark.parametrize("path", ["/you/away/", "/you/back/"])
def test_nobody_sends_somebody_else_away(path, mine, volunteer, browse):
    response = browse(volunteer).post(path, {"appointment": mine.pk, "until": "2099-01-01T10:00"})
    assert response.status_code == 404
    assert browse(volunteer).post(path, {"appointment": "x"}).status_code == 404


def test_an_appointment_waits_for_a_second_person(house, administrator, data_officer, volunteer, browse):
    made = proposed(house, administrator)
    assert not volunteer.holds("caseworker")
    client = door.confirm(browse(data_officer))
    assert "Noa Reed" in client.get("/appointments/").content.decode()
    assert client.post(f"/appointments/{made.pk}/confirm/").status_code == 302
    assert User.objects.get(pk=volunteer.pk).holds("caseworker")
    assert client.post(f"/appointments/{made.pk}/confirm/").status_code == 404


def test_nobody_confirms_what_they_proposed_or_their_own(house, data_officer, browse):
    by_herself = proposed(house, data_officer)
    for_herself = proposed(house, house.people["administrator"], user=data_officer)
    client = door.confirm(browse(data_officer))
    assert client.get("/appointments/").content.decode().count("Another person must confirm this one.") == 2
    for made in (by_herself, for_herself):
        assert client.post(f"/appointments/{made.pk}/confirm/").status_code == 422
        made.refresh_from_db()
        assert made.confirmed_at is None


def test_a_manager_confirms_below_the_own_unit_only(house, administrator, browse):
    below, beside = (
        proposed(house, administrator),
        proposed(house, administrator, unit="old"),
    )
    client = door.confirm(browse(house.people["manager"]))
    assert client.post(f"/appointments/{beside.pk}/confirm/").status_code == 404
    assert client.post(f"/appointments/{below.pk}/confirm/").status_code == 302


@pytest.mark.parametrize("who", ["volunteer", "focal_point", "administrator", "partner_worker"])
def test_others_confirm_nothing(who, request, house, administrator, browse):
    made = proposed(house, administrator)
    client = door.confirm(browse(request.getfixturevalue(who)))
    assert client.get("/appointments/").status_code == 403
    assert client.post(f"/appointments/{made.pk}/confirm/").status_code == 403


def test_the_site_holds_people_and_units_and_no_matter_of_a_person():
    names = {model._meta.model_name for model in admin.site._registry}
    assert names == {"user", "organisation", "unit", "seat", "appointment"}


@pytest.mark.parametrize("who", ["volunteer", "focal_point", "data_officer", "outsider", "partner_worker"])
def test_the_site_is_not_there_for_anybody_else(who, request, browse):
    client = browse(request.getfixturevalue(who))
    for path in ("/admin/", "/admin/accounts/user/", "/admin/accounts/appointment/add/"):
        assert client.get(path, follow=True).status_code == 404


def test_a_flag_without_the_seat_opens_nothing(volunteer, browse):
    User.objects.filter(pk=volunteer.pk).update(is_staff=True)
    assert browse(volunteer).get("/admin/", follow=True).status_code == 404


def test_the_site_signs_in_like_everything_else(client, db):
    response = client.get("/admin/", follow=True)
    assert response.redirect_chain[-1][0] == "/accounts/login/?next=/admin/"


def test_inviting_sends_a_link_for_the_first_password(administrator, browse, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        data = {"email": "New.Person@Example.org", "name": "New Person", "language": "ru"}
        assert browse(administrator).post("/admin/accounts/user/add/", data).status_code == 302
    made = User.objects.get(email="new.person@example.org")
    assert (made.name, made.language, made.has_usable_password(), made.is_staff) == ("New Person", "ru", False, False)
    assert [m.to for m in mail.outbox] == [["new.person@example.org"]]
    assert "/accounts/password/reset/key/" in mail.outbox[0].body


@pytest.mark.parametrize(
    "data",
    [
        {"email": "x", "name": "A"},
        {"email": "volunteer@amparo.example", "name": "A"},
        {"email": "a@b.example", "name": "я" * 121},
    ],
)
def test_a_wrong_invitation_invites_nobody(data, administrator, browse):
    before = User.objects.count()
    assert browse(administrator).post("/admin/accounts/user/add/", {"language": "en", **data}).status_code == 200
    assert User.objects.count() == before


def test_address_and_password_of_others_are_not_the_administrators(administrator, volunteer, browse):
    client, path = browse(administrator), f"/admin/accounts/user/{volunteer.pk}/change/"
    assert 'name="password"' not in client.get(path).content.decode()
    data = {
        "email": "mine@example.org",
        "name": "Noa",
        "language": "ar",
        "password": "x",
        "is_superuser": "on",
        "is_staff": "on",
    }
    client.post(path, data)
    again = User.objects.get(pk=volunteer.pk)
    assert (again.email, again.password, again.is_staff, again.name) == (
        volunteer.email,
        volunteer.password,
        False,
        "Noa",
    )
    assert client.post(f"/admin/accounts/user/{volunteer.pk}/delete/", {"post": "yes"}).status_code == 403


def test_the_administrator_proposes_and_cannot_confirm(house, administrator, volunteer, browse):
    client, now = browse(administrator), timezone.localtime()
    data = {
        "user": volunteer.pk, "unit": house.units["harbour"].pk, "role": "deputy",
        "valid_from_0": now.date().isoformat(), "valid_from_1": "00:00:00", "valid_until_0": "", "valid_until_1": "",
        "valid_from": (now - timedelta(days=1)).strftime("%Y-%m-%d %H:%M:%S"),
    }  # fmt: skip
    response = client.post("/admin/accounts/appointment/add/", data)
    assert response.status_code == 302, response.content.decode()
    made = Appointment.objects.get(user=volunteer, seat__role="deputy")
    assert (made.proposed_by, made.confirmed_at) == (administrator, None)
    assert not User.objects.get(pk=volunteer.pk).holds("deputy")
    client.post(
        f"/admin/accounts/appointment/{made.pk}/change/", {"confirmed_at_0": "2020-01-01", "confirmed_at_1": "00:00"}
    )
    made.refresh_from_db()
    assert made.confirmed_at is None


def test_the_administrator_finds_no_concern_anywhere(administrator, volunteer, browse):
    pk = walk.agreed(browse(volunteer))
    client = browse(administrator)
    assert walk.is_absent(client, walk.url("concern", pk), pk)
    assert (
        "Nothing"
        not in client.get("/concerns/").content.decode().split("<main")[1].split("There is no concern here yet")[0]
    )
    for path in ("/admin/", "/admin/accounts/", "/"):
        assert "oncern/" not in client.get(path).content.decode()


def test_help_and_protection_are_open_to_everybody(client, db):
    assert "Shift key three times" in client.get("/help/").content.decode()
    assert "under a key of its own" in client.get("/protect/").content.decode()


def test_who_does_what_is_explained_to_everybody(house, browse):
    """R-62, R-15: every kind of seat in a sentence, one's own marked; mandates in the Movement."""
    page = browse(house.people["caseworker"]).get(reverse("accounts:roles")).content.decode()
    assert all(str(role.label) in page for role in Role)
    assert page.count("your seat") == 1
    assert "The ICRC" in page
