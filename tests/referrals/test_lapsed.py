"""An agreement that runs out in the middle: reads are shut, and somebody has it to do (scenario 10, HS-10)."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from foundation.core.acting import acting
from foundation.dossiers.models import Clock
from referrals.actions import register
from referrals.actions.lapsing import sweep_agreements
from referrals.actions.moving import LAPSED
from referrals.models import Partner, Referral
from referrals.vocabulary import Status
from tests import factories
from tests.referrals.registering import as_, until
from tests.referrals.walking import step, walked


@pytest.fixture
def case(house):
    return factories.case(house)


def lapse(referral: Referral, days: int = 1) -> Partner:
    """Its partner's agreement ended so many days ago."""
    over = timezone.localdate() - timedelta(days=days)
    Partner.objects.filter(pk=referral.recipient_id).update(agreement_until=over)
    return Partner.objects.get(pk=referral.recipient_id)


def tasks(house, referral: Referral) -> list[Clock]:
    with acting(house.people["focal_point"].pk):
        return list(Clock.objects.running().filter(subject_id=referral.pk, code=LAPSED))


@pytest.mark.parametrize("state", [Status.AWAITING_APPROVAL, Status.SENT, Status.ACCEPTED, Status.IN_PROGRESS])
def test_scenario_10_the_focal_point_gets_a_task_once(house, case, browse, focal_point, state):
    """Scenario 10."""
    referral = walked(house, case, state)
    assert sweep_agreements() == 0
    lapse(referral)
    assert sweep_agreements() == 1
    assert sweep_agreements() == 0
    (clock,) = tasks(house, referral)
    assert clock.group_id in focal_point.group_ids
    day = browse(focal_point).get(reverse("cases:day")).content.decode()
    assert "The agreement with this partner has run out" in day
    page = browse(focal_point).get(reverse("referrals:referral", args=[referral.pk])).content.decode()
    assert "It can read nothing any more." in page
    assert "Offer it elsewhere, with new consent" in page


def test_scenario_10_when_the_agreement_is_renewed_the_task_is_done(house, case):
    referral = walked(house, case, Status.ACCEPTED)
    partner = lapse(referral)
    sweep_agreements()
    as_(house, "manager", register.sign, partner, timezone.localdate(), until(), 2)
    assert tasks(house, referral) == []
    assert sweep_agreements() == 0
    lapse(referral, days=0)
    assert sweep_agreements() == 0, "the last day still counts"


def test_scenario_10_when_the_help_is_offered_elsewhere_the_task_is_done(house, case, browse, caseworker):
    """The next attempt is linked to the one that is stuck; the sweep does not ask again."""
    referral = walked(house, case, Status.ACCEPTED)
    lapse(referral)
    sweep_agreements()
    other = house.services["Advice before a removal"]
    if other.partner_id == referral.recipient_id:
        other = next(s for s in house.services.values() if s.partner_id != referral.recipient_id)
    type(other).objects.filter(pk=other.pk).update(service_type=referral.service.service_type)
    factories.agreed(house, case, other)
    url = reverse("referrals:prepare", args=[case.pk, other.pk])
    assert browse(caseworker).post(url, {"reason": "Papers", "anyway": "moves_on"}).status_code == 302
    with acting(caseworker.pk):
        assert Referral.objects.get(service=other).previous_id == referral.pk
    assert tasks(house, referral) == []
    assert sweep_agreements() == 0


def test_scenario_10_what_ends_or_is_suspended_is_no_longer_asked_about(house, case):
    referral = walked(house, case, Status.SENT)
    partner = lapse(referral)
    sweep_agreements()
    as_(house, "manager", register.suspend, partner, "data_incident")
    assert tasks(house, referral) == [], "another task takes its place"
    step(house, referral.pk, "cancel")
    assert sweep_agreements() == 0
