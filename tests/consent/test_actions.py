"""Consent decides: what counts as a decision, what ends one, and what ends with it (HS-03, HS-05, HS-06)."""

from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone

from cases.models import Case
from consent import actions as consent
from consent.models import Consent, Decision, NoticeVersion, Person
from consent.vocabulary import Answer, Element, Purpose, RecipientKind, Withholding
from foundation.core.acting import acting
from foundation.core.errors import Refused, WrongState
from foundation.core.machines import COURIER
from foundation.dossiers.models import Clock, DossierKey
from foundation.outbox.models import Message
from referrals import actions as referrals
from referrals.models import Referral
from referrals.vocabulary import Status
from tests import factories
from tests.referrals.walking import PATHS, walked

HOW = {
    "language": "en", "mode": "verbal", "interpreter": "none", "is_private": True,
    "elements": list(Element.values), "asked_by_person": False,
}  # fmt: skip


@pytest.fixture
def case(house):
    return factories.case(house)


@pytest.fixture
def person(case, caseworker):
    """The person of a case, with the caseworker acting."""
    with acting(caseworker.pk):
        yield Person.objects.get(pk=case.person_id)


def line(house, answer=Answer.GRANTED, purpose=Purpose.EXTERNAL_REFERRAL, **more) -> consent.Asked:
    service = house.services["Papers and status service"]
    return consent.Asked(
        purpose, RecipientKind.SERVICE, service.pk, answer, **{"fields": service.offered_fields, **more}
    )


def record(house, person, *lines, by=None, **more) -> Consent:
    by = by or house.people["caseworker"]
    how = {**HOW, **more.pop("how", {})}
    given = {"explained_by": by, "notice": NoticeVersion.current("en"), "how": how, **more}
    return consent.record(person, list(lines) or [line(house)], by=by, **given)


def counts(person) -> tuple[int, int]:
    return Consent.objects.filter(person=person).count(), Decision.objects.filter(person=person).count()


def test_who_explained_it_records_it(house, person, focal_point):
    """HS-03: nobody records what somebody else heard."""
    before = counts(person)
    with pytest.raises(Refused) as refused:
        record(house, person, explained_by=focal_point)
    assert refused.value.code == "consent.not_explained_by_recorder"
    assert counts(person) == before


@pytest.mark.parametrize(
    "shift", [timedelta(seconds=30), timedelta(days=1), -timedelta(days=1, seconds=30), -timedelta(days=90)]
)
def test_consent_is_not_recorded_for_another_time(house, person, shift):
    """HS-03: neither for the future nor for the past."""
    before = counts(person)
    with pytest.raises(Refused) as refused:
        record(house, person, at=timezone.now() + shift)
    assert refused.value.code == "consent.date"
    assert counts(person) == before


def test_a_conversation_of_the_same_day_may_be_recorded(house, person):
    held = timezone.now() - timedelta(hours=3)
    assert record(house, person, at=held).decisions.get().valid_from == held


def test_nothing_asked_is_no_consent(house, person):
    with pytest.raises(Refused) as refused:
        consent.record(
            person, [], by=house.people["caseworker"], explained_by=house.people["caseworker"],
            notice=NoticeVersion.current("en"), how=HOW,
        )  # fmt: skip
    assert refused.value.code == "consent.blanket"


@pytest.mark.parametrize("purpose", ["everything", "all", "*", "", "any"])
def test_consent_is_never_blanket(house, person, purpose):
    """HS-03: each purpose has an answer of its own, and "everything" is no purpose."""
    with pytest.raises(Refused) as refused:
        record(house, person, line(house, purpose=purpose))
    assert refused.value.code == "consent.blanket"
    assert "everything" not in Purpose.values


@pytest.mark.parametrize("answer", ["yes", "", "true", "None"])
def test_an_answer_is_one_of_three(house, person, answer):
    with pytest.raises(Refused):
        record(house, person, line(house, answer=answer))


@pytest.mark.parametrize("missing", [Element.LIMITS, Element.VOLUNTARY])
def test_agreement_needs_the_limits_and_the_freedom_to_refuse_explained(house, person, missing):
    elements = [e for e in Element.values if e != missing]
    with pytest.raises(Refused) as refused:
        record(house, person, how={"elements": elements})
    assert (refused.value.code, refused.value.field) == ("consent.not_informed", "elements")


def test_a_refusal_can_be_recorded_without_any_explanation(house, person):
    """A "no" needs no ceremony."""
    refused = record(house, person, line(house, Answer.REFUSED, reason=Withholding.REPRISAL), how={"elements": []})
    assert refused.decisions.get().answer == Answer.REFUSED


def test_the_notice_its_language_and_the_way_it_was_given_are_kept(house, person):
    kept = record(
        house,
        person,
        how={"language": "ru", "interpreter": "professional", "is_interpreter_bound": True, "mode": "remote_verbal"},
    )
    assert (kept.notice.version, kept.language, kept.interpreter, kept.mode) == (
        2,
        "ru",
        "professional",
        "remote_verbal",
    )
    assert kept.held_by == house.people["caseworker"]


@pytest.mark.parametrize("wrong", [{"mode": "telepathy"}, {"interpreter": "child"}, {"interpreter": "family"}])
def test_family_and_children_are_no_interpreters(house, person, wrong):
    with pytest.raises(Exception, match="not a valid choice"):
        record(house, person, how=wrong)


def test_several_purposes_are_several_decisions(house, person):
    kept = record(house, person, line(house), line(house, Answer.REFUSED, Purpose.FOLLOW_UP_CONTACT))
    answers = dict(kept.decisions.values_list("purpose", "answer"))
    assert answers == {Purpose.EXTERNAL_REFERRAL: "granted", Purpose.FOLLOW_UP_CONTACT: "refused"}


def test_agreement_to_a_referral_ends_by_itself_after_ninety_days(house, person):
    decision = record(house, person).decisions.get()
    assert decision.valid_until - decision.valid_from == timedelta(days=90)
    service, fields = decision.recipient_id, set(decision.fields)
    last = decision.valid_until - timedelta(microseconds=1)
    assert decision.covers(Purpose.EXTERNAL_REFERRAL, service, fields, last)
    assert not decision.covers(Purpose.EXTERNAL_REFERRAL, service, fields, decision.valid_until)
    assert not decision.covers(
        Purpose.EXTERNAL_REFERRAL, service, fields, decision.valid_from - timedelta(microseconds=1)
    )


def test_a_decision_covers_its_purpose_its_recipient_and_its_fields_only(house, person):
    decision = record(house, person, line(house, fields=["alias", "urgency"])).decisions.get()
    service, other = decision.recipient_id, house.services["Safe shelter"].pk
    assert decision.covers(Purpose.EXTERNAL_REFERRAL, service, {"alias"})
    assert not decision.covers(Purpose.EXTERNAL_REFERRAL, service, {"alias", "safe_contact"})
    assert not decision.covers(Purpose.EXTERNAL_REFERRAL, other, {"alias"})
    assert not decision.covers(Purpose.RFL_TRACING, service, {"alias"})


@pytest.mark.parametrize("answer", [Answer.REFUSED, Answer.NOT_ASKED])
def test_only_agreement_covers(house, person, answer):
    """HS-05: what was refused cannot be used by anybody."""
    decision = record(house, person, line(house, answer)).decisions.get()
    assert not decision.is_active()
    assert not decision.covers(Purpose.EXTERNAL_REFERRAL, decision.recipient_id, set())
    assert decision not in Decision.objects.active()


def test_a_new_conversation_replaces_the_earlier_answer(house, person):
    """HS-05: only a new recorded conversation changes an answer; the earlier one stays on record."""
    first = record(house, person, line(house, Answer.REFUSED)).decisions.get()
    second = record(house, person).decisions.get()
    first.refresh_from_db()
    assert first.superseded_at == second.valid_from
    assert consent.current(person, Purpose.EXTERNAL_REFERRAL, second.recipient_id) == second
    assert Decision.objects.filter(person=person, purpose=Purpose.EXTERNAL_REFERRAL).count() == 2


def test_another_recipient_keeps_its_own_answer(house, person):
    mine = record(house, person).decisions.get()
    other = house.services["Safe shelter"]
    factories.decide(house, Case.objects.get(person=person), Purpose.EXTERNAL_REFERRAL, other.pk, Answer.REFUSED)
    mine.refresh_from_db()
    assert mine.is_active()


def test_a_person_who_comes_back_is_believed_at_once(house, person):
    """HS-05: never a waiting time, neither after a refusal nor after a withdrawal."""
    refused = record(house, person, line(house, Answer.REFUSED)).decisions.get()
    again = record(house, person, how={"asked_by_person": True}).decisions.get()
    assert again.is_active()
    consent.withdraw(again, by=house.people["caseworker"])
    back = record(house, person, how={"asked_by_person": True})
    assert back.asked_by_person
    assert back.decisions.get().is_active()
    assert not Decision.objects.get(pk=refused.pk).is_active()


@pytest.mark.parametrize("answer", list(Answer.values))
def test_what_was_said_before_a_withdrawal_does_not_undo_it(house, person, answer):
    """HS-03: an earlier conversation that is recorded late never overrides what the person said since."""
    first = record(house, person, at=timezone.now() - timedelta(hours=5)).decisions.get()
    consent.withdraw(first, by=house.people["caseworker"])
    with pytest.raises(Refused) as refused:
        record(house, person, line(house, answer), at=timezone.now() - timedelta(hours=2))
    assert refused.value.code == "consent.date"
    assert not Decision.objects.active().filter(person=person, purpose=Purpose.EXTERNAL_REFERRAL).exists()


def test_what_was_said_before_a_refusal_does_not_undo_it(house, person):
    record(house, person, line(house, Answer.REFUSED))
    with pytest.raises(Refused):
        record(house, person, at=timezone.now() - timedelta(hours=2))


def test_only_agreement_can_be_taken_back(house, person):
    refused = record(house, person, line(house, Answer.REFUSED)).decisions.get()
    with pytest.raises(WrongState):
        consent.withdraw(refused, by=house.people["caseworker"])


def test_taking_back_twice_is_taking_back_once(house, person):
    decision = record(house, person).decisions.get()
    first = consent.withdraw(decision, by=house.people["caseworker"])
    second = consent.withdraw(decision, by=house.people["focal_point"])
    assert (first.withdrawn_at, first.withdrawn_by) == (second.withdrawn_at, second.withdrawn_by)


def test_a_decision_of_a_folder_that_is_shut_cannot_be_taken_back(house, person, outsider):
    decision = record(house, person).decisions.get()
    with acting(outsider.pk), pytest.raises(Decision.DoesNotExist):
        consent.withdraw(decision, by=outsider)


def test_a_recipient_reads_the_decision_and_cannot_end_or_change_it(house, case):
    referral = factories.sent(house, case)
    machine = house.machine("Quayside Legal Clinic")
    with acting(machine.pk):
        decision = Referral.objects.get(pk=referral.pk).decision
        assert Decision.objects.filter(pk=decision.pk).update(valid_until="2099-01-01T00:00Z") == 0
        with pytest.raises(Decision.DoesNotExist):
            consent.withdraw(decision, by=machine)


@pytest.mark.parametrize("status", sorted(PATHS))
def test_consent_can_be_taken_back_whatever_the_state_of_the_referral(house, case, caseworker, status):
    """A4.7, HS-06, scenario 4: always possible; unsent ones are cancelled, sent ones recalled, in one transaction."""
    referral = walked(house, case, status)
    with acting(caseworker.pk):
        consent.withdraw(Decision.objects.get(pk=referral.decision_id), by=caseworker)
        after = Referral.objects.get(pk=referral.pk)
        assert not Decision.objects.get(pk=referral.decision_id).is_active()
        assert not DossierKey.objects.filter(dossier=after.dossier_id).exists(), "the package's key is destroyed"
        assert not after.is_open
        if status in {Status.DECLINED, Status.COMPLETED, Status.NOT_COMPLETED, Status.ENTERED_IN_ERROR}:
            assert after.status == status
        else:
            assert after.status == Status.CANCELLED
        running = set(Clock.objects.running().filter(subject_id=referral.pk).values_list("code", flat=True))
        with COURIER.at_work():
            is_told = Message.objects.filter(event="consent.withdrawn", reference=referral.pk).exists()
        if referral.sent_at is None:
            assert after.recalled_at is None
            assert running == set()
            assert not is_told
        else:
            assert after.recalled_at is not None
            assert running == {"withdrawal_confirm", "withdrawal_phone"}


def test_the_partner_is_told_by_id_and_must_confirm(house, case, caseworker, partner_worker):
    from referrals import webhooks

    with acting(None):
        endpoint, _secret = webhooks.register(house.partners["Quayside Legal Clinic"], "http://127.0.0.1:9/hook")
    referral = factories.sent(house, case)
    with acting(caseworker.pk):
        consent.withdraw(Decision.objects.get(pk=referral.decision_id), by=caseworker)
    with COURIER.at_work():
        hook = Message.objects.get(event="consent.withdrawn", target_id=endpoint.pk)
        assert hook.reference == referral.pk
        assert Message.objects.filter(recipient=partner_worker, slot__startswith="consent.withdrawn").count() == 2
    with acting(partner_worker.pk):
        seen = Referral.objects.get(pk=referral.pk)
        assert (seen.status, seen.needs_action_by, seen.is_open) == ("cancelled", "partner", False)
        done = referrals.confirm_withdrawal(seen, "deleted", by=partner_worker)
        assert done.confirmation == "deleted"
        assert not Clock.objects.running().filter(subject_id=referral.pk).exists()
        with pytest.raises(WrongState):
            referrals.confirm_withdrawal(done, "deleted", by=partner_worker)


def test_a_withdrawal_that_cannot_be_carried_out_whole_is_not_carried_out_at_all(house, case, caseworker, monkeypatch):
    """HS-06: atomic. A listener that fails undoes the decision, the recall and the destroyed key."""
    referral = factories.sent(house, case)

    def fail(decision):
        raise ZeroDivisionError

    monkeypatch.setattr(consent.withdrawn, "_listeners", [*consent.withdrawn._listeners, fail])
    with acting(caseworker.pk):
        with pytest.raises(ZeroDivisionError):
            consent.withdraw(Decision.objects.get(pk=referral.decision_id), by=caseworker)
        assert Decision.objects.get(pk=referral.decision_id).is_active()
        after = Referral.objects.get(pk=referral.pk)
        assert (after.status, after.recalled_at, after.is_open) == ("sent", None, True)
        with COURIER.at_work():
            assert Message.objects.exists()
            assert not Message.objects.filter(slot__startswith="consent.withdrawn").exists()


def test_the_cascade_cannot_be_skipped(house):
    """HS-06: it is wired in at the start of the program, not called by pages that could forget it."""
    assert referrals.cascade in consent.withdrawn._listeners


def test_refusing_later_ends_what_rested_on_the_agreement(house, case, caseworker):
    """A refusal in a new conversation is a withdrawal."""
    referral = factories.sent(house, case)
    factories.decide(house, case, Purpose.EXTERNAL_REFERRAL, referral.service_id, Answer.REFUSED)
    with acting(caseworker.pk):
        assert Referral.objects.get(pk=referral.pk).status == "cancelled"


def test_agreeing_anew_to_as_much_carries_the_referral_over(house, case, caseworker):
    """And a later withdrawal reaches what was sent on the earlier decision."""
    referral = factories.sent(house, case)
    factories.agreed(house, case, referral.service)
    with acting(caseworker.pk):
        after = Referral.objects.get(pk=referral.pk)
        assert after.status == "sent"
        assert after.decision_id != referral.decision_id
        assert after.decision.is_active()
        consent.withdraw(after.decision, by=caseworker)
        assert Referral.objects.get(pk=referral.pk).recalled_at is not None


def test_agreeing_anew_to_less_ends_what_was_sent_on_more(house, case, caseworker):
    referral = factories.sent(house, case)
    factories.agreed(house, case, referral.service, ["alias"])
    with acting(caseworker.pk):
        after = Referral.objects.get(pk=referral.pk)
        assert (after.status, after.recalled_at is not None) == ("cancelled", True)


def test_a_withdrawal_for_one_service_leaves_another_alone(house, case, caseworker):
    one = factories.sent(house, case)
    other = factories.sent(house, case, house.services["Safe shelter"])
    with acting(caseworker.pk):
        consent.withdraw(Decision.objects.get(pk=one.decision_id), by=caseworker)
        assert Referral.objects.get(pk=other.pk).status == "sent"
        assert Referral.objects.get(pk=other.pk).is_open


def test_a_withdrawal_reaches_packages_that_the_one_who_records_it_cannot_see(house, case, caseworker, focal_point):
    """The cascade runs as the clerk, who follows every package."""
    factories.agreed(house, case, house.services["Safe shelter"])
    with acting(focal_point.pk):
        offer = referrals.Offer("A safe place to sleep")
        made = referrals.prepare(Case.objects.get(pk=case.pk), house.services["Safe shelter"], offer, by=focal_point)
        from foundation.dossiers import actions as dossiers

        dossiers.unshare(made.dossier, user=caseworker)
    with acting(caseworker.pk):
        assert not Referral.objects.filter(pk=made.pk).exists()
        consent.withdraw(Decision.objects.active().get(recipient_id=made.service_id), by=caseworker)
    with acting(focal_point.pk):
        assert Referral.objects.get(pk=made.pk).status == "cancelled"


def test_who_takes_back_the_agreement_to_the_record_ends_every_other(house, case, caseworker):
    """Nothing new happens with a case until somebody has decided what may stay."""
    referral = factories.sent(house, case)
    with acting(caseworker.pk):
        escalation = Decision.objects.active().get(purpose=Purpose.INTERNAL_ESCALATION, person=case.person_id)
        consent.withdraw(escalation, by=caseworker)
        assert Case.objects.get(pk=case.pk).status == "restricted"
        assert Referral.objects.get(pk=referral.pk).recalled_at is not None
        assert not Decision.objects.active().filter(person=case.person_id).exists()


def test_the_database_refuses_a_decision_that_ends_before_it_begins(house, person):
    decision = record(house, person).decisions.get()
    with connections["default"].cursor() as cursor, pytest.raises(Exception, match="decision_ends_after_start"):
        cursor.execute("UPDATE consent_decision SET valid_until = valid_from WHERE id = %s", [decision.pk])


def test_a_notice_falls_back_to_english_and_takes_the_newest(db):
    from consent import notices

    notices.install()
    assert NoticeVersion.current("ru").language == "ru"
    assert NoticeVersion.current("fr").language == "en"
    newer = NoticeVersion.objects.create(version=3, language="ru", text="…", limits="…")
    assert NoticeVersion.current("ru") == newer
    assert NoticeVersion.current("ar").version == 2
