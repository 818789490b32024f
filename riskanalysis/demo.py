"""Invented figures of the last quarters, so that the demonstration has reports to show. Counted as in earnest."""

from collections import Counter
from datetime import date, timedelta
from random import Random
from typing import Any

from django.utils import timezone

from cases.closures import Reason, Result
from cases.vocabulary import Category, Outcome, ReporterKind, Urgency
from consent.vocabulary import AgeBand, Gender
from foundation.accounts.models import Unit, UnitKind
from referrals.vocabulary import DeclineReason, ServiceType
from riskanalysis.actions import count, release_due
from riskanalysis.outcomes import Category as RiskOutcome
from riskanalysis.quarters import last_due, months_of, quarter_of
from riskanalysis.risks import Met
from riskanalysis.vocabulary import (
    ANSWER_AGE,
    ANSWER_GENDER,
    CLOSED,
    CLOSED_FOLLOWED,
    CLOSED_MOVED,
    CLOSED_NEEDS,
    CLOSED_RISK,
    CONCERN,
    CONCERN_KEPT,
    CONCERN_REPORTER,
    DECLINED,
    ENDED,
    SENT,
    SENT_AGE,
    SENT_WHO,
    WAIT_AGE,
    WAIT_GENDER,
    Answered,
    Ending,
    Followed,
    Kept,
    Moved,
    Waited,
)

Found = Counter[tuple[Any, ...]]

KINDS = [kind for kind in Category.values if kind != Category.CONDUCT]
"""What concerns our own people is in no figure: it is moved before anybody counts it."""


def concerns(unit: Unit, n: int, quarter: date, seed: int = 1) -> None:
    """``n`` triaged concerns, unevenly spread: some kinds are many, some are few."""
    draw, months, found = Random(seed), months_of(quarter), Found()  # noqa: S311 (invented figures need no secret)
    for _ in range(n):
        month, urgency = draw.choice(months), draw.choices(Urgency.values, [1, 3, 8])[0]
        category = draw.choices(KINDS, range(len(KINDS), 0, -1))[0]
        found[month, CONCERN, category, urgency, draw.choices(Outcome.values, [6, 2, 3, 1, 1])[0]] += 1
        found[month, CONCERN_REPORTER, draw.choice(ReporterKind.values), urgency] += 1
        found[month, CONCERN_KEPT, urgency, draw.choices(Kept.values, [5, 1])[0]] += 1
    _count(unit, found)


def referrals(unit: Unit, n: int, quarter: date, seed: int = 1) -> None:
    """``n`` referrals that were sent, four of five of which have ended."""
    draw, months, found = Random(seed), months_of(quarter), Found()  # noqa: S311
    apart, why = Random(seed + 1), Random(seed + 2)  # noqa: S311
    endings = [ending for ending in Ending.values if ending != Ending.OPEN]
    for _ in range(n):
        month, service = draw.choice(months), draw.choice(ServiceType.values[:6])
        age, gender = (
            draw.choice(AgeBand.values),
            draw.choices(Gender.values, [9, 7, *[1] * (len(Gender.values) - 2)])[0],
        )
        found[month, SENT, service] += 1
        found[month, SENT_AGE, service, age] += 1
        found[month, SENT_WHO, age, gender] += 1
        _fairly(apart, month, age, gender, found)
        if draw.random() < 0.8:
            found[month, ENDED, service, (ending := draw.choice(endings))] += 1
            if ending == Ending.DECLINED:
                found[month, DECLINED, service, why.choices(DeclineReason.values[:5], [9, 3, 2, 2, 1])[0]] += 1
    _count(unit, found)


def closings(unit: Unit, n: int, quarter: date, seed: int = 1) -> None:
    """``n`` cases that were closed: most with the risk reduced, some of which nobody knows."""
    draw, months, found = Random(seed), months_of(quarter), Found()  # noqa: S311
    for _ in range(n):
        month, result = draw.choice(months), draw.choices(Result.values, [8, 4, 3, 1, 3])[0]
        risk = draw.choices(RiskOutcome.values, [8, 3, 3, 1, 3])[0]
        parts = [Moved.THREAT, Moved.VULNERABILITY, Moved.CAPACITY, Moved.SEVERAL]
        part = Moved.UNKNOWN if risk == RiskOutcome.UNKNOWN else draw.choice(parts)
        found[month, CLOSED, draw.choice(Reason.values[:4]), result] += 1
        found[month, CLOSED_RISK, risk, result] += 1
        found[month, CLOSED_MOVED, risk, part] += 1
        found[month, CLOSED_NEEDS, draw.choices(Met.values, [6, 3, 1, 2])[0], result] += 1
        found[month, CLOSED_FOLLOWED, draw.choices(Followed.values, [6, 1, 2])[0], result] += 1
    _count(unit, found)


def _fairly(draw: Random, month: date, age: str, gender: str, found: Found) -> None:
    """Older people wait longer here and are declined more often, so that the view of fairness has something to ask."""
    urgency = draw.choices(Urgency.values, [1, 3, 8])[0]
    is_older = age == AgeBand.A60
    waited = Waited.LONG if draw.random() < (0.45 if is_older else 0.2) else Waited.SHORT
    said = draw.choices(Answered.values, [5, 4, 1] if is_older else [8, 2, 1])[0]
    for side, group in ((WAIT_AGE, age), (WAIT_GENDER, gender)):
        found[month, side, urgency, group, waited] += 1
    for side, group in ((ANSWER_AGE, age), (ANSWER_GENDER, gender)):
        found[month, side, urgency, group, said] += 1


def _count(unit: Unit, found: Found) -> None:
    for (month, cube, *codes), n in found.items():
        count(unit, month, {cube: tuple(codes)}, n)


def fill(_loaded: None) -> None:
    """Two quarters at every service point, and their reports."""
    newest = last_due(timezone.localdate())
    for unit in Unit.objects.filter(kind=UnitKind.SERVICE_POINT):
        for seed, quarter in enumerate((newest, quarter_of(newest - timedelta(days=1)))):
            concerns(unit, 700, quarter, seed)
            referrals(unit, 500, quarter, seed)
            closings(unit, 240, quarter, seed)
    release_due()
