"""Assessing a threat of a case: trained people, honest unknowns, two people to lower a high risk (R-06, R-23 to R-25)."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from cases.actions.case import set_urgency
from cases.models import Case, CaseNote
from cases.vocabulary import Urgency
from foundation.core.acting import acting
from foundation.core.errors import Forbidden, Refused, WrongState
from foundation.dossiers.models import Clock
from riskanalysis import actions
from riskanalysis.models import ClinicalWindow, RiskAssessment, SpecificThreat
from riskanalysis.risks import State
from tests import factories
from tests.riskanalysis import assessing


@pytest.fixture
def case(house):
    return factories.case(house)


@pytest.fixture
def draft(house, case):
    return assessing.answered(house, assessing.named(house, case))


def fresh(house, row, who="caseworker"):
    with acting(house.people[who].pk):
        found = RiskAssessment.objects.select_related("case").get(pk=row.pk)
        found.known, found.reasons, found.refusal  # noqa: B018 (opened while somebody acts)
        return found


def refused(code, function, *args, **more):
    with pytest.raises(Refused) as problem:
        function(*args, **more)
    assert problem.value.code == code
    return problem.value


def test_only_trained_people_assess(house, case):
    """HS-07: the case's owner without the training is refused, and told who can mend it."""
    owner = house.people["caseworker"]
    assessing.untrain(house, "caseworker")
    with acting(owner.pk):
        problem = refused("training.missing", actions.name_threat, case, assessing.ABOUT, by=owner)
    assert "Only people trained" in problem.message
    assert assessing.named(house, case).status == State.DRAFT


def test_a_threat_is_named_in_codes_and_once(house, case):
    """R-23, R-25, §7.7: the kind of source, never a name; the same threat is not in the case twice."""
    row, owner = assessing.named(house, case), house.people["caseworker"]
    assert (row.number, row.status, row.scheme) == (1, State.DRAFT, "1")
    with acting(owner.pk):
        assert SpecificThreat.objects.get(case=case).known == assessing.ABOUT
        refused("threat.known", actions.name_threat, case, assessing.ABOUT, by=owner)
        for name in assessing.ABOUT:
            refused(f"threat.{name}", actions.name_threat, case, {**assessing.ABOUT, name: "Ivan"}, by=owner)


def test_a_threat_from_our_own_people_does_not_enter_the_case(house, case):
    """HS-16: it belongs to safeguarding; nothing is kept here."""
    assessing.train(house, "caseworker")
    owner = house.people["caseworker"]
    with acting(owner.pk):
        about = {**assessing.ABOUT, "source": "service_provider"}
        assert refused("threat.safeguarding", actions.name_threat, case, about, by=owner).field == "source"
        assert not SpecificThreat.objects.filter(case=case).exists()


def test_an_answer_out_of_the_scale_or_without_a_word_is_refused(house, case):
    row, owner = assessing.named(house, case), house.people["caseworker"]
    with acting(owner.pk):
        for score in (-1, 5, "3", ""):
            refused("assessment.score", actions.answer, row, "threat", {"score": score, "evidence": "x"}, by=owner)
        refused("assessment.evidence", actions.answer, row, "threat", {"score": 3, "evidence": " "}, by=owner)
        refused("assessment.question", actions.answer, row, "since", {}, by=owner)
        refused("assessment.evidence", actions.answer, row, "threat", {"score": 3, "evidence": "x" * 1001}, by=owner)
        saved = actions.answer(row, "threat", {"score": None, "evidence": ""}, by=owner)
    assert saved.threat_score is None


def test_every_question_is_answered_before_it_is_decided(house, case):
    row, owner = assessing.named(house, case), house.people["caseworker"]
    with acting(owner.pk), pytest.raises(WrongState):
        actions.decide(row, actions.Choice(3, "urgent"), by=owner)


def test_a_suggestion_that_is_confirmed_takes_effect(house, case, draft):
    """The level, the urgency of the case, its stage, the clock to the next look (14 days where it is urgent)."""
    row = assessing.confirmed(house, draft, 3)
    assert (row.low, row.high, row.level, row.status) == (3, 3, 3, State.CONFIRMED)
    with acting(house.people["caseworker"].pk):
        known = Case.objects.get(pk=case.pk)
        assert known.urgency == Urgency.URGENT
        assert known.status == "assessed"
        clock = Clock.objects.running().get(subject_id=case.pk, code="reassess")
        assert clock.user == house.people["caseworker"]
        assert timedelta(days=13) < clock.due_at - timezone.now() <= timedelta(days=14)
        assert "risk_assessed" in CaseNote.objects.filter(case=case).values_list("event", flat=True)


def test_unknown_capacity_gives_a_range_and_its_worst_end_decides(house, case):
    """Scenario 14: "not determined (1–4)" may be confirmed; the suggested urgency is that of the worst."""
    row = assessing.answered(house, assessing.named(house, case), prevent=None, respond=None, recover=None)
    owner = house.people["caseworker"]
    from riskanalysis.suggesting import suggest

    with acting(owner.pk):
        made = suggest(fresh(house, row))
        assert (made.span.low, made.span.high, made.urgency) == (1, 4, Urgency.EMERGENCY)
    row = assessing.confirmed(house, row, None, "emergency")
    assert (row.level, row.decided.low, row.decided.high) == (None, 1, 4)


def test_not_determined_cannot_be_said_of_what_is_known(house, draft):
    owner = house.people["caseworker"]
    with acting(owner.pk):
        refused("assessment.level", actions.decide, draft, actions.Choice(None, "urgent"), by=owner)
        refused("assessment.level", actions.decide, draft, actions.Choice(7, "urgent"), by=owner)
        refused("assessment.urgency", actions.decide, draft, actions.Choice(3, "soon"), by=owner)


def test_lowering_needs_a_reason_and_a_high_risk_a_second_person(house, case, draft):
    """HS-20, HS-24: nothing takes effect until another trained person has agreed; the author cannot."""
    owner, lead = house.people["caseworker"], house.people["focal_point"]
    assessing.train(house, "focal_point")
    with acting(owner.pk):
        problem = refused("assessment.reason_level", actions.decide, draft, actions.Choice(2, "normal"), by=owner)
        assert problem.field == "reason_level"
        row = actions.decide(draft, actions.Choice(2, "normal", {"level": "He has left the town."}), by=owner)
        assert row.status == State.PROPOSED
        assert Case.objects.get(pk=case.pk).status == "accepted"
        with pytest.raises(Forbidden):
            actions.agree(row, by=owner)
        with pytest.raises(Forbidden):
            actions.answer(row, "threat", {"score": 0, "evidence": "x"}, by=owner)
    with acting(lead.pk):
        row = actions.agree(fresh(house, row, "focal_point"), by=lead)
        assert (row.status, row.level, row.second) == (State.CONFIRMED, 2, lead)
        assert Case.objects.get(pk=case.pk).status == "assessed"
        assert not Clock.objects.running().filter(subject_id=row.pk).exists()


def test_a_second_person_who_does_not_agree_gives_it_back_with_a_reason(house, draft):
    lead = house.people["focal_point"]
    assessing.train(house, "focal_point")
    row = assessing.confirmed(house, draft, 2, "normal", level="He has left the town.")
    with acting(lead.pk):
        refused("assessment.refusal", actions.disagree, row, " ", by=lead)
        actions.disagree(row, "He was seen yesterday.", by=lead)
    row = fresh(house, row)
    assert (row.status, row.refusal) == (State.DRAFT, "He was seen yesterday.")
    assert assessing.confirmed(house, row, 3).status == State.CONFIRMED


def test_what_became_more_urgent_in_the_meantime_is_not_lowered_by_an_agreement(house, case, draft):
    """HS-24: the second person agrees to a level; an emergency that came since stays one."""
    owner, lead = house.people["caseworker"], house.people["focal_point"]
    row = assessing.confirmed(house, draft, 2, "normal", level="He has left the town.")
    with acting(owner.pk):
        set_urgency(Case.objects.get(pk=case.pk), Urgency.EMERGENCY, by=owner)
    assessing.train(house, "focal_point")
    with acting(lead.pk):
        assert actions.agree(row, by=lead).status == State.CONFIRMED
        assert Case.objects.get(pk=case.pk).urgency == Urgency.EMERGENCY


def test_an_untrained_second_person_does_not_count(house, draft):
    lead = house.people["focal_point"]
    assessing.untrain(house, "focal_point")
    row = assessing.confirmed(house, draft, 2, "normal", level="He has left the town.")
    with acting(lead.pk):
        refused("training.missing", actions.agree, row, by=lead)


def test_a_medium_risk_is_lowered_with_a_reason_alone(house, case):
    row = assessing.answered(house, assessing.named(house, case), threat=2, vulnerability=2, rating=1)
    row = assessing.confirmed(house, row, 1, "normal", level="The lock was changed.")
    assert (row.status, row.level, row.second) == (State.CONFIRMED, 1, None)


def test_any_sign_of_immediate_danger_is_an_emergency_at_once(house, case):
    """§8.2: whatever the score; and it cannot be confirmed as less."""
    row, owner = assessing.named(house, case), house.people["caseworker"]
    with acting(owner.pk):
        assert Case.objects.get(pk=case.pk).urgency == Urgency.NORMAL
        actions.answer(row, "danger", {"flags": ["held_captive"]}, by=owner)
        assert Case.objects.get(pk=case.pk).urgency == Urgency.EMERGENCY
    row = assessing.answered(house, row, danger={"flags": ["held_captive"]}, threat=1, vulnerability=1, rating=1)
    with acting(owner.pk):
        choice = actions.Choice(1, "normal", {"urgency": "Calm."})
        refused("assessment.flag", actions.decide, row, choice, by=owner)
        assert actions.decide(row, actions.Choice(1, "emergency"), by=owner).status == State.CONFIRMED


def test_a_lower_urgency_needs_a_reason_and_is_the_persons_who_says_it(house, case):
    """W-12, HS-24: no low score lowers the urgency by itself."""
    assessing.assessed(house, case)
    row = assessing.again(house, _one(house, case))
    row = assessing.answered(house, row, threat=1, vulnerability=1, prevent=3, respond=3, recover=3, rating=0)
    owner = house.people["caseworker"]
    with acting(owner.pk):
        assert Case.objects.get(pk=case.pk).urgency == Urgency.URGENT
        refused("assessment.reason_urgency", actions.decide, row, actions.Choice(1, "normal"), by=owner)
        actions.decide(row, actions.Choice(1, "normal", {"urgency": "She has moved."}), by=owner)
        assert Case.objects.get(pk=case.pk).urgency == Urgency.NORMAL


def _one(house, case):
    with acting(house.people["caseworker"].pk):
        return RiskAssessment.objects.filter(case=case).order_by("number").last()


def test_a_low_risk_of_one_threat_does_not_hide_another(house, case):
    """The suggestion for the case is that of its most pressing threat."""
    from riskanalysis.suggesting import suggest

    assessing.assessed(house, case)
    other = assessing.named(house, case, risk="GPC-11")
    other = assessing.answered(house, other, threat=1, vulnerability=1, rating=1)
    with acting(house.people["caseworker"].pk):
        made = suggest(fresh(house, other))
    assert (made.urgency, made.of_case) == (Urgency.NORMAL, Urgency.URGENT)


@pytest.mark.parametrize(
    ("changes", "level", "code"),
    [
        ({"rating": 1}, 3, "W-13"), ({"rating": 0, "threat": 2, "vulnerability": 2}, 2, "W-13"),
        ({"threat": 4, "prevent": 3}, 3, "prevented"), ({"vulnerability": 0}, 1, "not_exposed"),
        ({"vulnerability": {"score": 3, "evidence": "", "situation": [], "groups": ["refugee"]}}, 3, "W-17"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_gone_over_with_a_recorded_reason(house, case, changes, level, code):
    """W-13 (the person sees it otherwise by two or more), W-17 (a group alone), and what contradicts itself."""
    row, owner = assessing.answered(house, assessing.named(house, case), **changes), house.people["caseworker"]
    from riskanalysis.suggesting import suggest

    with acting(owner.pk):
        made = suggest(fresh(house, row))
        assert code in made.warnings
        level = made.span.high
        urgency = "emergency"
        refused(f"assessment.reason_{code}", actions.decide, row, actions.Choice(level, urgency), by=owner)
        reasons = dict.fromkeys(made.warnings, "We spoke about it.")
        row = actions.decide(row, actions.Choice(level, urgency, reasons), by=owner)
        assert row.reasons[code] == "We spoke about it."


def test_a_re_assessment_copies_nothing_and_identical_scores_need_a_reason(house, case):
    first = assessing.assessed(house, case)
    row = assessing.again(house, first)
    assert (row.number, row.answers, row.threat_score) == (2, {}, None)
    row = assessing.answered(house, row)
    owner = house.people["caseworker"]
    with acting(owner.pk):
        refused("assessment.reason_copied", actions.decide, row, actions.Choice(3, "urgent"), by=owner)
        done = actions.decide(row, actions.Choice(3, "urgent", {"copied": "I asked all of it again."}), by=owner)
    assert done.status == State.CONFIRMED


def test_two_people_do_not_assess_one_threat_at_once(house, case):
    first = assessing.assessed(house, case)
    draft = assessing.again(house, first)
    assert assessing.again(house, first).pk == draft.pk
    assessing.train(house, "focal_point")
    lead = house.people["focal_point"]
    with acting(lead.pk):
        threat = SpecificThreat.objects.get(pk=first.threat_id)
        refused("assessment.open", actions.start_assessment, threat, by=lead)


def test_a_draft_can_be_thrown_away_and_a_threat_nobody_assessed_goes_with_it(house, case):
    row, owner = assessing.named(house, case), house.people["caseworker"]
    with acting(owner.pk):
        actions.discard_assessment(row, by=owner)
        assert not SpecificThreat.objects.filter(case=case).exists()


# --- the hours of medical help


def test_sexual_violence_starts_the_hours_and_the_person_is_told_first(house, case):
    """W-15: 72 and 120 hours; information comes before anything else is settled, and asks for nothing."""
    owner = house.people["caseworker"]
    danger = {"flags": ["sexual_violence_120h"], "hours": 30}
    row = assessing.answered(house, assessing.named(house, case), danger=danger, threat=4)
    with acting(owner.pk):
        window = ClinicalWindow.objects.get(case=case)
        refused("window.untold", actions.decide, row, actions.Choice(4, "emergency"), by=owner)
        refused("window.answer", actions.tell_of_help, window, "agreed", by=owner)
        actions.tell_of_help(window, "told", by=owner)
        with pytest.raises(WrongState):
            actions.tell_of_help(window, "told", by=owner)
        made = actions.decide(row, actions.Choice(4, "emergency", {"W-13": "She is calm."}), by=owner)
        assert made.status == State.CONFIRMED


def test_hours_that_nobody_knows_start_no_clock_and_are_asked_again(house, case):
    owner, row = house.people["caseworker"], assessing.named(house, case)
    with acting(owner.pk):
        actions.answer(row, "danger", {"flags": ["sexual_violence_120h"], "hours": None}, by=owner)
        assert not ClinicalWindow.objects.filter(case=case).exists()
        for hours in (-1, 121, "ten"):
            given = {"flags": ["sexual_violence_120h"], "hours": hours}
            refused("assessment.hours", actions.answer, row, "danger", given, by=owner)
        actions.answer(row, "danger", {"flags": ["sexual_violence_120h"], "hours": 30}, by=owner)
        assert ClinicalWindow.objects.filter(case=case).count() == 1


# --- the database


def test_a_confirmed_assessment_is_never_changed_not_even_in_sql(house, case):
    row = assessing.assessed(house, case)
    with acting(house.people["caseworker"].pk):
        for words in ("SET level = 0", "SET status = 'draft'", "SET answers = NULL", "SET author_id = second_id"):
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"UPDATE riskanalysis_riskassessment {words} WHERE id = %s", [row.pk])
        with pytest.raises(DatabaseError), transaction.atomic():
            RiskAssessment.objects.filter(pk=row.pk).delete()


@pytest.mark.parametrize(
    "values",
    [
        {"threat_score": 5}, {"vulnerability_score": 9}, {"safety": 0}, {"rating": 5}, {"low": 3, "high": 2},
        {"status": "confirmed"}, {"status": "proposed"}, {"level": 7},
        {"status": "confirmed", "low": 4, "high": 4, "level": 2, "proposed_at": "now", "confirmed_at": "now"},
        {"status": "confirmed", "low": 4, "high": 4, "level": None, "proposed_at": "now", "confirmed_at": "now"},
        {"second": "author"},
    ],
)  # fmt: skip
def test_the_table_refuses_what_no_assessment_can_be(house, draft, values):
    """HS-20 in the table: lowering a high risk takes two; what is confirmed was suggested and has a time."""
    given = {name: timezone.now() if value == "now" else value for name, value in values.items()}
    with acting(house.people["caseworker"].pk):
        if values.get("second") == "author":
            given = {"second": draft.author}
        with pytest.raises(IntegrityError), transaction.atomic():
            RiskAssessment.objects.filter(pk=draft.pk).update(**given)


def test_the_words_of_an_assessment_are_sealed(house, case):
    row = assessing.assessed(house, case)
    with acting(house.people["caseworker"].pk), connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(r)::text FROM riskanalysis_riskassessment r WHERE id = %s", [row.pk])
        kept = cursor.fetchone()[0]
        cursor.execute("SELECT to_jsonb(t)::text FROM riskanalysis_specificthreat t WHERE id = %s", [row.threat_id])
        kept += cursor.fetchone()[0]
    for word in ("twice", "under_one_roof", "landlord", "GPC-12"):
        assert word not in kept


def test_who_does_not_open_the_case_sees_nothing_of_its_risk(house, case):
    row = assessing.assessed(house, case)
    for who in ("outsider", "volunteer", "administrator", "data_officer"):
        with acting(house.people[who].pk):
            assert not RiskAssessment.objects.filter(pk=row.pk).exists()
            assert not SpecificThreat.objects.filter(pk=row.threat_id).exists()
