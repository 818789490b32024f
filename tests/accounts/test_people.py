"""Who may see and take away another person's way in, at once; and the first people of an installation (HS-20)."""

from io import StringIO

import pytest
from allauth.usersessions.models import UserSession
from django.core.management import CommandError, call_command
from django.test import Client

from foundation.accounts import actions, oversight
from foundation.accounts.models import Appointment, Role, User
from foundation.core.acting import acting
from foundation.core.errors import Forbidden, Refused
from foundation.dossiers.models import Clock
from tests import door, factories, partner

WATCHERS = ("manager", "data_officer", "administrator")


# --- whose page one may open


@pytest.mark.parametrize(
    "who", ["volunteer", "caseworker", "focal_point", "deputy", "outsider", "partner_worker", "auditor"]
)
def test_nobody_else_sees_or_touches_a_way_in(who, house, browse):
    target = house.people["volunteer" if who != "volunteer" else "caseworker"]
    phone, client = door.signed_in(target), door.confirm(browse(house.people[who]))
    assert client.get("/people/").status_code == 403
    assert client.get(f"/people/{target.pk}/").status_code == 404
    for verb in ("end-sessions", "deactivate", "reopen", "reset-factors"):
        for method in (client.get, client.post):
            assert method(f"/people/{target.pk}/{verb}/").status_code == 404
    assert client.post(f"/appointments/{target.appointments.get().pk}/end/").status_code == 404
    assert phone.get("/").status_code == 200
    for act in (actions.end_sessions, actions.deactivate):
        with pytest.raises(Forbidden):
            door.acts(house.people[who], act, target)


def test_a_manager_reaches_those_below_and_nobody_beside_or_above(house, browse):
    manager = house.people["manager"]
    client = door.confirm(browse(manager))
    page = client.get("/people/").content.decode()
    assert "Noa Reed" in page
    for who in ("outsider", "data_officer", "administrator", "partner_worker"):
        user = house.people[who]
        assert user.name not in page
        assert client.get(f"/people/{user.pk}/").status_code == 404
    seat = actions.seat_of(house.units["harbour"], Role.REPORTER)
    administrator = house.people["administrator"]
    actions.confirm(actions.propose(administrator, seat, by=None), by=None)
    assert client.get(f"/people/{administrator.pk}/").status_code == 200, "who also volunteers below"
    assert client.post(f"/people/{administrator.pk}/deactivate/").status_code == 403, "but holds a seat above too"
    assert User.objects.get(pk=administrator.pk).is_active


def test_nobody_does_it_to_oneself(house, administrator, browse):
    client = door.confirm(browse(administrator))
    assert client.post(f"/people/{administrator.pk}/deactivate/").status_code == 403
    with pytest.raises(Refused):
        door.acts(administrator, actions.deactivate, administrator)
    with pytest.raises(Refused):
        door.acts(administrator, actions.end_appointment, administrator.appointments.get())
    with pytest.raises(Refused):
        door.acts(administrator, actions.propose_measure, "reset_factors", administrator)


def test_every_step_asks_again_who_it_is(house, administrator, volunteer, browse):
    client = browse(administrator)
    for verb in ("end-sessions", "deactivate", "reopen", "reset-factors"):
        assert client.get(f"/people/{volunteer.pk}/{verb}/").url.startswith("/again/")
        assert client.post(f"/people/{volunteer.pk}/{verb}/").status_code == 403
    assert client.post(f"/appointments/{volunteer.appointments.get().pk}/end/").status_code == 403
    assert User.objects.get(pk=volunteer.pk).is_active


@pytest.mark.parametrize("who", WATCHERS)
def test_the_list_costs_no_more_for_more_people(who, house, browse, django_assert_max_num_queries):
    for n in range(12):
        user = User.objects.create_user(f"p{n}@amparo.example", f"P {n}")
        actions.confirm(actions.propose(user, actions.seat_of(house.units["harbour"], "reporter"), by=None), by=None)
    client = browse(house.people[who])
    client.get("/people/")
    with django_assert_max_num_queries(10):
        assert "P 11" in client.get("/people/").content.decode()


def test_oversight_ends_where_the_tree_ends(house):
    manager = house.people["manager"]
    assert {user.name for user in oversight.people_of(manager)} >= {"Noa Reed", "Ada Kern"}
    assert not oversight.watches(manager, house.people["outsider"], oversight.ENDING)
    assert list(oversight.people_of(house.people["volunteer"])) == []


# --- shutting out


def test_who_is_shut_out_is_out_at_once_everywhere(house, administrator, focal_point, browse):
    concern = factories.submitted(house)
    phone, desk = door.signed_in(focal_point), door.signed_in(focal_point)
    assert door.confirm(browse(administrator)).post(f"/people/{focal_point.pk}/deactivate/").status_code == 302
    assert [client.get("/concerns/").status_code for client in (phone, desk)] == [302, 302]
    assert UserSession.objects.filter(user=focal_point).count() == 0
    client = Client()
    door.password(client, focal_point)
    assert not door.is_in(client, focal_point)
    deputy = house.people["deputy"]
    with acting(deputy.pk):
        waits = Clock.objects.running().get(subject_id=concern.pk)
    assert waits.group_id == deputy.seats[0].group_id, "what waited goes to who stands in"


def test_who_is_shut_out_between_password_and_code_does_not_come_in(house, administrator, focal_point):
    client = Client()
    door.password(client, focal_point)
    door.acts(administrator, actions.deactivate, focal_point)
    door.second(client, door.next_code(focal_point))
    assert client.get("/concerns/").status_code == 302


def test_a_program_of_a_partner_is_shut_out_with_its_tokens(house, administrator, browse):
    factories.sent(house)
    api, machine = partner.api(house), house.machine("Quayside Legal Clinic")
    assert api.get("").status_code == 200
    client = door.confirm(browse(administrator))
    assert "Program of a partner" in client.get("/people/").content.decode()
    assert client.post(f"/people/{machine.pk}/deactivate/").status_code == 302
    assert api.get("").status_code == 401
    from oauth2_provider.models import AccessToken

    assert AccessToken.objects.filter(application__user=machine).count() == 0


def test_an_appointment_that_ends_takes_sessions_and_tokens_with_it(house, administrator, volunteer, browse):
    machine, api = house.machine("Quayside Legal Clinic"), partner.api(house)
    phone, client = door.signed_in(volunteer), door.confirm(browse(administrator))
    for user in (volunteer, machine):
        row = user.appointments.get()
        assert row.seat.get_role_display() in client.get(f"/people/{user.pk}/").content.decode()
        assert client.get(f"/appointments/{row.pk}/end/").status_code == 200
        assert client.post(f"/appointments/{row.pk}/end/").status_code == 302
        assert User.objects.get(pk=user.pk).seats == []
    assert phone.get("/").status_code == 302
    assert api.get("").status_code == 401


@pytest.mark.parametrize("key", ["clerk@amparo.invalid", "courier@amparo.invalid"])
def test_the_installations_own_actors_are_nobodys_to_touch(house, administrator, browse, key):
    user = User.objects.get(email=key)
    client = door.confirm(browse(administrator))
    assert f'href="/people/{user.pk}/"' not in client.get("/people/").content.decode()
    assert client.get(f"/people/{user.pk}/").status_code == 404
    assert client.post(f"/people/{user.pk}/deactivate/").status_code == 404
    for act in (actions.deactivate, actions.end_sessions):
        with pytest.raises(Forbidden):
            door.acts(administrator, act, user)


# --- the first people of an installation


@pytest.fixture
def empty(transactional_db):
    call_command("flush", database="owner", interactive=False, verbosity=0)


def found(*more: str) -> str:
    out = StringIO()
    call_command(
        "first_people", "--society", "Our Society", "--administrator", "a@example.org", "Ann",
        "--data-officer", "d@example.org", "Dan", *more, stdout=out,
    )  # fmt: skip
    return out.getvalue()


def test_an_installation_begins_with_two_people_who_choose_their_own_passwords(empty):
    said = found("--manager", "m@example.org", "May")
    assert said.count("/accounts/password/reset/key/") == 3
    user = User.objects.get(email="a@example.org")
    assert [str(seat) for seat in user.seats] == ["Administrator, National office"]
    assert not user.has_usable_password()
    assert Appointment.objects.count() == 3
    with pytest.raises(CommandError, match="people already"):
        found()


def test_the_link_opens_the_page_of_the_first_password(empty):
    line = next(line for line in found().splitlines() if line.startswith("Ann"))
    client = Client()
    answer = client.get(line.split(": ", 1)[1].removeprefix("http://127.0.0.1:8000"), follow=True)
    answer = client.post(
        answer.request["PATH_INFO"], {"password1": "a long first word", "password2": "a long first word"}
    )
    assert answer.status_code == 302
    client = Client()
    assert client.post(door.LOGIN, {"login": "a@example.org", "password": "a long first word"}).url == "/"
    assert client.get("/").url == "/second-step/?next=/"
