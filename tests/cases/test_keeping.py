"""How long what is kept, who is asked before it ends, and what holds it (domain.md §4.3; HS-20, HS-23, HS-24)."""

from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases import actions as cases
from cases.actions import keeping
from cases.actions.triage import Triage
from cases.models import Case, Concern, Erasure
from cases.states import ConcernStatus, ErasureStatus
from cases.vocabulary import Ground, Outcome
from consent import actions as consent
from consent.actions import keeping as keep
from consent.models import Keeping, KeepingExtension, LegalHold, Person, RetentionRule
from consent.terms import HoldState, RecordClass
from foundation.core.acting import acting
from foundation.core.errors import DomainError, Forbidden, Refused, WrongState
from foundation.dossiers import clerk
from foundation.dossiers.ledger import Ledger
from foundation.dossiers.models import Clock, Dossier, DossierKey
from tests import factories

DAYS = {RecordClass.CONCERN: 30, RecordClass.CASE_ADULT: 731, RecordClass.CASE_CHILD: 731}


@pytest.fixture
def agreed(house):
    """The schedule as the officer set it and the manager agreed to it."""
    return {name: rule(house, name, days) for name, days in DAYS.items()}


def rule(house, record_class, days):
    officer, manager = house.people["data_officer"], house.people["manager"]
    with acting(officer.pk):
        made = consent.set_rule(record_class, days, by=officer)
    with acting(manager.pk):
        return consent.agree_rule(made, by=manager)


def triaged(house, outcome=Outcome.INFORMATION):
    """A concern that is not taken further."""
    concern, lead = factories.submitted(house), house.people["focal_point"]
    with acting(lead.pk):
        fresh = Concern.objects.get(pk=concern.pk)
        return cases.triage(fresh, Triage(outcome, fresh.urgency), by=lead)


def place(dossier):
    with clerk.as_clerk():
        return Keeping.objects.get(dossier=dossier)


def later(days):
    return time_machine.travel(timezone.now() + timedelta(days=days), tick=False)


def through(until: int, step: int = 5, start: int = 0) -> int:
    """The sweep as it runs over many days; how many folders ended."""
    n = 0
    for day in range(start, until + 1, step):
        with later(day):
            n += keeping.sweep()
    return n


def is_gone(dossier) -> bool:
    with clerk.as_clerk():
        return Dossier.objects.get(pk=dossier).erased_at is not None


# --- identifiers of a concern without consent


def test_without_consent_no_identifier_is_kept_for_a_moment(house):
    """HS-02; domain.md §4.3: the draft's key is destroyed with all that was written, in the transaction of the hand-over."""
    draft = factories.draft(house)
    by = house.people["volunteer"]
    with acting(by.pk):
        cases.answer_escalation(draft, by=by, answer="refused")
        plain = cases.submit(draft, by=by)
    assert is_gone(draft.dossier_id)
    with acting(by.pk):
        assert not DossierKey.objects.filter(dossier=draft.dossier_id).exists()
        assert not Person.objects.filter(dossier=draft.dossier_id).exists()
    with acting(house.people["focal_point"].pk):
        found = Concern.objects.get(pk=plain.pk)
        assert (found.person, found.summary, found.wishes) == (None, None, None)
    assert place(plain.dossier_id).record_class == RecordClass.CONCERN


# --- the class at collection


def test_a_class_is_set_when_the_concern_is_handed_over_and_counts_from_triage_on(house, agreed):
    concern = factories.submitted(house)
    kept = place(concern.dossier_id)
    assert (kept.record_class, kept.days, kept.version, kept.keep_until) == ("concern", 30, 1, None)
    done = triaged(house)
    assert place(done.dossier_id).keep_until == timezone.localdate() + timedelta(days=30)


def test_a_case_of_somebody_whose_age_is_not_known_is_kept_like_a_childs(house, agreed):
    """Unknown age counts as a child (domain.md §5.5)."""
    case, owner = factories.case(house), house.people["caseworker"]
    with acting(owner.pk):
        fresh = Case.objects.get(pk=case.pk)
        consent.change_person(fresh.person, by=owner, profile={})
        cases.add_note(fresh, by=owner, text="Met again.")
    assert place(case.dossier_id).record_class == RecordClass.CASE_CHILD


@pytest.mark.parametrize(
    ("band", "wanted", "years"), [("18-59", "case_adult", 0), ("12-17", "case_child", 6), ("0-4", "case_child", 18)]
)
def test_the_class_follows_the_age_and_a_childs_case_stays_until_majority(house, agreed, band, wanted, years):
    case, owner = factories.case(house), house.people["caseworker"]
    with acting(owner.pk):
        fresh = Case.objects.get(pk=case.pk)
        consent.change_person(fresh.person, by=owner, profile={"age_band": band})
        cases.add_note(fresh, by=owner, text="Met again.")
    kept = place(case.dossier_id)
    assert kept.record_class == wanted
    least = timezone.localdate() + timedelta(days=max(731, 365 * years))
    assert kept.keep_until >= least


def test_what_happens_in_a_case_moves_its_end(house, agreed):
    case, owner = factories.case(house), house.people["caseworker"]
    before = place(case.dossier_id).keep_until
    with later(100), acting(owner.pk):
        cases.add_note(Case.objects.get(pk=case.pk), by=owner, text="A call.")
    assert place(case.dossier_id).keep_until == before + timedelta(days=100)


# --- the schedule is decided by people


def test_a_rule_needs_another_person(house):
    """HS-20."""
    officer = house.people["data_officer"]
    with acting(officer.pk):
        made = consent.set_rule("concern", 60, by=officer)
        with pytest.raises(Refused) as refused:
            consent.agree_rule(made, by=officer)
    assert refused.value.code == "retention.same_person"
    with pytest.raises(IntegrityError), transaction.atomic():
        RetentionRule.objects.filter(pk=made.pk).update(agreed_by=officer)


@pytest.mark.parametrize("days", [0, -1, 36526])
def test_a_rule_of_no_days_or_of_more_than_a_life_is_refused(house, data_officer, days):
    with acting(data_officer.pk), pytest.raises(Refused):
        consent.set_rule("concern", days, by=data_officer)


def test_other_seats_set_no_rule(house):
    for seat in ("caseworker", "focal_point", "administrator", "partner_worker", "auditor"):
        by = house.people[seat]
        with acting(by.pk), pytest.raises(Forbidden):
            consent.set_rule("concern", 60, by=by)


def test_nothing_ends_by_a_default_that_nobody_agreed_on(house):
    """HS-24: the figures of domain.md are shown; they erase nothing until two people have made them a rule."""
    concern = triaged(house)
    assert through(120, step=10) == 0
    assert not is_gone(concern.dossier_id)


def test_what_was_collected_before_the_first_rule_follows_it(house):
    concern = triaged(house)
    rule(house, "concern", 90)
    kept = place(concern.dossier_id)
    assert (kept.version, kept.days) == (1, 90)
    assert kept.keep_until == timezone.localdate() + timedelta(days=90)


def test_a_later_rule_does_not_shorten_what_was_promised(house, agreed):
    concern = triaged(house)
    rule(house, "concern", 2)
    assert place(concern.dossier_id).days == 30


# --- the end


def test_a_concern_not_taken_further_is_erased_after_thirty_days_with_a_certificate(house, agreed):
    """HS-23, scenario 20: the key is gone, the ledger has the line, the certificate names the rule and the two seats."""
    concern = triaged(house)
    assert through(30, step=2) == 0
    assert not is_gone(concern.dossier_id)
    assert through(40, step=1, start=31) == 1
    assert is_gone(concern.dossier_id)
    with acting(house.people["data_officer"].pk):
        done = Erasure.objects.get(dossier=concern.dossier_id)
    assert (done.status, done.ground, done.case_id) == (ErasureStatus.DONE, Ground.RETENTION, None)
    assert done.certificate is not None
    assert done.certificate["rule"] == {"class": "concern", "version": 1, "days": 30}
    assert {done.certificate["asked"]["role"], done.certificate["agreed"]["role"]} == {"data_officer", "manager"}
    assert str(concern.dossier_id) in {str(line.id) for line in Ledger.of_installation().lines()}
    with clerk.as_clerk():
        assert Concern.objects.get(pk=concern.pk).status == ConcernStatus.ERASED


def test_a_case_is_erased_with_its_packages(house, agreed):
    """HS-23."""
    referral = factories.sent(house)
    with acting(house.people["caseworker"].pk):
        case = referral.case
        folders = [case.dossier_id, referral.dossier_id]
        owner = house.people["caseworker"]
        consent.change_person(case.person, by=owner, profile={"age_band": "18-59"})
    assert through(735, step=10, start=690) == 0
    assert through(790, step=10, start=740) == 1
    assert [is_gone(folder) for folder in folders] == [True, True]
    with acting(house.people["data_officer"].pk):
        done = Erasure.objects.get(dossier=folders[0])
    assert done.status == ErasureStatus.DONE
    assert done.certificate is not None
    assert len(done.certificate["folders"]) == 2


def test_an_open_concern_never_runs_out(house, agreed):
    """Nobody has decided on it yet: no clock of ours may decide (HS-24)."""
    concern = factories.submitted(house)
    assert through(200, step=20) == 0
    assert not is_gone(concern.dossier_id)


def test_the_leads_are_asked_thirty_days_before_and_nothing_ends_unasked(house, agreed):
    case = factories.case(house)
    with later(690):
        keeping.sweep()
        assert place(case.dossier_id).offered_at is None
    with later(705):
        keeping.sweep()
        kept = place(case.dossier_id)
        assert kept.offered_at is not None
        with acting(house.people["focal_point"].pk):
            clock = Clock.objects.running().get(subject_id=kept.pk, code="retention")
        assert clock.reference == case.code
    other = factories.case(house)
    with later(2000):  # the sweep did not run for years: the leads are asked first all the same
        assert keeping.sweep() == 1  # the first was asked long ago
        assert place(other.dossier_id).offered_at is not None
        assert not is_gone(other.dossier_id)
    with later(2031):
        assert keeping.sweep() == 1


def test_activity_answers_the_question(house, agreed):
    case, owner = factories.case(house), house.people["caseworker"]
    with later(705):
        keeping.sweep()
        with acting(owner.pk):
            cases.add_note(Case.objects.get(pk=case.pk), by=owner, text="She came back.")
        kept = place(case.dossier_id)
        assert kept.offered_at is None
        with clerk.as_clerk():
            assert not Clock.objects.running().filter(subject_id=kept.pk).exists()


def test_a_lead_keeps_it_longer_for_a_reason(house, agreed):
    case, lead = factories.case(house), house.people["focal_point"]
    until = timezone.localdate() + timedelta(days=1000)
    with acting(lead.pk):
        kept = Keeping.objects.get(dossier=case.dossier_id)
        with pytest.raises(Refused):
            keep.extend(kept, until, "  ", by=lead)
        with pytest.raises(Refused):
            keep.extend(kept, timezone.localdate(), "Too early", by=lead)
        with pytest.raises(Refused):
            keep.extend(kept, until + timedelta(days=400), "Too long", by=lead)
        keep.extend(kept, until, "A court date is set.", by=lead)
        assert KeepingExtension.objects.get(keeping=kept).reason == "A court date is set."
    assert place(case.dossier_id).keep_until == until
    assert through(1000, step=20, start=700) == 0
    assert through(1060, step=10, start=1001) == 1


@pytest.mark.parametrize("seat", ["caseworker", "volunteer", "outsider", "data_officer", "administrator"])
def test_other_seats_do_not_extend(house, agreed, seat):
    case, by = factories.case(house), house.people[seat]
    kept = place(case.dossier_id)
    with acting(by.pk), pytest.raises((Forbidden, Keeping.DoesNotExist)):
        keep.extend(kept, timezone.localdate() + timedelta(days=900), "I want it.", by=by)


def test_two_sweeps_at_once_end_a_folder_once(house, agreed):
    concern = triaged(house)
    through(26, step=2)
    with later(40):
        pks = keep.ended()
        assert keeping.expire(pks[0]) is not None
        assert keeping.expire(pks[0]) is None
    with clerk.as_clerk():
        assert Erasure.objects.filter(dossier=concern.dossier_id).count() == 1


def test_only_a_rule_of_two_lets_the_clerk_begin_an_erasure(house, agreed):
    """The wall itself: without a rule the clerk orders nothing."""
    case = factories.case(house)
    kept, ruled = place(case.dossier_id), agreed[RecordClass.CASE_CHILD]
    with pytest.raises(Exception, match="row-level security"), clerk.as_clerk() as by:
        Erasure(
            dossier=Dossier.objects.get(pk=case.dossier_id), case_id=case.pk, code=kept.reference, unit=case.unit,
            ground=Ground.RETENTION, deciders=[], requested_by=by, requested_seat=ruled.set_seat,
        ).save(force_insert=True)  # fmt: skip


# --- legal hold


def held(house, case, decide=True):
    lead, officer = house.people["focal_point"], house.people["data_officer"]
    with acting(lead.pk):
        fresh = Case.objects.select_related("dossier", "unit").get(pk=case.pk)
        until = timezone.localdate() + timedelta(days=300)
        hold = consent.ask_hold(fresh.dossier, fresh.code, fresh.unit, "court", until, by=lead)
    if decide:
        with acting(officer.pk):
            hold = consent.decide_hold(LegalHold.objects.get(pk=hold.pk), is_agreed=True, by=officer)
    return hold


def test_a_hold_needs_two_people_and_its_end_too(house, agreed):
    """HS-20, HS-23."""
    case, lead, officer = factories.case(house), house.people["focal_point"], house.people["data_officer"]
    hold = held(house, case, decide=False)
    with acting(lead.pk), pytest.raises(Refused) as refused:
        consent.decide_hold(hold, is_agreed=True, by=lead)
    assert refused.value.code == "hold.same_person"
    with acting(officer.pk):
        assert not consent.is_held(case.dossier_id)
        consent.decide_hold(hold, is_agreed=True, by=officer)
        assert consent.is_held(case.dossier_id)
        assert not Case.objects.filter(pk=case.pk).exists()  # the officer decides and opens no case
        ending = consent.ask_end(hold, by=officer)
        assert consent.is_held(case.dossier_id)
        with pytest.raises(Refused):
            consent.decide_end(ending, is_agreed=True, by=officer)
    manager = house.people["manager"]
    with acting(manager.pk):
        assert consent.decide_end(ending, is_agreed=True, by=manager).state == HoldState.ENDED
        assert not consent.is_held(case.dossier_id)


def test_what_is_held_does_not_run_out_and_is_asked_about_anew_afterwards(house, agreed):
    """HS-23: retention executes unless a hold is on it."""
    case, officer, manager = factories.case(house), house.people["data_officer"], house.people["manager"]
    hold = held(house, case)
    assert through(1000, step=30, start=680) == 0
    with later(1001):
        with acting(officer.pk):
            consent.ask_end(LegalHold.objects.get(pk=hold.pk), by=officer)
        with acting(manager.pk):
            consent.decide_end(LegalHold.objects.get(pk=hold.pk), is_agreed=True, by=manager)
        assert keeping.sweep() == 0
    with later(1040):
        assert keeping.sweep() == 1
    assert is_gone(case.dossier_id)


def test_nobody_erases_what_is_held(house, agreed):
    case, lead = factories.case(house), house.people["focal_point"]
    with acting(lead.pk):
        asked = cases.request_erasure(Case.objects.get(pk=case.pk), Ground.ASKED, by=lead)
    held(house, case)
    officer = house.people["data_officer"]
    with acting(officer.pk), pytest.raises(Refused) as refused:
        cases.authorise_erasure(asked, by=officer)
    assert refused.value.code == "erasure.held"
    other = factories.case(house)
    held(house, other)
    with acting(lead.pk), pytest.raises(Refused):
        cases.request_erasure(Case.objects.get(pk=other.pk), Ground.ASKED, by=lead)


@pytest.mark.parametrize(("ground", "days"), [("because", 30), ("court", 0), ("court", -5), ("court", 900)])
def test_a_hold_without_ground_or_day_is_refused(house, ground, days):
    case, lead = factories.case(house), house.people["focal_point"]
    with acting(lead.pk):
        fresh = Case.objects.select_related("dossier", "unit").get(pk=case.pk)
        until = timezone.localdate() + timedelta(days=days)
        with pytest.raises(Refused):
            consent.ask_hold(fresh.dossier, fresh.code, fresh.unit, ground, until, by=lead)


def test_one_hold_at_a_time(house):
    case, lead = factories.case(house), house.people["focal_point"]
    held(house, case)
    with acting(lead.pk):
        fresh = Case.objects.select_related("dossier", "unit").get(pk=case.pk)
        with pytest.raises(WrongState):
            consent.ask_hold(
                fresh.dossier, fresh.code, fresh.unit, "court", timezone.localdate() + timedelta(9), by=lead
            )


def test_somebody_else_sees_no_hold(house):
    case = factories.case(house)
    hold = held(house, case)
    for seat in ("outsider", "partner_worker", "administrator", "volunteer"):
        with acting(house.people[seat].pk):
            assert not LegalHold.objects.filter(pk=hold.pk).exists()


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(st.sampled_from(["ask", "agree", "refuse", "ask_end", "end", "keep"]), min_size=1, max_size=8))
def test_whatever_is_tried_a_held_folder_was_agreed_to_by_two_and_ends_by_two(house, steps):
    """HS-20: random histories of a hold, each step tried by every seat that could."""
    with transaction.atomic():
        case = factories.case(house)
        lead, officer, manager = (house.people[seat] for seat in ("focal_point", "data_officer", "manager"))
        for step in steps:
            for by in (lead, officer, manager):
                with acting(by.pk), transaction.atomic():
                    _try(step, case, by)
        with acting(officer.pk):
            for hold in LegalHold.objects.filter(dossier=case.dossier_id):
                if hold.state in (HoldState.HELD, HoldState.ENDING):
                    assert hold.decided_by_id not in (None, hold.asked_by_id)
                if hold.state == HoldState.ENDED:
                    assert hold.end_decided_by_id not in (None, hold.end_asked_by_id)
        transaction.set_rollback(True)


def _try(step, case, by):
    until = timezone.localdate() + timedelta(days=30)
    verbs = {
        "agree": lambda h: consent.decide_hold(h, is_agreed=True, by=by),
        "refuse": lambda h: consent.decide_hold(h, is_agreed=False, by=by),
        "ask_end": lambda h: consent.ask_end(h, by=by),
        "end": lambda h: consent.decide_end(h, is_agreed=True, by=by),
        "keep": lambda h: consent.decide_end(h, is_agreed=False, by=by),
    }
    try:
        if step == "ask":
            fresh = Case.objects.select_related("dossier", "unit").filter(pk=case.pk).first()
            if fresh is not None:
                consent.ask_hold(fresh.dossier, fresh.code, fresh.unit, "court", until, by=by)
        else:
            for hold in LegalHold.objects.filter(dossier=case.dossier_id).order_by("-asked_at")[:1]:
                verbs[step](hold)
    except DomainError:
        pass


def test_a_note_written_while_the_end_is_carried_out_brings_nothing_back(house, agreed):
    case, owner = factories.case(house), house.people["caseworker"]
    with clerk.as_clerk():
        Keeping.objects.filter(dossier=case.dossier_id).update(ended_at=timezone.now())
    before = place(case.dossier_id)
    with later(40), acting(owner.pk):
        cases.add_note(Case.objects.get(pk=case.pk), by=owner, text="Too late.")
    after = place(case.dossier_id)
    assert (after.ended_at, after.keep_until) == (before.ended_at, before.keep_until)


def test_held_folders_take_no_place_in_the_sweep(house, agreed, monkeypatch):
    """However many are held, what is not held still ends in its time."""
    monkeypatch.setattr(keep, "SWEEP", 1)
    for_court = factories.case(house)
    held(house, for_court)
    with later(1):
        other = factories.case(house)
    assert through(800, step=10, start=690) == 1
    assert [is_gone(case.dossier_id) for case in (for_court, other)] == [False, True]
