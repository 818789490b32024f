"""Whether groups at equal risk wait equally long and are declined equally often: shares, never counts (R-01, W-23).

A share is rounded to five points and shown for twenty people or more; nothing else of a group is. So no figure here can be
joined with a table of the report to work out a small one (domain.md §10.6).
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from cases.vocabulary import Urgency
from riskanalysis.figures import Line
from riskanalysis.vocabulary import (
    ANSWER_AGE,
    ANSWER_GENDER,
    CUBES,
    DIMENSIONS,
    WAIT_AGE,
    WAIT_GENDER,
    Answered,
    Waited,
)

LEAST = 20
"""People of whom a share may be shown (domain.md §10.6)."""
STEP = 5
TIMES, POINTS = 1.5, 10
"""A group stands out whose share is half as much again as that of all, and ten points above it (W-23)."""
AGAINST = {
    WAIT_AGE: (Waited.LONG,), WAIT_GENDER: (Waited.LONG,),
    ANSWER_AGE: (Answered.DECLINED, Answered.NONE), ANSWER_GENDER: (Answered.DECLINED, Answered.NONE),
}  # fmt: skip
"""Cube → what speaks against fairness when it meets one group more often."""


@dataclass
class Share:
    """How many, and how many of them it went against."""

    n: int = 0
    against: int = 0

    @property
    def points(self) -> int | None:
        """In hundredths, to the nearest five; ``None`` where there are too few people."""
        return round(100 * self.against / self.n / STEP) * STEP if self.n >= LEAST else None

    def stands_out(self, of: "Share") -> bool:
        """Whether it goes against this group clearly more often than against all."""
        if self.points is None or of.points is None:
            return False
        mine, all_ = 100 * self.against / self.n, 100 * of.against / of.n
        return mine >= TIMES * all_ and mine >= all_ + POINTS


def fairness(lines: Iterable[Line]) -> list[dict[str, Any]]:
    """One table per urgency, question and side of which at least two groups may be shown."""
    found: dict[tuple[str, str], dict[str, Share]] = {}
    for line in lines:
        if line.cube in AGAINST:
            urgency, group, what = line.codes
            share = found.setdefault((line.cube, urgency), {}).setdefault(group, Share())
            share.n += line.n
            share.against += line.n if what in AGAINST[line.cube] else 0
    tables = [_table(cube, urgency, found.get((cube, urgency), {})) for urgency in Urgency.values for cube in AGAINST]
    return [table for table in tables if sum(row["share"] is not None for row in table["rows"]) > 1]


def _table(cube: str, urgency: str, groups: dict[str, Share]) -> dict[str, Any]:
    side, sums = CUBES[cube][1], Counter[str]()
    for share in groups.values():
        sums["n"] += share.n
        sums["against"] += share.against
    every = Share(sums["n"], sums["against"])
    rows = [
        {"code": code, "share": groups[code].points, "stands_out": groups[code].stands_out(every)}
        for code in DIMENSIONS[side].labels
        if code in groups
    ]
    return {"cube": cube, "urgency": urgency, "side": side, "all": every.points, "rows": rows}
