"""What changed between two assessments of the same threat: the outcome, by component (domain.md §8.4; R-24). Pure functions.

An outcome without a re-assessment is unknown, never reduced. It says what moved, not who moved it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _

from riskanalysis.scheme import CAPACITIES, Inputs, Interval


class Category(models.TextChoices):
    """What became of the risk, from best to worst; what is not known says so."""

    REDUCED = "reduced", _("Reduced")
    STABILISED = "stabilised", _("Stabilised")
    UNCHANGED = "unchanged", _("Unchanged")
    INCREASED = "increased", _("Increased")
    UNKNOWN = "unknown", _("Not known")


class Missing(models.TextChoices):
    """Why an outcome is not known."""

    NO_SECOND = "no_second", _("The risk was not assessed again.")
    OTHER_SCHEME = "other_scheme", _("The two assessments were made by different versions of the scheme.")
    OPEN_LEVEL = "open_level", _("A level was not determined, and its range leaves the direction open.")
    NO_RATING = "no_rating", _("The level fell, but the person was not asked both times how they see it.")


WORST_FIRST = (Category.INCREASED, Category.UNKNOWN, Category.UNCHANGED, Category.STABILISED, Category.REDUCED)


@dataclass(frozen=True, slots=True)
class Reading:
    """One confirmed assessment, as far as an outcome asks for it. ``level`` is what was confirmed, one level or a range."""

    scheme: str
    inputs: Inputs
    level: Interval
    rating: int | None = None
    safety: int | None = None

    @property
    def capacity(self) -> int | None:
        """The three capacities as one, by the scheme's rule; not known when one is not."""
        values = [getattr(self.inputs, name) for name in CAPACITIES]
        return None if None in values else sum(values) // len(values)


@dataclass(frozen=True, slots=True)
class Change:
    """What moved between the first and the last reading; ``None`` is not known. Positive numbers went up."""

    category: Category
    missing: Missing | None = None
    level: int | None = None
    threat: int | None = None
    vulnerability: int | None = None
    capacity: int | None = None
    rating: int | None = None
    safety: int | None = None

    @property
    def moved(self) -> list[str]:
        """The components that moved, in the order of the equation."""
        return [name for name in ("threat", "vulnerability", "capacity") if getattr(self, name)]


def compare(first: Reading | None, last: Reading | None) -> Change:
    """The outcome of one threat. The same reading twice, or only one, is none."""
    if first is None or last is None or first is last:
        return Change(Category.UNKNOWN, Missing.NO_SECOND)
    if first.scheme != last.scheme:
        return Change(Category.UNKNOWN, Missing.OTHER_SCHEME)
    parts = {
        "threat": _step(first.inputs.threat, last.inputs.threat),
        "vulnerability": _step(first.inputs.vulnerability, last.inputs.vulnerability),
        "capacity": _step(first.capacity, last.capacity),
        "rating": _step(first.rating, last.rating),
        "safety": _step(first.safety, last.safety),
    }
    level, is_known = _direction(first.level, last.level)
    if not is_known:
        return Change(Category.UNKNOWN, Missing.OPEN_LEVEL, level, **parts)
    return _judged(first, last, Change(Category.UNCHANGED, None, level, **parts))


def _step(before: int | None, after: int | None) -> int | None:
    return None if before is None or after is None else after - before


def _direction(before: Interval, after: Interval) -> tuple[int | None, bool]:
    """The least that the level surely moved, and whether a direction is sure at all."""
    if before.is_certain and after.is_certain:
        return after.low - before.low, True
    if after.high < before.low:
        return after.high - before.low, True
    if after.low > before.high:
        return after.low - before.high, True
    return None, False


def _judged(first: Reading, last: Reading, change: Change) -> Change:
    """The category of a change whose direction is known."""
    level = change.level or 0
    if level > 0:
        return _as(change, Category.INCREASED)
    if level < 0:
        if change.rating is None:
            return _as(change, Category.UNKNOWN, Missing.NO_RATING)
        return _as(change, Category.REDUCED if change.rating <= 0 else Category.UNCHANGED)
    return _as(change, Category.STABILISED if _has_eased(change) else Category.UNCHANGED)


def _has_eased(change: Change) -> bool:
    """Something moved for the better and nothing for the worse, the person's own rating included."""
    worse = (
        (change.threat or 0) > 0,
        (change.vulnerability or 0) > 0,
        (change.capacity or 0) < 0,
        (change.rating or 0) > 0,
    )
    better = ((change.threat or 0) < 0, (change.vulnerability or 0) < 0, (change.capacity or 0) > 0)
    return any(better) and not any(worse)


def _as(change: Change, category: Category, missing: Missing | None = None) -> Change:
    return Change(
        category,
        missing,
        change.level,
        change.threat,
        change.vulnerability,
        change.capacity,
        change.rating,
        change.safety,
    )


def of_case(changes: Iterable[Change]) -> Category:
    """The outcome of a case: that of its threat that came off worst. Nothing assessed is not known."""
    found = {change.category for change in changes}
    return next((category for category in WORST_FIRST if category in found), Category.UNKNOWN)


def of_level(low: int, high: int, level: int | None) -> Interval:
    """What was confirmed: one level, or the range that stayed open."""
    return Interval(low, high) if level is None else Interval(level, level)
