"""Facts that show whether an item is met: higher apps supply theirs from ``ready()``."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from foundation.accounts.models import Unit
from foundation.readiness.items import ITEMS


@dataclass(frozen=True)
class Evidence:
    """Whether it holds for a unit, a sentence that says what was found or is missing, and the page that mends it."""

    is_met: bool
    text: str
    url: str = ""


Source = Callable[[Unit], Evidence | None]
_SOURCES: dict[str, list[Source]] = defaultdict(list)


def supply(code: str, source: Source) -> None:
    """Say what the system knows of an item of a unit; ``None`` says that it knows nothing there.

    A source binds: as long as it says no, nobody's written evidence opens the gate.
    """
    if code not in ITEMS:
        raise ValueError(f"there is no item {code}")
    _SOURCES[code].append(source)


def found(code: str, unit: Unit) -> list[Evidence]:
    """All that the system knows of this item here."""
    answers = (source(unit) for source in _SOURCES[code])
    return [answer for answer in answers if answer is not None]


def sources() -> dict[str, list[Source]]:
    """All sources, for tests."""
    return _SOURCES
