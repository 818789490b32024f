"""What became of the cases that were closed, as figures that lead back to nobody (domain.md §8.4, §8.5: 8 to 11)."""

from typing import Any

from cases.models import Case, Closure, FollowUp
from consent.covering import covers
from consent.vocabulary import COUNTED, Purpose
from riskanalysis.actions.counting import count_cells, month_of
from riskanalysis.measuring import current
from riskanalysis.outcomes import Category
from riskanalysis.risks import Met
from riskanalysis.vocabulary import (
    CLOSED,
    CLOSED_FOLLOWED,
    CLOSED_MOVED,
    CLOSED_NEEDS,
    CLOSED_RISK,
    Followed,
    Moved,
)

Found = list[dict[str, Any]]
BETTER = {Moved.THREAT: -1, Moved.VULNERABILITY: -1, Moved.CAPACITY: 1}


def count_closure(closure: Closure) -> None:
    """A case was closed: why, what changed for the person, what became of the risk and the needs. Only of those who agreed."""
    case = closure.case
    if covers(case.person_id, Purpose.ANONYMOUS_STATISTICS, case.unit_id, COUNTED) is None:
        return
    measured = current(case)
    risk = Category(measured.category) if measured else Category.UNKNOWN
    found: Found = list((measured.found or {}).values()) if measured else []
    result = closure.result
    count_cells(
        case.unit,
        month_of(closure.decided_at or closure.asked_at, case.unit),
        {
            CLOSED: (closure.reason, result),
            CLOSED_RISK: (risk, result),
            CLOSED_MOVED: (risk, moved(risk, found)),
            CLOSED_NEEDS: (needs(found), result),
            CLOSED_FOLLOWED: (followed(case), result),
        },
    )


def moved(risk: Category, found: Found) -> Moved:
    """Which part got better over all threats; where it is not known what became of the risk, that is not known either."""
    if risk == Category.UNKNOWN:
        return Moved.UNKNOWN
    parts = [part for part, way in BETTER.items() if any((row.get(part) or 0) * way > 0 for row in found)]
    return Moved.SEVERAL if len(parts) > 1 else parts[0] if parts else Moved.NOTHING


def needs(found: Found) -> Met:
    """Whether the needs were met, as the last look at each threat says: all, some, none."""
    said = {str((row.get("since") or {}).get("needs", Met.UNKNOWN)) for row in found} or {str(Met.UNKNOWN)}
    return Met(said.pop()) if len(said) == 1 else Met.UNKNOWN if Met.UNKNOWN in said else Met.PARTLY


def followed(case: Case) -> Followed:
    """Whether somebody reached the person again."""
    rows = FollowUp.objects.filter(case=case, done_at__gte=case.reopened_at or case.opened_at)
    tried = {row.result for row in rows}
    if "reached" in tried:
        return Followed.REACHED
    return Followed.TRIED if tried & {"not_reached", "not_safe"} else Followed.NONE
