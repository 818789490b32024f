"""What looks unusual in a list of touches: pure functions, no clock, no database (safety.md §1).

A touch is one line of the log (``log.py``); its moment is the database's. Days and hours are the unit's own.
"""

from collections import deque
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from foundation.core.calendars import WorkingCalendar
from foundation.watch.vocabulary import RANKS, SERIOUS, Rule

READ, WRITE, SHOWN, SAID = "r", "w", "s", "e"


@dataclass(frozen=True, slots=True)
class Touch:
    """One person touched one folder; without a folder it is a search that showed ``n`` names, or the answer ``why``."""

    at: datetime
    actor: int
    folder: UUID | None
    kind: str
    n: int = 0
    why: str = ""


@dataclass(frozen=True)
class Finding:
    """A figure beyond its limit on a local ``day``; ``seen`` are the touches that it counts, ``said`` the person's answers."""

    rule: Rule
    day: date
    n: int
    limit: int
    rank: int
    seen: tuple[Touch, ...]
    said: tuple[Touch, ...] = ()


def finding(rule: Rule, day: date, n: int, limit: int, seen: Iterable[Touch]) -> Finding:
    """A finding as serious as its rule."""
    return Finding(rule, day, n, limit, RANKS[rule], tuple(seen))


def folders(touches: Iterable[Touch]) -> dict[UUID, Touch]:
    """Different folders that were read or written to, with the first touch of each."""
    first: dict[UUID, Touch] = {}
    for touch in touches:
        if touch.folder is not None and touch.kind in (READ, WRITE):
            first.setdefault(touch.folder, touch)
    return first


def too_many(day: date, touches: Sequence[Touch], limit: int, far: int | None) -> Finding | None:
    """More different folders in a day than the seat needs; serious from the figure on where a reason is asked."""
    met = folders(touches)
    if len(met) <= limit:
        return None
    rank = SERIOUS if far is not None and len(met) > far else RANKS[Rule.BUDGET]
    said = tuple(touch for touch in touches if touch.kind == SAID)
    return Finding(Rule.BUDGET, day, len(met), limit, rank, tuple(met.values()), said)


def opened_decoys(day: date, touches: Iterable[Touch], marked: Collection[UUID]) -> Finding | None:
    """Any decoy that was read or written to."""
    met = [touch for folder, touch in folders(touches).items() if folder in marked]
    return finding(Rule.DECOY, day, len(met), 0, met) if met else None


def searching(day: date, touches: Iterable[Touch], limit: int) -> Finding | None:
    """More names shown by searches in a day than somebody who looks for a person needs."""
    shown = [t for t in touches if t.kind == SHOWN]
    n = sum(t.n for t in shown)
    return finding(Rule.SEARCH, day, n, limit, shown) if n > limit else None


def burst(touches: Iterable[Touch], least: int, window: timedelta) -> list[Touch]:
    """The longest run of different folders that were read within ``window`` with no write between; [] below ``least``."""
    run: deque[Touch] = deque()
    best: list[Touch] = []
    for touch in touches:
        if touch.kind == WRITE:
            run.clear()
        elif touch.kind == READ and touch.folder is not None:
            run.append(touch)
            while touch.at - run[0].at > window:
                run.popleft()
            met = list(folders(run).values())
            best = met if len(met) > len(best) else best
    return best if len(best) >= least else []


def is_off_hours(moment: datetime, calendar: WorkingCalendar, grace: timedelta) -> bool:
    """Whether the unit is closed, and not only just: ``grace`` before opening and after closing is working time."""
    today = calendar.local(moment).date()
    for day in (today - timedelta(days=1), today, today + timedelta(days=1)):
        if calendar.works_on(day):
            opening, closing = calendar.hours_on(day)
            if opening - grace <= moment < closing + grace:
                return False
    return True


def off_hours(touches: Iterable[Touch], calendar: WorkingCalendar, grace: timedelta) -> list[Touch]:
    """The first reading of each folder while the unit was closed. Writing at night is work, not browsing."""
    read = [t for t in touches if t.kind == READ and is_off_hours(t.at, calendar, grace)]
    return list(folders(read).values())
