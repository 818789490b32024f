"""The risk of one specific threat, worked out from five inputs; version 1 (domain.md §8.2; R-24, R-25). Pure functions.

Threat and vulnerability are looked up in a table, the three capacities (prevent, respond, recover) move the result, then the
rule of the framework holds: there is a risk as long as threat or vulnerability outweigh the capacity, and none above "low"
where capacity outweighs both. What is not known is ``None`` and gives an interval; its worst end decides (scenario 14). The
result is a suggestion: it refuses nobody, closes nothing and ranks nothing beyond the three urgencies (HS-24).
"""

from collections.abc import Iterable
from dataclasses import astuple, dataclass, replace

from foundation.core.limits import EMERGENCY, NORMAL, URGENT

VERSION = "1"
LEAST, MOST = 0, 4
NONE, LOW, MEDIUM, HIGH, CRITICAL = range(5)
INHERENT = (
    (0, 0, 0, 0, 0),
    (0, 1, 1, 2, 2),
    (1, 1, 2, 3, 3),
    (1, 2, 3, 3, 4),
    (2, 3, 3, 4, 4),
)
"""Threat (row) and vulnerability (column), before capacity."""
BY_CAPACITY = (1, 0, 0, -1, -2)
"""What each capacity moves."""
GAP = 2
"""From this difference between the person's own rating and the level on, somebody says why (W-13)."""
INPUTS = ("threat", "vulnerability", "prevent", "respond", "recover")
CAPACITIES = ("prevent", "respond", "recover")

COPIED, THREAT_PREVENTED, NOT_EXPOSED, OWN_RATING, GROUP_ONLY = "copied", "prevented", "not_exposed", "W-13", "W-17"


@dataclass(frozen=True, slots=True)
class Inputs:
    """The five inputs, 0 to 4 each; ``None`` is not known. Raises ``ValueError`` for anything else."""

    threat: int | None
    vulnerability: int | None
    prevent: int | None
    respond: int | None
    recover: int | None

    def __post_init__(self) -> None:
        for value in astuple(self):
            if value is not None and not LEAST <= value <= MOST:
                raise ValueError("an input is 0 to 4, or not known")

    @property
    def is_whole(self) -> bool:
        """Whether all five are known."""
        return None not in astuple(self)

    @property
    def worst(self) -> "Inputs":
        """With the worst value for each that is not known."""
        return self._with(MOST, LEAST)

    @property
    def best(self) -> "Inputs":
        """With the best value for each that is not known."""
        return self._with(LEAST, MOST)

    def _with(self, exposing: int, protecting: int) -> "Inputs":
        values = dict(zip(INPUTS, astuple(self), strict=True))
        given = {n: protecting if n in CAPACITIES else exposing for n, value in values.items() if value is None}
        return replace(self, **given)


@dataclass(frozen=True, slots=True)
class Workings:
    """The arithmetic of a level, line by line, for the page that shows it."""

    threat: int
    vulnerability: int
    sum: int
    capacity: int
    inherent: int
    moved: int
    adjusted: int
    ruled: int
    level: int

    @property
    def is_contained(self) -> bool:
        """The capacity is at least as great as threat and vulnerability: not above low."""
        return max(self.threat, self.vulnerability) <= self.capacity

    @property
    def is_raised(self) -> bool:
        """The threat is happening now or expected within 72 hours: never below high."""
        return self.level > self.ruled


@dataclass(frozen=True, slots=True)
class Interval:
    """From the best to the worst level that the known inputs leave open."""

    low: int
    high: int

    @property
    def is_certain(self) -> bool:
        """Whether it is one level."""
        return self.low == self.high

    def distance(self, rating: int) -> int:
        """How far a rating lies outside; 0 inside."""
        return max(self.low - rating, rating - self.high, 0)


def workings(inputs: Inputs) -> Workings:
    """The arithmetic for five known inputs. Raises ``ValueError`` when one is missing."""
    threat, vulnerability, *capacities = astuple(inputs)
    if not inputs.is_whole:
        raise ValueError("an input is not known")
    total = sum(capacities)
    capacity = total // len(CAPACITIES)
    inherent, moved = INHERENT[threat][vulnerability], BY_CAPACITY[capacity]
    adjusted = max(NONE, min(CRITICAL, inherent + moved))
    is_contained = max(threat, vulnerability) <= capacity
    ruled = min(adjusted, LOW) if is_contained else max(adjusted, LOW)
    ruled = ruled if threat else NONE
    level = max(ruled, HIGH) if threat == MOST else ruled
    return Workings(threat, vulnerability, total, capacity, inherent, moved, adjusted, ruled, level)


def level(inputs: Inputs) -> int:
    """The level of five known inputs, 0 (none identified) to 4 (critical)."""
    return workings(inputs).level


def interval(inputs: Inputs) -> Interval:
    """The levels that are possible. Exact, since the level never falls with threat or vulnerability nor rises with capacity."""
    return Interval(level(inputs.best), level(inputs.worst))


def urgency(
    worst: int, threat: int | None, *, has_flag: bool = False, is_child: bool = False, is_worse: bool = False
) -> str:
    """The urgency that is suggested for a level at its worst; an unknown threat counts as the gravest."""
    if has_flag or worst == CRITICAL:
        return EMERGENCY
    if worst == HIGH:
        return EMERGENCY if threat in (None, MOST) else URGENT
    if worst == MEDIUM and (is_child or is_worse):
        return URGENT
    return NORMAL


def warnings(
    inputs: Inputs,
    *,
    former: Inputs | None = None,
    rating: int | None = None,
    is_group_alone: bool = False,
) -> list[str]:
    """Codes of what does not fit together. Each can be gone over with a reason; none stops anything."""
    found = []
    if inputs.threat == MOST and (inputs.prevent or 0) >= 3:
        found.append(THREAT_PREVENTED)
    if inputs.vulnerability == 0 and (inputs.threat or 0) >= 3:
        found.append(NOT_EXPOSED)
    if former is not None and former == inputs:
        found.append(COPIED)
    if rating is not None and interval(inputs).distance(rating) >= GAP:
        found.append(OWN_RATING)
    if is_group_alone:
        found.append(GROUP_ONLY)
    return found


def is_lowered(chosen: int | None, suggested: Interval) -> bool:
    """Whether a chosen level lies below what is suggested at its worst. To say "not determined" lowers nothing."""
    return chosen is not None and chosen < suggested.high


def needs_second(chosen: int | None, suggested: Interval) -> bool:
    """Whether a second person must agree: lowering what is suggested as high or critical."""
    return is_lowered(chosen, suggested) and suggested.high >= HIGH


def most_pressing(urgencies: Iterable[str]) -> str:
    """The first in order of need; normal when there is none."""
    order = (EMERGENCY, URGENT, NORMAL)
    return min(urgencies, key=order.index, default=NORMAL)
