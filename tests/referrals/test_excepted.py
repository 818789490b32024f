"""A referral that rests on an exceptional disclosure: sent, read, ended, told (HS-01; domain.md §5.7; scenario 11)."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from cases.models import Case
from consent.actions import exceptions
from consent.models import Decision, ExceptionalDisclosure
from consent.tasks import sign_in_time
from consent.vocabulary import Answer, Basis, Purpose
from foundation.core import policy
from foundation.core.acting import acting
from foundation.core.errors import Gone, Refused
from referrals import actions
from referrals.api.representation import whole
from referrals.models import Disclosure, Referral
from referrals.telling import told
from referrals.vocabulary import CancelReason, Status
from tests import factories
from tests.referrals.walking import SERVICE


@pytest.fixture
def case(house):
    return factories.case(house)


@pytest.fixture
def service(house):
    return house.services[SERVICE]


def signed(house, case, service, **more) -> ExceptionalDisclosure:
    """In effect for the service, on two signatures."""
    asked = factories.excepted(
        house, case, purpose=Purpose.EXTERNAL_REFERRAL, recipient_kind="service", recipient_id=service.pk,
        fields=service.offered_fields, **more,
    )  # fmt: skip
    officer = house.people["data_officer"]
    with acting(officer.pk):
        row = policy.fetch(officer, ExceptionalDisclosure, asked.pk, related=("unit", "requested_by"))
        return exceptions.authorise(row, by=officer)


def sent(house, case, service) -> Referral:
    """Prepared by the caseworker, sent by the focal point."""
    worker, lead = house.people["caseworker"], house.people["focal_point"]
    draft = factories.prepared(house, case, service)
    with acting(worker.pk):
        actions.submit(Referral.objects.get(pk=draft.pk), by=worker)
    with acting(lead.pk):
        return actions.send(Referral.objects.get(pk=draft.pk), by=lead)


def read(house, referral):
    machine = house.machine("Quayside Legal Clinic")
    with acting(machine.pk):
        return whole(Referral.objects.get(pk=referral.pk), machine)


def test_two_signatures_stand_in_for_consent_and_the_recipient_is_told_which_it_is(house, case, service):
    factories.decide(house, case, Purpose.EXTERNAL_REFERRAL, service.pk, Answer.REFUSED, fields=service.offered_fields)
    exception = signed(house, case, service)
    referral = sent(house, case, service)
    assert (referral.decision_id, referral.exception_id) == (None, exception.pk)
    shown = read(house, referral)
    assert shown["consent"]["basis"] == Basis.EXCEPTION
    assert shown["preview"]
    with acting(house.people["caseworker"].pk):
        rows = Disclosure.objects.filter(referral=referral)
        assert {(row.decision_id, row.exception_id) for row in rows} == {(None, exception.pk)}


def test_nothing_is_sent_on_a_request_that_nobody_signed(house, case, service):
    factories.excepted(
        house, case, purpose=Purpose.EXTERNAL_REFERRAL, recipient_kind="service", recipient_id=service.pk,
        fields=service.offered_fields,
    )  # fmt: skip
    with pytest.raises(Refused) as refused:
        sent(house, case, service)
    assert refused.value.code == "consent.missing"


def test_it_tells_no_more_than_was_signed(house, case, service):
    asked = factories.excepted(
        house, case, purpose=Purpose.EXTERNAL_REFERRAL, recipient_kind="service", recipient_id=service.pk,
        fields=["urgency", "service_type", "district"],
    )  # fmt: skip
    officer = house.people["data_officer"]
    with acting(officer.pk):
        row = policy.fetch(officer, ExceptionalDisclosure, asked.pk, related=("unit", "requested_by"))
        exceptions.authorise(row, by=officer)
    assert sorted(sent(house, case, service).fields) == ["district", "service_type", "urgency"]


def test_the_persons_own_word_goes_before_it(house, case, service):
    signed(house, case, service)
    factories.agreed(house, case, service)
    referral = sent(house, case, service)
    assert referral.exception_id is None
    with acting(house.people["caseworker"].pk):
        assert Decision.objects.get(pk=referral.decision_id).is_active()


def test_a_later_agreement_does_not_shut_what_rests_on_the_signatures(house, case, service):
    signed(house, case, service)
    referral = sent(house, case, service)
    factories.agreed(house, case, service)
    assert read(house, referral)["preview"]


def test_when_its_time_is_over_nothing_is_read_any_more(house, case, service):
    exception = signed(house, case, service)
    referral = sent(house, case, service)
    with time_machine.travel(exception.valid_until + timedelta(minutes=1)), pytest.raises(Gone):
        read(house, referral)


def test_who_ends_it_ends_every_referral_that_rests_on_it(house, case, service):
    exception = signed(house, case, service)
    referral, officer = sent(house, case, service), house.people["data_officer"]
    with acting(officer.pk):
        row = policy.fetch(officer, ExceptionalDisclosure, exception.pk, related=("unit", "requested_by"))
        exceptions.end(row, by=officer)
    with pytest.raises(Gone):
        read(house, referral)
    with acting(house.people["caseworker"].pk):
        after = Referral.objects.get(pk=referral.pk)
    assert (after.status, after.end_reason) == (Status.CANCELLED, CancelReason.EXCEPTION)
    assert after.recalled_at is not None


def test_scenario_11_without_the_second_signature_what_was_told_is_recalled(house, case, service):
    asked = factories.excepted(
        house, case, purpose=Purpose.EXTERNAL_REFERRAL, recipient_kind="service", recipient_id=service.pk,
        fields=service.offered_fields, is_emergency=True,
    )  # fmt: skip
    referral = sent(house, case, service)
    assert referral.exception_id == asked.pk
    assert read(house, referral)["preview"]
    with time_machine.travel(timezone.now() + timedelta(hours=24, minutes=1)):
        sign_in_time()
        with pytest.raises(Gone):
            read(house, referral)
    with acting(house.people["caseworker"].pk):
        assert Referral.objects.get(pk=referral.pk).recalled_at is not None


@pytest.mark.parametrize("is_informed", [True, False])
def test_the_persons_sheet_says_it_only_where_the_person_was_told(house, case, service, is_informed):
    """W-22: a paper must not say what it was unsafe to say."""
    unsafe = "" if is_informed else "Her brother reads what she carries."
    signed(house, case, service, is_informed=is_informed, unsafe=unsafe)
    sent(house, case, service)
    worker = house.people["caseworker"]
    with acting(worker.pk):
        found = Case.objects.select_related("unit").get(pk=case.pk)
        rows = told(found, timezone.get_current_timezone())
    assert len(rows) == int(is_informed)
    assert all("did not agree" in " ".join(row["lines"]) for row in rows)
