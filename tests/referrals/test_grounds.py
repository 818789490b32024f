"""On what ground something is told: a decision, a recipient that may receive, a second person (HS-01, HS-10, HS-20)."""

import re
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cases.models import Case
from consent import actions as consent
from consent.models import Decision
from consent.vocabulary import Purpose
from foundation.core.acting import acting
from foundation.core.errors import Forbidden, Gone, Refused, WrongState
from foundation.dossiers import clerk
from foundation.dossiers.models import Clock
from referrals import actions
from referrals.api.representation import whole
from referrals.models import Disclosure, Message, Partner, Referral, Service
from referrals.states import NOBODY
from referrals.vocabulary import FIELDS, Status
from tests import factories
from tests.referrals.walking import SERVICE, step, walked


@pytest.fixture
def case(house):
    return factories.case(house)


def test_a_person_who_refused_is_referred_nowhere(house, case, caseworker):
    """HS-01, HS-05."""
    service = house.services[SERVICE]
    factories.decide(house, case, Purpose.EXTERNAL_REFERRAL, service.pk, "refused", fields=service.offered_fields)
    draft = factories.prepared(house, case, service)
    assert draft.fields == []
    with acting(caseworker.pk), pytest.raises(Refused) as refused:
        actions.submit(draft, by=caseworker)
    assert refused.value.code == "consent.missing"


def test_a_person_who_was_not_asked_is_referred_nowhere(house, case, caseworker):
    draft = factories.prepared(house, case, house.services[SERVICE])
    with acting(caseworker.pk), pytest.raises(Refused):
        actions.submit(draft, by=caseworker)


SPOILED = {
    "expired": {"valid_from": timezone.now() - timedelta(days=91), "valid_until": timezone.now() - timedelta(days=1)},
    "not begun": {"valid_from": timezone.now() + timedelta(days=1)},
    "withdrawn": {"withdrawn_at": timezone.now() + timedelta(days=1)},
    "replaced": {"superseded_at": timezone.now()},
    "for less": {"fields": ["alias"]},
    "for nothing": {"fields": []},
    "refused": {"answer": "refused"},
    "not asked": {"answer": "not_asked"},
    "for another purpose": {"purpose": Purpose.RFL_TRACING},
}


def spoil(house, referral, how: str) -> None:
    """Change the decision behind a referral, whatever the actions would say."""
    with acting(house.people["caseworker"].pk):
        assert Decision.objects.filter(pk=referral.decision_id).update(**SPOILED[how]) == 1


@pytest.mark.parametrize("how", sorted(SPOILED))
def test_nothing_is_sent_without_a_decision_that_covers_it(house, case, how):
    """HS-01 at the moment of sending, after everything was fine when it was submitted."""
    referral = walked(house, case, Status.AWAITING_APPROVAL)
    spoil(house, referral, how)
    with pytest.raises(Refused) as refused:
        step(house, referral.pk, "send")
    assert refused.value.code == "consent.missing"
    with clerk.as_clerk():
        after = Referral.objects.get(pk=referral.pk)
        assert (after.status, after.sent_at) == (Status.AWAITING_APPROVAL, None)
        assert not Disclosure.objects.filter(referral=referral).exists()
    with acting(house.machine("Quayside Legal Clinic").pk):
        assert not Referral.objects.exists()


def test_a_decision_for_another_service_of_the_same_partner_does_not_count(house, case):
    """HS-01: one recipient, one service."""
    referral = walked(house, case, Status.AWAITING_APPROVAL)
    other = house.services["Advice before a removal"]
    with acting(house.people["caseworker"].pk):
        Decision.objects.filter(pk=referral.decision_id).update(recipient_id=other.pk)
    with pytest.raises(Refused):
        step(house, referral.pk, "send")


@pytest.mark.parametrize("how", sorted(SPOILED))
@pytest.mark.parametrize("state", [Status.SENT, Status.ACCEPTED])
def test_nothing_is_read_once_the_decision_does_not_cover_it_any_more(house, case, how, state):
    """HS-01 at each later read."""
    referral = walked(house, case, state)
    machine = house.machine("Quayside Legal Clinic")
    with acting(machine.pk):
        assert whole(Referral.objects.get(pk=referral.pk), machine)["preview"]
    spoil(house, referral, how)
    with acting(machine.pk), pytest.raises(Gone) as gone:
        whole(Referral.objects.get(pk=referral.pk), machine)
    assert gone.value.code == "consent.expired"


@pytest.mark.parametrize("how", ["expired", "for less", "replaced"])
def test_nothing_is_accepted_once_the_decision_has_ended(house, case, how):
    referral = walked(house, case, Status.SENT)
    spoil(house, referral, how)
    with pytest.raises(Gone):
        step(house, referral.pk, "accept")


def test_a_new_attempt_needs_new_consent(house, case, caseworker):
    """Scenario 3: declined for want of capacity; the agreement that led there does not lead there again."""
    first = walked(house, case, Status.DECLINED)
    second = factories.prepared(house, case, first.service)
    with acting(caseworker.pk), pytest.raises(Refused) as refused:
        actions.submit(second, by=caseworker)
    assert refused.value.code == "consent.used"
    factories.agreed(house, case, first.service)
    third = factories.prepared(house, case, first.service)
    assert step(house, step(house, third.pk, "submit").pk, "send").status == Status.SENT


CLOSED = {
    "partner suspended": (Partner, {"status": "suspended"}, "receiver.agreement"),
    "partnership ended": (Partner, {"status": "ended"}, "receiver.agreement"),
    "agreement over": (Partner, {"agreement_until": timezone.localdate() - timedelta(days=1)}, "receiver.agreement"),
    "service closed": (Service, {"status": "inactive"}, "receiver.service"),
    "not verified for too long": (Service, {"verified_on": timezone.localdate() - timedelta(days=181)}, "receiver.service"),
    "agreement for less": (Partner, {"max_tier": 0}, "receiver.tier"),
    "the service needs less": (Service, {"needs": ["alias"]}, "receiver.tier"),
}  # fmt: skip


def close(how: str) -> str:
    model, change, code = CLOSED[how]
    service = Service.objects.get(name=SERVICE)
    model.objects.filter(pk=service.pk if model is Service else service.partner_id).update(**change)
    return code


@pytest.mark.parametrize("how", sorted(CLOSED))
@pytest.mark.parametrize("verb", ["submit", "send"])
def test_a_recipient_that_may_not_receive_gets_nothing(house, case, how, verb):
    """HS-10: active, agreement in date, service active and verified, tier within the agreement."""
    referral = walked(house, case, Status.AWAITING_APPROVAL if verb == "send" else Status.DRAFT)
    code = close(how)
    with pytest.raises(Refused) as refused:
        step(house, referral.pk, verb)
    assert refused.value.code == code


@pytest.mark.parametrize("days", [0, 180])
def test_the_last_day_still_counts(house, case, days):
    Partner.objects.update(agreement_until=timezone.localdate())
    Service.objects.filter(name=SERVICE).update(verified_on=timezone.localdate() - timedelta(days=days))
    assert walked(house, case, Status.SENT).status == Status.SENT


def test_nobody_approves_what_he_asked_for(house, case, focal_point):
    """HS-20, in the policy and in the database."""
    service = house.services[SERVICE]
    factories.agreed(house, case, service)
    with acting(focal_point.pk):
        mine = actions.prepare(Case.objects.get(pk=case.pk), service, actions.Offer("Help"), by=focal_point)
        mine = actions.submit(mine, by=focal_point)
        for verb in ("send", "return_to_draft", "mark_error"):
            with pytest.raises(Forbidden), transaction.atomic():
                getattr(actions, verb)(mine, by=focal_point)
        with pytest.raises(DatabaseError, match="approver_is_another_person"), transaction.atomic():
            Referral.objects.filter(pk=mine.pk).update(approved_by=focal_point)


@pytest.mark.parametrize(
    "seat", ["caseworker", "volunteer", "outsider", "administrator", "data_officer", "partner_worker"]
)
def test_only_a_lead_of_the_folder_sends(house, case, seat):
    referral = walked(house, case, Status.AWAITING_APPROVAL)
    with pytest.raises((Forbidden, Referral.DoesNotExist)):
        step(house, referral.pk, "send", by=house.people[seat])


def test_consent_for_contact_alone_keeps_the_need_out_of_the_package(house, case):
    """Scenario 7: the person agreed to T1 only; T2 is not frozen, not encrypted for the partner, not released."""
    service = house.services[SERVICE]
    tier_one = [code for code in service.offered_fields if FIELDS[code][0] <= 1]
    factories.agreed(house, case, service, tier_one)
    referral = factories.prepared(house, case, service)
    for verb in ("submit", "send", "accept"):
        referral = step(house, referral.pk, verb)
    machine = house.machine("Quayside Legal Clinic")
    with acting(machine.pk):
        seen = Referral.objects.get(pk=referral.pk)
        assert set(seen.package) <= set(tier_one)
        assert "reason" not in seen.package
        shown = whole(seen, machine)
        assert shown["need"] is None
        assert shown["contact"]["alias"] == factories.NAME
        assert set(Disclosure.objects.filter(referral=seen).values_list("tier", flat=True)) == {0, 1}


def test_what_is_withheld_is_not_in_the_package(house, case):
    service = house.services[SERVICE]
    factories.agreed(house, case, service)
    referral = factories.prepared(house, case, service, withheld=["safe_contact"])
    for verb in ("submit", "send", "accept"):
        referral = step(house, referral.pk, verb)
    machine = house.machine("Quayside Legal Clinic")
    with acting(machine.pk):
        assert "safe_contact" not in Referral.objects.get(pk=referral.pk).package


def test_a_retry_reads_the_frozen_package(house, case, caseworker):
    """Laws of the loop 8: what changed since was not sent."""
    referral = walked(house, case, Status.ACCEPTED)
    with acting(caseworker.pk):
        consent.change_person(Case.objects.get(pk=case.pk).person, by=caseworker, alias="Somebody else")
    machine = house.machine("Quayside Legal Clinic")
    with acting(machine.pk):
        assert whole(Referral.objects.get(pk=referral.pk), machine)["contact"]["alias"] == factories.NAME


def test_an_emergency_may_release_the_contact_with_the_offer(house):
    """domain.md §5.3: T1 together with T0, if the consent covers it; each release is written down."""
    case = factories.case(house, flags=["death_threat_72h"])
    referral = walked(house, case, Status.SENT)
    machine = house.machine("Quayside Legal Clinic")
    with acting(machine.pk):
        shown = whole(Referral.objects.get(pk=referral.pk), machine)
        assert shown["contact"]["alias"] == factories.NAME
        assert shown["need"] is None
        assert set(Disclosure.objects.values_list("tier", flat=True)) == {0, 1}


def test_a_referral_is_verified_once_and_then_nobody_must_act(house, case, caseworker):
    referral = walked(house, case, Status.COMPLETED)
    with acting(caseworker.pk):
        done = actions.verify(Referral.objects.get(pk=referral.pk), "She has her papers.", by=caseworker)
        assert done.needs_action_by == NOBODY
        assert not Clock.objects.running().filter(subject_id=referral.pk).exists()
        with pytest.raises(WrongState):
            actions.verify(done, "again", by=caseworker)


def test_nothing_expires_while_the_partner_has_time(house, case, caseworker):
    """HS-24: a clock proposes, a person confirms, and not before."""
    referral = walked(house, case, Status.SENT)
    with acting(caseworker.pk), pytest.raises(WrongState, match="too_early"):
        actions.expire(Referral.objects.get(pk=referral.pk), by=caseworker)


@pytest.mark.parametrize(
    ("verb", "reply", "code"),
    [
        ("decline", {"reason": ""}, "receiver.reason"), ("decline", {"reason": "bored"}, "receiver.reason"),
        ("ask", {"text": " \n"}, "receiver.text"),
    ],
)  # fmt: skip
def test_an_answer_of_the_recipient_is_coded_or_said(house, case, verb, reply, code):
    referral = walked(house, case, Status.SENT)
    with pytest.raises(Refused) as refused:
        step(house, referral.pk, verb, **reply)
    assert refused.value.code == code


def test_a_question_is_encrypted_in_the_package(house, case):
    referral = walked(house, case, Status.INFO_REQUESTED)
    with acting(house.people["caseworker"].pk):
        assert Message.objects.get(referral=referral).text == "Which papers?"


def locked_by(queries) -> list[str]:
    """The tables of which rows were locked, in order."""
    locks = [q["sql"] for q in queries if re.search("FOR (NO KEY )?UPDATE", q["sql"])]
    return [found[1] for text in locks if (found := re.search(r'FROM "(\w+)"', text))]


def test_sending_locks_the_person_before_the_referral_as_a_withdrawal_does(house, case):
    """Otherwise the two could wait for each other, and PostgreSQL would kill one: perhaps the withdrawal."""
    referral = walked(house, case, Status.AWAITING_APPROVAL)
    with CaptureQueriesContext(connection) as queries:
        step(house, referral.pk, "send")
    assert locked_by(queries)[:2] == ["consent_person", "referrals_referral"]
    with CaptureQueriesContext(connection) as queries, acting(house.people["caseworker"].pk):
        consent.withdraw(Decision.objects.get(pk=referral.decision_id), by=house.people["caseworker"])
    tables = locked_by(queries)
    assert tables.index("consent_person") < tables.index("referrals_referral")
