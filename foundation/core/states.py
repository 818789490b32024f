"""Life-cycles as tables: one row per move. Guards, buttons, API, database trigger and diagrams read the same rows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from foundation.core.errors import WrongState


@dataclass(frozen=True)
class Move:
    """One verb: from which states, to which state, by which side (``None`` as target: back to where it came from)."""

    verb: str
    sources: frozenset[str]
    target: str | None
    sides: frozenset[str] = frozenset()


def move(verb: str, sources: Iterable[str], target: str | None, *sides: str) -> Move:
    """A row of a life-cycle table."""
    return Move(verb, frozenset(sources), target, frozenset(sides))


class LifeCycle:
    """A set of moves over one status column."""

    def __init__(self, moves: Sequence[Move]) -> None:
        self.moves = {m.verb: m for m in moves}

    def check(self, verb: str, state: str) -> Move:
        """The row for this verb, or ``WrongState`` when it does not lead on from ``state``."""
        row = self.moves[verb]
        if state not in row.sources:
            raise WrongState("state.not_from_here", _("This has moved on in the meantime and cannot be done now."))
        return row

    def verbs(self, state: str, side: str) -> list[str]:
        """The verbs that this side may use from this state, in table order."""
        return [m.verb for m in self.moves.values() if state in m.sources and side in m.sides]

    def pairs(self, returns: Mapping[str, Iterable[str]] | None = None) -> set[tuple[str, str]]:
        """Every legal (from, to), for the database trigger; ``returns`` gives the targets of rows without one."""
        found = {(s, m.target) for m in self.moves.values() if m.target for s in m.sources}
        for verb, targets in (returns or {}).items():
            found |= {(s, t) for s in self.moves[verb].sources for t in targets}
        return found
