"""People who are trained, threats and assessments of a case, made by the real actions."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from cases.models import Case
from foundation.accounts.models import User
from foundation.core.acting import acting
from foundation.readiness.actions import training
from foundation.readiness.models import Training
from foundation.readiness.training import Competence as Competence
from foundation.readiness.training import is_trained as is_trained
from riskanalysis import actions
from riskanalysis.models import RiskAssessment, SpecificThreat
from riskanalysis.questions import questions_of
from tests.factories import House

ABOUT = {
    "risk": "GPC-12", "source": "landlord", "exposure": "actual", "intent": "deliberate", "subject": "person",
}  # fmt: skip
SCORES = {"threat": 3, "vulnerability": 3, "prevent": 1, "respond": 1, "recover": 1}


def train(house: House, *people: str) -> None:
    """Train these people for protection referrals: one records it, another confirms it."""
    manager, officer = house.people["manager"], house.people["data_officer"]
    today = timezone.localdate()
    for key in people:
        user = house.people[key]
        if is_trained(user, Competence.PROTECTION_REFERRAL):
            continue
        recorder, other = (officer, manager) if user == manager else (manager, officer)
        held = training.Held(Competence.PROTECTION_REFERRAL, today, today + timedelta(days=300), "Course of the branch")
        with acting(recorder.pk):
            made = training.record(user, held, by=recorder)
        with acting(other.pk):
            training.confirm(made, by=other)


def untrain(house: House, key: str) -> None:
    """End the training of one of the people, whoever gave it."""
    user, manager = house.people[key], house.people["manager"]
    with acting(manager.pk):
        for row in Training.objects.in_date().filter(user=user, competence=Competence.PROTECTION_REFERRAL):
            training.end(row, by=manager)


def answers(**changes: Any) -> dict[str, dict[str, Any]]:
    """An answer to every question; a score may be changed by its name, a whole answer too."""
    found: dict[str, dict[str, Any]] = {
        name: {"score": changes.get(name, score), "evidence": "He came twice this week."}
        for name, score in SCORES.items()
        if not isinstance(changes.get(name), dict)
    }
    found["vulnerability"] = {**found.get("vulnerability", {}), "situation": ["under_one_roof"], "groups": []}
    found |= {
        "danger": {"flags": []},
        "duty": {"can": 2, "will": None, "evidence": ""},
        "person": {"rating": changes.get("rating", 3), "safety": changes.get("safety", 2), "words": ""},
        "since": {"needs": "partly", "harm": "none", "words": ""},
    }
    return {**found, **{name: value for name, value in changes.items() if isinstance(value, dict)}}


def named(house: House, case: Case, by: str = "caseworker", **about: str) -> RiskAssessment:
    """A threat of a case, with its first assessment begun."""
    user = house.people[by]
    train(house, by)
    with acting(user.pk):
        return actions.name_threat(Case.objects.get(pk=case.pk), {**ABOUT, **about}, by=user)


def answered(house: House, row: RiskAssessment, by: str = "caseworker", **changes: Any) -> RiskAssessment:
    """Every question of a draft answered."""
    user = house.people[by]
    given = answers(**changes)
    with acting(user.pk):
        for question in questions_of(row.number):
            row = actions.answer(row, question, given[question], by=user)
    return row


def confirmed(
    house: House,
    row: RiskAssessment,
    level: int | None,
    urgency: str = "urgent",
    by: str = "caseworker",
    /,
    **reasons: str,
) -> RiskAssessment:
    """Decided on by its author."""
    user = house.people[by]
    with acting(user.pk):
        return actions.decide(row, actions.Choice(level, urgency, reasons), by=user)


def assessed(house: House, case: Case, level: int | None = 3, risk: str = "GPC-12", **changes: Any) -> RiskAssessment:
    """A confirmed first assessment of a threat: high, as suggested."""
    return confirmed(house, answered(house, named(house, case, risk=risk), **changes), level)


def again(house: House, first: RiskAssessment, by: str = "caseworker") -> RiskAssessment:
    """The next look at the same threat, begun."""
    user: User = house.people[by]
    train(house, by)
    with acting(user.pk):
        return actions.start_assessment(SpecificThreat.objects.get(pk=first.threat_id), by=user)
