"""What the scheme makes of an assessment: the range, the urgency, what does not fit together. Reads, decides nothing."""

from dataclasses import dataclass

from cases.models import Case
from consent.actions.capacity import needs_of
from consent.models import AgeTable
from riskanalysis import scheme
from riskanalysis.models import RiskAssessment
from riskanalysis.risks import State
from riskanalysis.scheme import Interval

LEVEL, URGENCY = "level", "urgency"
"""Codes of the reasons for a level below the suggestion, and for an urgency below that of the case (W-12)."""


@dataclass(frozen=True)
class Suggestion:
    """What is shown before somebody decides. ``choices`` are the levels that may be confirmed, ``None`` is "not determined"."""

    span: Interval
    urgency: str
    of_case: str
    has_flag: bool
    warnings: list[str]

    @property
    def choices(self) -> list[int | None]:
        """Every level; "not determined" only where the inputs leave more than one open."""
        return [*range(scheme.LEAST, scheme.MOST + 1), *([] if self.span.is_certain else [None])]


def confirmed_of(case: Case) -> list[RiskAssessment]:
    """The confirmed assessments of a case, oldest first; one query."""
    rows = RiskAssessment.objects.filter(case=case.pk, status=State.CONFIRMED).select_related(
        "threat", "author", "second"
    )
    found = list(rows.order_by("number"))
    for row in found:
        row.case, row.dossier, row.threat.dossier = case, case.dossier, case.dossier
    return found


def latest(rows: list[RiskAssessment]) -> dict[object, RiskAssessment]:
    """The last of each threat."""
    return {row.threat_id: row for row in rows}


def suggest(row: RiskAssessment, chosen: int | None = None) -> Suggestion:
    """The suggestion for a draft; ``chosen`` is the level against which the person's own rating is held."""
    others = latest([known for known in confirmed_of(row.case) if known.pk != row.pk])
    former = others.pop(row.threat_id, None)
    span = scheme.interval(row.inputs)
    own = urgency_of(row, former, is_child=is_child(row.case))
    pressing = scheme.most_pressing([own, *(other.urgency for other in others.values() if other.level != scheme.NONE)])
    return Suggestion(span, own, pressing, bool(row.flags), _warnings(row, former, chosen))


def urgency_of(row: RiskAssessment, former: RiskAssessment | None, *, is_child: bool) -> str:
    """The urgency that one assessment suggests, at its worst."""
    span = scheme.interval(row.inputs)
    is_worse = former is not None and span.high > former.decided.high
    flagged = bool(row.flags)
    return scheme.urgency(span.high, row.threat_score, has_flag=flagged, is_child=is_child, is_worse=is_worse)


def is_child(case: Case) -> bool:
    """Whether the rules for children hold; an age that is not known is a child's."""
    return not needs_of(case.person, AgeTable.current()).is_adult


def _warnings(row: RiskAssessment, former: RiskAssessment | None, chosen: int | None) -> list[str]:
    exposed = row.known.get("vulnerability", {})
    is_group_alone = bool(exposed.get("groups")) and not exposed.get("situation") and not exposed.get("evidence")
    before = former.inputs if former is not None else None
    found = scheme.warnings(row.inputs, former=before, rating=row.rating, is_group_alone=is_group_alone)
    is_far = row.rating is not None and chosen is not None and abs(row.rating - chosen) >= scheme.GAP
    return [*found, scheme.OWN_RATING] if is_far and scheme.OWN_RATING not in found else found
