"""Consent grows old and ends: the owner is reminded, and after the end nothing is readable (W-07; scenario 15; HS-01)."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from cases.actions import expiry
from consent.models import Decision
from consent.standing import asked_again_by
from foundation.core.acting import acting
from foundation.core.errors import Refused
from foundation.dossiers.models import Clock
from foundation.outbox.models import Message
from referrals import actions as referrals
from referrals.models import Referral
from tests import factories, partner

DAY = timedelta(days=1)


@pytest.fixture
def case(house):
    return factories.case(house)


@pytest.fixture
def service(house):
    return house.services["Safe shelter"]


def waiting(caseworker, case):
    with acting(caseworker.pk):
        return list(Clock.objects.running().filter(subject_id=case.pk, code="consent"))


def later(days):
    return time_machine.travel(timezone.now() + days * DAY, tick=False)


def remind(caseworker):
    with acting(caseworker.pk):
        expiry.remind(by=caseworker)


def test_nothing_waits_while_consent_is_fresh(house, caseworker, case, service):
    factories.agreed(house, case, service)
    remind(caseworker)
    assert waiting(caseworker, case) == []


def test_two_weeks_before_the_end_it_stands_on_the_owners_list_once(house, browse, caseworker, case, service):
    """W-07."""
    factories.agreed(house, case, service)
    with later(77):
        remind(caseworker)
        remind(caseworker)
        (clock,) = waiting(caseworker, case)
        assert clock.user == caseworker
        assert timedelta(days=12) < clock.due_at - timezone.now() < timedelta(days=14)
        page = browse(caseworker).get("/").content.decode()
        assert "Ask whether the consent still holds" in page
        assert (
            "Ends within 14 days"
            in browse(caseworker).get(reverse("cases:case_consent", args=[case.pk])).content.decode()
        )


def test_a_short_consent_is_spoken_of_in_the_second_half_of_its_time(house, caseworker, case, service):
    factories.decide(house, case, "external_referral", service.pk, fields=["alias"], days=7)
    with later(3):
        remind(caseworker)
        assert waiting(caseworker, case) == []
    with later(4):
        remind(caseworker)
        assert len(waiting(caseworker, case)) == 1


def test_after_90_days_it_is_asked_whether_a_long_one_still_holds(house, caseworker, case):
    factories.decide(house, case, "record_case", case.unit_id, fields=["alias"])
    with acting(caseworker.pk):
        found = Decision.objects.get(purpose="record_case")
        assert asked_again_by([found], found.valid_from + 89 * DAY) is None
        assert asked_again_by([found], found.valid_from + 90 * DAY) == found.valid_from + 104 * DAY


def test_who_asks_again_settles_it(house, caseworker, case, service):
    factories.agreed(house, case, service)
    with later(80):
        remind(caseworker)
        assert waiting(caseworker, case)
        factories.agreed(house, case, service)
        remind(caseworker)
        assert waiting(caseworker, case) == []


def test_a_withdrawal_settles_it_too(house, caseworker, case, service):
    from consent import actions as consent

    factories.agreed(house, case, service)
    with later(80):
        remind(caseworker)
        with acting(caseworker.pk):
            consent.withdraw(Decision.objects.active().get(recipient_id=service.pk), by=caseworker)
        remind(caseworker)
        assert waiting(caseworker, case) == []


def test_the_sweep_reaches_each_owner_in_their_own_name(house, caseworker, case, service):
    factories.agreed(house, case, service)
    with later(80):
        assert expiry.sweep() >= 1
        assert len(waiting(caseworker, case)) == 1


def test_after_the_end_the_partner_reads_nothing_and_the_case_says_so(house, browse, caseworker, case):
    """HS-01: each read asks the decision; no sweep has to run for it."""
    referral = factories.sent(house, case)
    factories.respond(house, referral, "accept")
    api = partner.api(house)
    assert api.get(f"/{referral.pk}").status_code == 200
    with later(91):
        body = partner.api(house).get(f"/{referral.pk}")
        assert factories.NAME not in body.content.decode()
        page = browse(caseworker).get(reverse("cases:case_consent", args=[case.pk])).content.decode()
        assert "Ended by time: nobody may read anything on it any more" in page
        history = browse(caseworker).get(reverse("cases:case_history", args=[case.pk])).content.decode()
        assert "Consent ended by time" in history


def test_the_owner_is_told_once_that_it_ended(house, as_courier, caseworker, case, service):
    factories.agreed(house, case, service)
    with later(91):
        remind(caseworker)
        remind(caseworker)
    assert Message.objects.filter(event="consent.ended", channel="notice", recipient=caseworker).count() == 1


@pytest.mark.parametrize("how", ["expired", "withdrawn"])
def test_what_is_over_needs_a_fresh_consent(house, caseworker, focal_point, case, service, how):
    """Scenario 15 and scenario 3: no way leads back but a new conversation with the person."""
    from consent import actions as consent

    factories.agreed(house, case, service)
    draft = factories.prepared(house, case, service)
    if how == "withdrawn":
        with acting(caseworker.pk):
            consent.withdraw(Decision.objects.active().get(recipient_id=service.pk), by=caseworker)
        draft = factories.prepared(house, case, service)
    with later(91 if how == "expired" else 0):
        factories.checked(house)
        with acting(caseworker.pk), pytest.raises(Refused) as refused:
            referrals.submit(Referral.objects.get(pk=draft.pk), by=caseworker)
        assert refused.value.code == "consent.missing"
        factories.agreed(house, case, service)
        with acting(caseworker.pk):
            referrals.revise(Referral.objects.get(pk=draft.pk), referrals.Offer("A safe place"), by=caseworker)
            assert referrals.submit(Referral.objects.get(pk=draft.pk), by=caseworker).status == "awaiting_approval"
