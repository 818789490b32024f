"""A way in is given back by two: a lost second step, and letting in again (HS-20)."""

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone

from foundation.accounts import actions
from foundation.accounts.models import Measure, MeasureKind, Role, User
from foundation.core.errors import Forbidden, Refused
from tests import door, factories
from tests.audit import owner

WATCHERS = ("manager", "data_officer", "administrator")


@pytest.fixture
def lost(focal_point):
    """Somebody whose phone is gone."""
    return focal_point


def proposed(by, user, kind=MeasureKind.RESET_FACTORS) -> Measure:
    return door.acts(by, actions.propose_measure, kind, user)


@pytest.mark.parametrize("who", ["manager", "data_officer"])
def test_a_lost_second_step_is_taken_away_by_two(
    who, house, administrator, lost, browse, django_capture_on_commit_callbacks
):
    old = door.signed_in(lost)
    assert door.confirm(browse(administrator)).post(f"/people/{lost.pk}/reset-factors/").status_code == 302
    made = Measure.objects.get()
    assert old.get("/").status_code == 200, "proposed is not done"
    other = door.confirm(browse(house.people[who]))
    assert lost.name in other.get("/appointments/").content.decode()
    assert other.post(f"/measures/{made.pk}/confirm/").status_code == 302
    assert Authenticator.objects.filter(user=lost).count() == 0
    assert old.get("/").status_code == 302
    client = Client()
    door.password(client, lost)
    assert client.get("/").url == "/second-step/?next=/"


@pytest.mark.django_db(transaction=True)
def test_the_person_is_told_by_one_neutral_mail_and_the_trail_knows_both():
    from foundation.outbox import delivery
    from foundation.outbox.models import Message

    house = factories.house()
    people, (before,) = house.people, owner.column("SELECT coalesce(max(id), 0) FROM trail.event")
    with transaction.atomic():
        made = proposed(people["administrator"], people["focal_point"])
    door.acts(people["manager"], actions.confirm_measure, made)
    from foundation.core.machines import COURIER

    with COURIER.at_work():
        (pk,) = Message.objects.filter(event="factor.reset").values_list("pk", flat=True)
    assert delivery.deliver(pk)
    assert [message.to for message in mail.outbox] == [["focal_point@amparo.example"]]
    assert "There is something new for you. Please sign in to see it." in mail.outbox[0].body
    assert "second" not in mail.outbox[0].body
    rows = owner.rows("SELECT verb, actor FROM trail.event WHERE id > %s ORDER BY id", before)
    by = dict(rows)
    assert by["measure.proposed"] == people["administrator"].pk
    assert by["measure.confirmed"] == by["factor.reset"] == by["session.closed"] == people["manager"].pk


def test_neither_who_proposed_nor_the_person_confirms(house, administrator, lost, browse):
    manager = house.people["manager"]
    made = proposed(manager, lost)
    for same in (manager, lost):
        with pytest.raises((Refused, Forbidden)):
            door.acts(same, actions.confirm_measure, made)
    client = door.confirm(browse(manager))
    assert "Another person must confirm this one." in client.get(f"/people/{lost.pk}/").content.decode()
    client.post(f"/measures/{made.pk}/confirm/")
    made.refresh_from_db()
    assert made.decided_at is None
    with pytest.raises(Forbidden):
        door.acts(administrator, actions.confirm_measure, made)
    assert Authenticator.objects.filter(user=lost).exists()


def test_the_database_refuses_what_the_action_would_refuse(house, administrator, lost):
    made = proposed(administrator, lost)
    for same in (administrator, lost):
        with pytest.raises(DatabaseError, match="measure_needs_another_person"), transaction.atomic():
            Measure.objects.filter(pk=made.pk).update(decided_by=same, decided_at=timezone.now(), is_confirmed=True)
    with pytest.raises(DatabaseError, match="measure_not_for_oneself"), transaction.atomic():
        Measure.objects.filter(pk=made.pk).update(proposed_by=lost)
    with pytest.raises(DatabaseError, match="one_measure_waiting"), transaction.atomic():
        Measure.objects.create(kind=made.kind, user=lost, proposed_by=administrator)


def test_a_manager_of_another_branch_does_not_confirm(house, administrator, lost):
    other = User.objects.create_user("hills@amparo.example", "Hills")
    seat = actions.seat_of(house.units["hills"], Role.MANAGER)
    actions.confirm(actions.propose(other, seat, by=None), by=None)
    with pytest.raises(Forbidden):
        door.acts(other, actions.confirm_measure, proposed(administrator, lost))


def test_one_is_enough_to_refuse_and_decided_is_decided(house, administrator, lost, browse):
    made = proposed(administrator, lost)
    client = door.confirm(browse(house.people["manager"]))
    assert client.post(f"/measures/{made.pk}/refuse/").status_code == 302
    assert client.post(f"/measures/{made.pk}/confirm/").status_code == 404
    with pytest.raises(Refused) as refused:
        door.acts(house.people["manager"], actions.confirm_measure, made)
    assert refused.value.code == "measure.decided"
    again = proposed(administrator, lost)
    assert door.confirm(browse(administrator)).post(f"/measures/{again.pk}/refuse/").status_code == 302, (
        "one takes one's own back"
    )
    assert Authenticator.objects.filter(user=lost).exists()


def test_proposed_twice_is_proposed_once(house, administrator, lost):
    assert proposed(administrator, lost) == proposed(administrator, lost)


def test_what_makes_no_sense_is_not_proposed(house, administrator, volunteer):
    for kind, code in ((MeasureKind.REOPEN, "user.active"), (MeasureKind.RESET_FACTORS, "factor.none")):
        with pytest.raises(Refused) as refused:
            proposed(administrator, volunteer, kind)
        assert refused.value.code == code


def test_letting_in_again_needs_two(house, administrator, volunteer, browse):
    door.acts(administrator, actions.deactivate, volunteer)
    client = door.confirm(browse(administrator))
    assert "Shut out: nobody can sign in" in client.get(f"/people/{volunteer.pk}/").content.decode()
    assert client.post(f"/people/{volunteer.pk}/reopen/").status_code == 302
    assert not User.objects.get(pk=volunteer.pk).is_active
    assert (
        door.confirm(browse(house.people["manager"])).post(f"/measures/{Measure.objects.get().pk}/confirm/").status_code
        == 302
    )
    assert User.objects.get(pk=volunteer.pk).is_active
    assert door.signed_in(volunteer).get("/").status_code == 200


def test_who_protects_data_confirms_for_partners_people(house, administrator, data_officer, partner_worker):
    """A partner's units hang under no branch: the national data-protection officer stands above them."""
    door.acts(data_officer, actions.confirm_measure, proposed(administrator, partner_worker))
    assert not Authenticator.objects.filter(user=partner_worker).exists()
    seat = actions.seat_of(partner_worker.seats[0].unit, Role.PARTNER_WORKER)
    newcomer = User.objects.create_user("new@amparo.example", "New")
    door.acts(data_officer, actions.confirm, actions.propose(newcomer, seat, by=administrator))
    assert newcomer.seats == [seat]


def test_the_last_factor_of_a_seat_that_needs_one_stays(focal_point, volunteer, browse):
    client = door.confirm(browse(focal_point))
    assert "Set up another one first" in client.get("/accounts/2fa/totp/deactivate/").content.decode()
    assert client.post("/accounts/2fa/totp/deactivate/").status_code == 200
    assert door.secret_of(focal_point)
    with pytest.raises(Refused) as refused, transaction.atomic():
        Authenticator.objects.get(user=focal_point).delete()
    assert refused.value.code == "factor.last"
    actions.give_app(volunteer, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", by=None)
    assert door.confirm(browse(volunteer)).post("/accounts/2fa/totp/deactivate/").status_code == 302
    assert door.secret_of(volunteer) is None
