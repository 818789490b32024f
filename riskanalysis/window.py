"""The hours in which medical help after sexual violence can do most (domain.md §6; W-15). Pure functions.

Information, never a condition: the person decides whether they want it, and no report, no consent to anything else is asked.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

FIRST_HOURS, LAST_HOURS = 72, 120
"""Until when medicine can prevent HIV, and until when emergency contraception can work."""


@dataclass(frozen=True, slots=True)
class Remaining:
    """Whole hours that are left; 0 when the time is over."""

    first: int
    last: int

    @property
    def is_running(self) -> bool:
        """Whether any of it is left."""
        return self.last > 0


def remaining(happened_at: datetime, now: datetime) -> Remaining:
    """How much is left of both, in whole hours, rounded down so that nobody comes too late."""
    return Remaining(*(_left(happened_at + timedelta(hours=limit), now) for limit in (FIRST_HOURS, LAST_HOURS)))


def _left(end: datetime, now: datetime) -> int:
    return max(int((end - now) / timedelta(hours=1)), 0)
