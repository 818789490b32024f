"""What a child's consent needs, by age: pure rules over a table that comes in versions, per country (domain.md §5.5; HS-04).

A child of whom only an age band is known must satisfy what every age of the band needs; a person of whom nothing is known is
treated as a child of any age.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from typing import Any

from consent.vocabulary import AgeBand, Purpose

ADULT = 18
OLDEST = 120
BANDS: dict[str, range] = {
    AgeBand.A0: range(5),
    AgeBand.A5: range(5, 12),
    AgeBand.A12: range(12, 18),
    AgeBand.A18: range(18, 60),
    AgeBand.A60: range(60, OLDEST),
}


class Child(IntEnum):
    """What is asked of the person themselves, in order of weight."""

    NOTHING = 0
    EXPLAINED = 1
    ASSENT = 2
    CONSENT = 3


class Adult(IntEnum):
    """What is asked of a caregiver, in order of weight."""

    NOTHING = 0
    IF_PERMITTED = 1
    CONSENT = 2


@dataclass(frozen=True)
class Row:
    """One line of the table: the ages from and to, both included, and what they ask."""

    first: int
    last: int
    child: Child
    caregiver: Adult
    form: str = ""


@dataclass(frozen=True)
class Table:
    """One version for one country. ``inside`` are purposes that ask no caregiver: the child's own word passes it on.

    Passing it on to the focal point is always one of them: nobody keeps a child from the person who applies this table.
    """

    rows: tuple[Row, ...]
    inside: frozenset[str] = frozenset()

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> "Table":
        """From the data file's form. Raises ``ValueError`` unless every age of childhood stands in exactly one row."""
        rows = tuple(
            Row(
                int(r["from"]),
                int(r["to"]),
                Child[r["child"].upper()],
                Adult[r["caregiver"].upper()],
                r.get("form", ""),
            )
            for r in data["rows"]
        )
        ages = sorted(age for row in rows for age in range(row.first, row.last + 1))
        if not ages or ages != list(range(ages[-1] + 1)):
            raise ValueError("every age of childhood stands in exactly one row")
        return cls(rows, frozenset({Purpose.INTERNAL_ESCALATION, *data.get("inside", ())}))

    @property
    def adult_from(self) -> int:
        """The first age that stands in no row."""
        return max(row.last for row in self.rows) + 1

    def row(self, age: int) -> Row | None:
        """The line of an age; nothing for adults."""
        return next((row for row in self.rows if row.first <= age <= row.last), None)


@dataclass(frozen=True)
class Needs:
    """What must be there before an agreement counts."""

    child: Child = Child.NOTHING
    caregiver: Adult = Adult.NOTHING

    @property
    def is_adult(self) -> bool:
        """Whether the person decides alone, capacity presumed."""
        return self.child == Child.NOTHING


def required(ages: Iterable[int] | None, table: Table) -> Needs:
    """What a person of any of these ages needs at most; ``None`` and no age at all: any age of childhood."""
    known = set(ages) if ages is not None else set()
    rows = [table.row(age) for age in known] if known else list(table.rows)
    found = [row for row in rows if row is not None]
    return Needs(
        max((row.child for row in found), default=Child.NOTHING),
        max((row.caregiver for row in found), default=Adult.NOTHING),
    )


def ages_of(born: date | None, facts: Mapping[str, Any], today: date) -> Iterable[int] | None:
    """Which ages a person may have: from the date of birth, else the age that was said, else the band; ``None`` is unknown.

    An age that lies outside the band was said before somebody changed the band: the band counts.
    """
    if born is not None and born <= today:
        return {today.year - born.year - ((today.month, today.day) < (born.month, born.day))}
    said, band = facts.get("age"), str(facts.get("age_band") or "")
    if isinstance(said, int) and 0 <= said < OLDEST and (not band or said in BANDS.get(band, ())):
        return {said}
    return BANDS.get(band)


@dataclass(frozen=True)
class Said:
    """What was said in the conversation. ``child`` and ``caregiver`` are codes of ``consent.vocabulary``.

    ``is_permitted``: whether the child permits that the caregiver is asked. ``is_excluded``: the caregiver is a source of harm.
    ``has_note``: two people wrote a best-interest decision that covers what is asked.
    """

    child: str = ""
    caregiver: str = ""
    is_permitted: bool | None = None
    is_excluded: bool = False
    has_note: bool = False


AGREES, REFUSES, EXPLAINED = "agrees", "refuses", "explained"


def missing(needs: Needs, said: Said) -> str:
    """What is not there yet, as a code; nothing when the agreement counts (HS-04).

    A best-interest decision stands in for a caregiver and lifts a child's refusal; it never lets a caregiver in who is a
    source of harm, and it does not spare the child an explanation.
    """
    if needs.is_adult:
        return ""
    if said.is_excluded and said.caregiver == AGREES:
        return "caregiver_excluded"
    if not said.child:
        return "child_explained"
    if said.has_note:
        return ""
    return _of_child(needs, said) or _of_caregiver(needs, said)


def _of_child(needs: Needs, said: Said) -> str:
    if needs.child == Child.EXPLAINED:
        return ""
    if said.child == REFUSES:
        return "child_refuses"
    return "" if said.child == AGREES else "child_agrees"


def _of_caregiver(needs: Needs, said: Said) -> str:
    if needs.caregiver == Adult.IF_PERMITTED and said.is_permitted is None:
        return "child_permits"
    if needs.caregiver == Adult.IF_PERMITTED and not said.is_permitted:
        return "caregiver_not_permitted" if said.caregiver else ""
    return "" if said.caregiver == AGREES or needs.caregiver == Adult.NOTHING else "caregiver_agrees"
