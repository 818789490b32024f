"""When something is due: wall clock for what is urgent, the unit's working calendar for what is not (domain.md §6).

Every moment is an aware ``datetime`` and leaves in UTC; a naive one is refused with ValueError. Nothing here reads the
clock or the database: calendar and limits come as values, so that a due time can be worked out again later.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from foundation.core.limits import EMERGENCY as EMERGENCY
from foundation.core.limits import NORMAL as NORMAL
from foundation.core.limits import SLA_DEFAULTS as SLA_DEFAULTS
from foundation.core.limits import URGENCIES as URGENCIES
from foundation.core.limits import URGENT as URGENT
from foundation.core.limits import Limit as Limit

REMINDER_SHARES = (0.5, 0.8, 1.0)
"""Shares of a limit at which the first reminders go out; then one more after each ``REPEAT_SHARE`` of it."""

REPEAT_SHARE = 0.25
REPEAT_AT_LEAST = timedelta(minutes=15)
"""The least time between repeated reminders, for limits so short that a quarter of them would be a flood."""

_DAY = timedelta(days=1)


def as_utc(moment: datetime) -> datetime:
    """Give the same moment in UTC. ValueError for a naive one: guessing a zone would move a deadline by hours."""
    if moment.utcoffset() is None:
        raise ValueError("a moment needs a time zone")
    return moment.astimezone(UTC)


def local_day(moment: datetime, zone: tzinfo) -> date:
    """The date that a calendar in ``zone`` shows at this moment."""
    return as_utc(moment).astimezone(zone).date()


@dataclass(frozen=True)
class WorkingCalendar:
    """When a unit works: local hours, weekend as weekday numbers (Monday is 0), local dates off.

    ``zone`` is an IANA name such as ``Asia/Gaza``. A day runs from ``opens`` up to, and without, ``closes``. ValueError
    for a calendar that is never open or whose zone is unknown.
    """

    zone: str
    opens: time = time(9)
    closes: time = time(17)
    weekend: frozenset[int] = frozenset({5, 6})
    holidays: frozenset[date] = frozenset()

    def __post_init__(self) -> None:
        if self.opens >= self.closes or self.weekend >= set(range(7)):
            raise ValueError("a calendar needs a working day that opens before it closes")
        try:
            ZoneInfo(self.zone)
        except KeyError as unknown:
            raise ValueError("unknown time zone") from unknown

    def local(self, moment: datetime) -> datetime:
        """Give ``moment`` as the unit's clock shows it."""
        return as_utc(moment).astimezone(ZoneInfo(self.zone))

    def at(self, day: date, clock: time) -> datetime:
        """Give a local day and clock time in UTC: of two such moments the first, in a skipped hour the one after."""
        return datetime.combine(day, clock.replace(fold=0), ZoneInfo(self.zone)).astimezone(UTC)

    def works_on(self, day: date) -> bool:
        """Tell whether ``day``, a local date, is neither weekend nor holiday."""
        return day.weekday() not in self.weekend and day not in self.holidays

    def working_day_after(self, day: date) -> date:
        """Give the next working day, never ``day`` itself."""
        day += _DAY
        while not self.works_on(day):
            day += _DAY
        return day

    def hours_on(self, day: date) -> tuple[datetime, datetime]:
        """Give opening and closing of a working day in UTC."""
        return self.at(day, self.opens), self.at(day, self.closes)

    def next_open(self, moment: datetime) -> datetime:
        """Give ``moment`` if the unit is open then, otherwise its next opening, in UTC."""
        moment, day = as_utc(moment), self.local(moment).date()
        if self.works_on(day):
            opening, closing = self.hours_on(day)
            if moment < closing:
                return max(moment, opening)
        return self.at(self.working_day_after(day), self.opens)


def wall_due(start: datetime, limit: timedelta) -> datetime:
    """Give ``start`` plus ``limit`` in UTC: 24 hours are 24 hours, also over a change of the clocks."""
    return as_utc(start) + limit


def working_due(start: datetime, days: int, calendar: WorkingCalendar) -> datetime:
    """Give the same local clock time ``days`` working days later, inside opening hours, in UTC.

    A start outside opening hours counts from the next opening: Friday 20:00 and two days is Wednesday at opening.
    """
    if days < 0:
        raise ValueError("working days cannot be negative")
    begins = calendar.local(calendar.next_open(start))
    day = begins.date()
    for _ in range(days):
        day = calendar.working_day_after(day)
    opening, closing = calendar.hours_on(day)
    return min(max(calendar.at(day, begins.time()), opening), closing)


def due_at(start: datetime, urgency: str, limit: Limit, calendar: WorkingCalendar) -> datetime:
    """Give the due time in UTC: emergency and urgent run day and night, normal by the calendar where it says so.

    ValueError for working days on what is urgent: nobody waits for Monday with an emergency (domain.md §6).
    """
    if urgency not in URGENCIES:
        raise ValueError("unknown urgency")
    if limit.working_days is None:
        return wall_due(start, timedelta(hours=limit.hours or 0))
    if urgency != NORMAL:
        raise ValueError("emergency and urgent run on the wall clock")
    return working_due(start, limit.working_days, calendar)


def worked(start: datetime, end: datetime, calendar: WorkingCalendar) -> timedelta:
    """Give the opening time between two moments; zero if ``end`` is not later. About 2 µs for each day between."""
    start, end = as_utc(start), as_utc(end)
    total, day, last = timedelta(0), calendar.local(start).date(), calendar.local(end).date()
    while day <= last:
        if calendar.works_on(day):
            opening, closing = calendar.hours_on(day)
            total += max(min(end, closing) - max(start, opening), timedelta(0))
        day += _DAY
    return total


def advanced(start: datetime, amount: timedelta, calendar: WorkingCalendar) -> datetime:
    """Give the moment when ``amount`` of opening time has passed since ``start``: always within opening hours."""
    moment = calendar.next_open(start)
    while (left := calendar.at(calendar.local(moment).date(), calendar.closes) - moment) <= amount:
        amount -= left
        moment = calendar.next_open(moment + left)
    return moment + amount


def elapsed(start: datetime, end: datetime, calendar: WorkingCalendar | None) -> timedelta:
    """Give the time between two moments as a clock counts it, without ``calendar`` on the wall; never below zero."""
    return worked(start, end, calendar) if calendar else max(as_utc(end) - as_utc(start), timedelta(0))


def _later(moment: datetime, amount: timedelta, calendar: WorkingCalendar | None) -> datetime:
    return advanced(moment, amount, calendar) if calendar else as_utc(moment) + amount


def elapsed_share(start: datetime, due: datetime, now: datetime, calendar: WorkingCalendar | None) -> float:
    """Give how much of the limit is used: 0.0 at the start, 1.0 when due, more when overdue.

    Pass the calendar for a limit in working days and None for one in hours. A limit of no length is 0.0 before and 1.0
    from then on. Whether something is overdue, ask ``now >= due``: on a calendar the share reaches 1.0 at closing time
    already if the due time is the next opening.
    """
    total = elapsed(start, due, calendar)
    return elapsed(start, now, calendar) / total if total else float(as_utc(now) >= as_utc(due))


def next_reminder(start: datetime, due: datetime, sent: int, calendar: WorkingCalendar | None) -> datetime:
    """Give the moment of the next reminder when ``sent`` have gone out: 50 %, 80 %, 100 %, then every 25 % (§6).

    Pass the calendar for a limit in working days, and no reminder falls outside opening hours; None for one in hours.
    Repeats are at least 15 minutes apart.
    """
    if sent < 0:
        raise ValueError("reminders sent cannot be negative")
    total = elapsed(start, due, calendar)
    late = sent + 1 - len(REMINDER_SHARES)
    if late == 0:
        return as_utc(due)
    if late < 0:
        return _later(start, total * REMINDER_SHARES[sent], calendar)
    return _later(due, max(total * REPEAT_SHARE, REPEAT_AT_LEAST) * late, calendar)


def extended(
    moment: datetime, paused_at: datetime, resumed_at: datetime, calendar: WorkingCalendar | None, *, urgency: str
) -> datetime:
    """Give ``moment`` put off by a pause, as its clock counts it. ValueError for an emergency: that never pauses (§6).

    Put off both the start and the due time of a clock, so that its elapsed share goes on from where it stood.
    """
    if urgency == EMERGENCY:
        raise ValueError("the clock of an emergency never pauses")
    if as_utc(resumed_at) < as_utc(paused_at):
        raise ValueError("a pause cannot end before it begins")
    pause = elapsed(paused_at, resumed_at, calendar)
    return _later(moment, pause, calendar) if pause else as_utc(moment)
