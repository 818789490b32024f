"""Who gets what is raised: by unit, topic and presence; no leader without a calendar, no deputy of oneself (R-40; W-14)."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from foundation.accounts import actions as accounts
from foundation.accounts import routing
from foundation.accounts.models import Appointment, Role, Unit, User
from foundation.core.errors import Forbidden, Refused
from foundation.core.machines import COURIER
from foundation.dossiers.models import Clock
from foundation.outbox.models import Message
from foundation.readiness.actions import reminding
from tests import door, factories


def appointed(house, unit: str, role: str, name: str) -> Appointment:
    user = User.objects.create_user(f"{name}@amparo.example", name)
    row = accounts.propose(user, accounts.seat_of(house.units[unit], role), by=None)
    return accounts.confirm(row, by=None)


def limited(house, row: Appointment, *topics: str) -> Appointment:
    return door.acts(house.people["data_officer"], accounts.cover, row, list(topics))


def test_r_40_a_topic_goes_to_who_is_there_for_it_and_everything_else_passes_them_by(house):
    special = limited(house, appointed(house, "coast", Role.FOCAL_POINT, "ira"), "detention_or_arrest")
    harbour = house.units["harbour"]
    assert routing.first(harbour, "detention_or_arrest") == special.seat
    assert routing.first(harbour, "documents_legal_status").role == Role.FOCAL_POINT
    assert routing.first(harbour, "documents_legal_status").unit == harbour
    concern = factories.submitted(house, category="detention_or_arrest")
    with transaction.atomic():
        assert door.acts(special.user, lambda by: Clock.objects.running().filter(subject_id=concern.pk).count()) == 1
    door.acts(special.user, accounts.go_away, special, until=timezone.now() + timedelta(days=2))
    assert routing.first(harbour, "detention_or_arrest").unit == harbour, "who is away is passed by"


def test_r_40_a_focal_point_for_one_topic_alone_gets_nothing_else(house):
    lead = house.people["focal_point"].held[0]
    limited(house, lead, "child_in_danger")
    assert routing.first(house.units["harbour"], "documents_legal_status").role == Role.DEPUTY
    assert routing.first(house.units["harbour"]).role == Role.DEPUTY
    limited(house, lead)
    assert routing.first(house.units["harbour"]).role == Role.FOCAL_POINT


def test_only_a_manager_or_officer_above_limits_an_appointment_and_only_to_topics_that_exist(house):
    lead = house.people["focal_point"].held[0]
    for who in ("focal_point", "administrator", "outsider"):
        with pytest.raises(Forbidden):
            door.acts(house.people[who], accounts.cover, lead, ["child_in_danger"])
    with pytest.raises(Refused, match=r"appointment\.topics"):
        door.acts(house.people["manager"], accounts.cover, lead, ["magic"])


def test_nobody_leads_a_unit_without_a_calendar(house):
    """Issue 5, bad input: units without a calendar."""
    harbour = house.units["harbour"]
    bare = Unit.objects.create(
        organisation=harbour.organisation, parent=house.units["coast"], kind="service_point", name="Bare"
    )
    user = User.objects.create_user("bare@amparo.example", "Bare")
    row = door.acts(house.people["administrator"], accounts.propose, user, accounts.seat_of(bare, Role.FOCAL_POINT))
    with pytest.raises(Refused, match=r"appointment\.no_calendar"):
        door.acts(house.people["manager"], accounts.confirm, row)
    Unit.objects.filter(pk=bare.pk).update(weekend=[5, 6])
    fresh = Appointment.objects.get(pk=row.pk)
    assert door.acts(house.people["manager"], accounts.confirm, fresh).confirmed_at
    with pytest.raises(DatabaseError), transaction.atomic():
        Unit.objects.filter(pk=bare.pk).update(weekend=[0, 1, 2, 3, 4, 5, 6])


def test_p2_a_focal_point_without_a_deputy_is_said_at_once_and_nobody_is_their_own_deputy(house, browse):
    bare = Unit.objects.create(
        organisation=house.units["harbour"].organisation, parent=house.units["coast"], kind="service_point", name="Bare",
        weekend=[6],
    )  # fmt: skip
    user = User.objects.create_user("bare@amparo.example", "Bare")
    row = door.acts(house.people["administrator"], accounts.propose, user, accounts.seat_of(bare, Role.FOCAL_POINT))
    client = factories.prove(browse(house.people["manager"]), house.people["manager"])
    page = client.post(reverse("accounts:confirm", args=[row.pk]), follow=True)
    assert "no deputy focal point" in page.content.decode()
    shown = client.get(reverse("readiness:register", args=[bare.pk])).content.decode()
    assert "The focal point has no deputy" in shown
    own = door.acts(house.people["administrator"], accounts.propose, user, accounts.seat_of(bare, Role.DEPUTY))
    with pytest.raises(Refused, match=r"appointment\.own_deputy"):
        door.acts(house.people["manager"], accounts.confirm, own)


def test_w_14_an_appointment_that_ends_within_fourteen_days_is_told_once_and_shown(house, browse):
    lead = house.people["focal_point"].held[0]
    Appointment.objects.filter(pk=lead.pk).update(valid_until=timezone.now() + timedelta(days=13))
    reminding.sweep()
    reminding.sweep()
    with COURIER.at_work():
        told = Message.objects.filter(event="readiness.ending", channel="notice", slot__contains=str(lead.pk))
        people = sorted(told.values_list("recipient__email", flat=True))
    assert people == ["data_officer@amparo.example", "focal_point@amparo.example", "manager@amparo.example"]
    page = browse(house.people["manager"]).get(reverse("readiness:register", args=[house.units["harbour"].pk]))
    assert "ends within 14 days" in page.content.decode()
