"""Nobody appoints himself, and an appointment counts from its time to its end (HS-20)."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.utils import timezone

from foundation.accounts import actions as accounts
from foundation.accounts.models import Appointment, Role, Seat, Unit, User
from foundation.core.errors import Forbidden, Refused
from tests import factories

HOUR = timedelta(hours=1)


@pytest.fixture
def newcomer(house):
    return User.objects.create_user("new@amparo.example", "New Person")


@pytest.fixture
def seat(house):
    return accounts.seat_of(house.units["harbour"], Role.FOCAL_POINT)


@pytest.fixture
def proposed(newcomer, seat, administrator):
    return accounts.propose(newcomer, seat, by=administrator)


def test_a_seat_is_made_once_with_a_group_of_its_own(house):
    unit = house.units["hills"]
    seat = accounts.seat_of(unit, Role.MANAGER)
    assert accounts.seat_of(unit, Role.MANAGER) == seat
    assert seat.group.name == f"manager@{unit.pk}"
    assert Seat.objects.filter(group=seat.group).count() == 1


def test_a_proposal_has_no_effect(proposed, newcomer):
    assert newcomer.seats == []
    assert newcomer.group_ids == []
    assert not newcomer.groups.exists()


def test_who_confirms_must_be_a_third_person(house, proposed, newcomer, administrator):
    for same in (newcomer, administrator):
        with pytest.raises(Refused) as refused:
            accounts.confirm(proposed, by=same)
        assert refused.value.code == "appointment.same_person"
    assert newcomer.seats == []


@pytest.mark.parametrize("key", ["manager", "data_officer"])
def test_a_manager_or_data_officer_above_the_unit_confirms(house, proposed, newcomer, key):
    accounts.confirm(proposed, by=house.people[key])
    assert newcomer.holds(Role.FOCAL_POINT, house.units["harbour"].pk)
    assert proposed.seat.group_id in newcomer.group_ids
    assert newcomer.groups.filter(pk=proposed.seat.group_id).exists()


@pytest.mark.parametrize(
    "key", ["volunteer", "caseworker", "focal_point", "deputy", "outsider", "partner_worker", "auditor"]
)
def test_nobody_else_confirms(house, proposed, key):
    with pytest.raises(Forbidden):
        accounts.confirm(proposed, by=house.people[key])


def test_a_manager_of_another_branch_does_not_confirm(house, newcomer, administrator, proposed):
    elsewhere = User.objects.create_user("hills@amparo.example", "Hills")
    seat = accounts.seat_of(house.units["hills"], Role.MANAGER)
    accounts.confirm(accounts.propose(elsewhere, seat, by=None), by=None)
    with pytest.raises(Forbidden):
        accounts.confirm(proposed, by=elsewhere)


def test_a_manager_whose_own_appointment_has_ended_does_not_confirm(house, proposed):
    manager = house.people["manager"]
    manager.appointments.update(valid_from=timezone.now() - HOUR, valid_until=timezone.now() - timedelta(seconds=1))
    with pytest.raises(Forbidden):
        accounts.confirm(proposed, by=User.objects.get(pk=manager.pk))


def test_the_database_refuses_what_the_action_would_refuse(proposed, newcomer, administrator):
    for same in (newcomer, administrator):
        with pytest.raises(DatabaseError, match="appointment_needs_another_person"), transaction.atomic():
            Appointment.objects.filter(pk=proposed.pk).update(confirmed_by=same, confirmed_at=timezone.now())


@pytest.mark.parametrize(
    ("change", "counts"),
    [
        ({}, True),
        ({"valid_from": timezone.now() + HOUR}, False),
        ({"valid_until": timezone.now() + HOUR}, True),
        ({"valid_from": timezone.now() - HOUR, "valid_until": timezone.now() - timedelta(seconds=1)}, False),
        ({"confirmed_at": None, "confirmed_by": None}, False),
        ({"confirmed_at": timezone.now() + HOUR}, False),
    ],
)
def test_an_appointment_counts_from_its_time_to_its_end(house, proposed, newcomer, change, counts):
    accounts.confirm(proposed, by=house.people["manager"])
    Appointment.objects.filter(pk=proposed.pk).update(**change)
    assert bool(User.objects.get(pk=newcomer.pk).seats) == counts
    assert Appointment.objects.in_force().filter(pk=proposed.pk).exists() == counts


def test_an_appointment_cannot_end_before_it_begins(newcomer, seat):
    with pytest.raises(ValidationError):
        accounts.propose(newcomer, seat, by=None, valid_from=timezone.now(), valid_until=timezone.now() - HOUR)


def test_ending_takes_effect_at_once(house, focal_point):
    concern = factories.submitted(house)
    from cases.models import Concern
    from foundation.core.acting import acting

    with acting(focal_point.pk):
        assert Concern.objects.filter(pk=concern.pk).exists()
    accounts.end(focal_point.appointments.get(), by=None)
    assert focal_point.seats == []
    assert not focal_point.groups.exists()
    with acting(focal_point.pk):
        assert not Concern.objects.filter(pk=concern.pk).exists()


def test_ending_what_has_not_begun_leaves_no_time(newcomer, seat):
    later = accounts.propose(newcomer, seat, by=None, valid_from=timezone.now() + HOUR)
    accounts.end(later, by=None)
    assert later.valid_until == later.valid_from
    assert not Appointment.objects.in_force().filter(pk=later.pk).exists()


def test_ending_what_has_ended_changes_nothing(house, focal_point):
    """The record of who held a seat until when is not rewritten."""
    row = focal_point.appointments.get()
    accounts.end(row, by=None)
    first = row.valid_until
    accounts.end(row, by=None)
    row.refresh_from_db()
    assert row.valid_until == first


def test_ending_one_of_two_appointments_to_a_seat_keeps_the_other(house, focal_point):
    row = focal_point.appointments.get()
    second = accounts.confirm(accounts.propose(focal_point, row.seat, by=None), by=None)
    accounts.end(row, by=None)
    assert focal_point.holds(Role.FOCAL_POINT)
    assert focal_point.groups.filter(pk=row.seat.group_id).exists()
    accounts.end(second, by=None)
    assert not focal_point.groups.filter(pk=row.seat.group_id).exists()


def test_only_the_person_says_that_he_is_away_or_back(house, focal_point):
    row = focal_point.appointments.get()
    other = house.people["deputy"]
    with pytest.raises(Forbidden):
        accounts.go_away(row, by=other, until=timezone.now() + HOUR)
    accounts.go_away(row, by=focal_point, until=timezone.now() + HOUR)
    with pytest.raises(Forbidden):
        accounts.come_back(row, by=other)
    accounts.come_back(row, by=focal_point)
    row.refresh_from_db()
    assert (row.away_from, row.away_until) == (None, None)


def test_an_absence_ends_in_the_future(focal_point, house):
    with pytest.raises(Refused) as refused:
        accounts.go_away(focal_point.appointments.get(), by=focal_point, until=timezone.now() - HOUR)
    assert (refused.value.code, refused.value.field) == ("absence.past", "until")


def test_who_is_away_is_no_member_for_that_time_and_keeps_the_seat(house, focal_point):
    row = focal_point.appointments.get()
    assert accounts.members(row.seat.group_id) == [focal_point]
    accounts.go_away(row, by=focal_point, until=timezone.now() + HOUR)
    assert accounts.members(row.seat.group_id) == []
    assert focal_point.holds(Role.FOCAL_POINT)
    Appointment.objects.filter(pk=row.pk).update(
        away_from=timezone.now() - HOUR, away_until=timezone.now() - timedelta(seconds=1)
    )
    assert accounts.members(row.seat.group_id) == [focal_point]


def test_people_are_invited_without_a_password(house, administrator):
    user = accounts.invite(by=administrator, email="Somebody.New@Amparo.Example", name="Somebody", language="ru")
    assert user.email == "somebody.new@amparo.example"
    assert not user.has_usable_password()
    assert user.seats == []
    assert not user.is_superuser


def test_an_address_is_invited_once(house, administrator, volunteer):
    with pytest.raises(ValidationError):
        accounts.invite(by=administrator, email=volunteer.email.upper(), name="Again", language="en")


def test_the_way_up_ends_at_the_top_even_in_a_circle(house):
    harbour, coast, national = (house.units[name] for name in ("harbour", "coast", "national"))
    assert harbour.upwards() == [harbour, coast, national]
    Unit.objects.filter(pk=national.pk).update(parent=harbour)
    assert Unit.objects.get(pk=harbour.pk).upwards() == [harbour, coast, national]
