"""What a caseworker does with a case beyond talking and referring: look at the risk, plan, wait, close."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from cases import actions as cases
from cases.actions import closing, describing, erasing, planning
from cases.models import Closure, Erasure, PlanStep
from cases.vocabulary import RANK, Ground, Urgency
from config.demonstration.telling import Matter
from foundation.core.acting import acting
from foundation.core.policy import fetch
from referrals import demo
from riskanalysis import actions as risk
from riskanalysis.models import RiskAssessment, SpecificThreat
from riskanalysis.questions import questions_of
from riskanalysis.suggesting import URGENCY, suggest

INPUTS = ("threat", "vulnerability", "prevent", "respond", "recover")
"""The order in which ``assess`` takes its scores."""


def assess(
    matter: Matter, about: dict[str, str], scores: tuple[int | None, ...], rests_on: str, rating: int | None = None
) -> RiskAssessment:
    """A first look at a threat; what the scheme suggests is confirmed."""
    with acting(matter.owner.pk):
        row = risk.name_threat(matter.fresh(), about, by=matter.owner)
    return _looked(matter, row, scores, rests_on, rating)


def look_again(
    matter: Matter, first: RiskAssessment, scores: tuple[int | None, ...], rests_on: str, rating: int | None = None
) -> RiskAssessment:
    """The next look at the same threat."""
    with acting(matter.owner.pk):
        row = risk.start_assessment(SpecificThreat.objects.get(pk=first.threat_id), by=matter.owner)
    return _looked(matter, row, scores, rests_on, rating)


def _looked(
    matter: Matter, row: RiskAssessment, scores: tuple[int | None, ...], rests_on: str, rating: int | None
) -> RiskAssessment:
    given: dict[str, dict[str, Any]] = {
        name: {"score": score, "evidence": rests_on} for name, score in zip(INPUTS, scores, strict=True)
    }
    given |= {
        "danger": {"flags": []}, "duty": {"can": None, "will": None, "evidence": ""},
        "person": {"rating": rating, "safety": None, "words": ""},
        "since": {"needs": "partly", "harm": "none", "words": ""},
    }  # fmt: skip
    with acting(matter.owner.pk):
        for question in questions_of(row.number):
            row = risk.answer(row, question, given[question], by=matter.owner)
        made = suggest(row)
        level = made.span.low if made.span.low == made.span.high else None
        asked = [*suggest(row, level).warnings, *_lowered(row, made.of_case)]
        return risk.decide(row, risk.Choice(level, made.of_case, dict.fromkeys(asked, rests_on)), by=matter.owner)


def _lowered(row: RiskAssessment, urgency: str) -> list[str]:
    """That the case becomes less pressing needs a reason (W-12)."""
    return [URGENCY] if RANK[Urgency(urgency)] > RANK[Urgency(row.case.urgency)] else []


def describe(matter: Matter, context: str, rights: list[str], **answers: str) -> None:
    """In which context it arose, what is at stake, and what the person answered to the six questions."""
    with acting(matter.owner.pk):
        describing.set_context(matter.fresh(), context, rights, by=matter.owner)
        describing.set_functioning(matter.fresh(), answers, by=matter.owner)


def plan(matter: Matter, what: str, doer: str, days: int, *kinds: str) -> PlanStep:
    """A step that was agreed with the person, and what it is for."""
    due_on = timezone.localdate() + timedelta(days=days)
    with acting(matter.owner.pk):
        return planning.add_step(matter.fresh(), what, doer, due_on, kinds, by=matter.owner)


def done(matter: Matter, step: PlanStep) -> None:
    """It was done."""
    with acting(matter.owner.pk):
        planning.end_step(PlanStep.objects.get(pk=step.pk), "do", by=matter.owner)


def follow(matter: Matter) -> None:
    """What was to be done is done; now it is asked how it goes."""
    with acting(matter.owner.pk):
        planning.finish_response(matter.fresh(), by=matter.owner)


def wait(matter: Matter, why: str, days: int) -> None:
    """The person wants time."""
    with acting(matter.owner.pk):
        planning.wait(matter.fresh(), why, timezone.now() + timedelta(days=days), by=matter.owner)


def close(matter: Matter, said: closing.Ending, why: str) -> None:
    """The outcome is measured, the case is closed; where it is grave, the focal point agrees."""
    lead = matter.team["focal_point"]
    with acting(matter.owner.pk):
        risk.measure(matter.fresh(), why, by=matter.owner)
        asked = closing.ask_closure(matter.fresh(), said, by=matter.owner)
    if asked.needs_second:
        with acting(lead.pk):
            closing.agree_closure(Closure.objects.get(pk=asked.pk), by=lead)


def reopen(matter: Matter, words: str) -> None:
    """The person came back."""
    with acting(matter.owner.pk):
        closing.reopen(matter.fresh(), words, by=matter.owner)


def erase(matter: Matter) -> None:
    """The person asked that the record is destroyed; a second person agrees, the worker carries it out."""
    officer = demo.somebody("data_officer")
    with acting(matter.owner.pk):
        asked = cases.request_erasure(matter.fresh(), Ground.ASKED, by=matter.owner)
    with acting(officer.pk):
        erasing.authorise_erasure(fetch(officer, Erasure, asked.pk, related=("unit",)), by=officer)
