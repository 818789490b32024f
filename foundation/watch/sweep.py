"""Looking at what was touched since the last look; every few seconds, harmless when doubled."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection

from foundation.accounts.models import User
from foundation.core.calendars import WorkingCalendar
from foundation.dossiers import clerk
from foundation.watch import limits, rules
from foundation.watch.actions import raise_alerts
from foundation.watch.models import Decoy
from foundation.watch.rules import Finding, Touch
from foundation.watch.vocabulary import Rule

MOST = 2000
_LOCK = 0x5EE9
_DAY = timedelta(days=1)


def sweep() -> int:
    """Judge everybody who touched something since the last sweep; returns how many touches were taken up."""
    with clerk.as_clerk() as by:
        taken = _take()
        decoys = Decoy.objects.folders() if taken else set()
        unwatched = {by.pk, *(Decoy.objects.values_list("ghost", flat=True) if taken else ())}
        people = User.objects.in_bulk({touch.actor for touch in taken} - unwatched)
        for pk, touches in _by_person(taken).items():
            if pk in people:
                for found in judge(people[pk], touches, decoys):
                    raise_alerts(found, people[pk], by=by)
    return len(taken)


def _by_person(touches: Iterable[Touch]) -> dict[int, list[Touch]]:
    found: dict[int, list[Touch]] = defaultdict(list)
    for touch in touches:
        found[touch.actor].append(touch)
    return found


def _take() -> list[Touch]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            return []
        cursor.execute("SELECT at, actor, dossier, kind, n, why FROM watch.take(%s)", [MOST])
        return [Touch(*row) for row in cursor.fetchall()]


def between(person: int, since: datetime, until: datetime) -> list[Touch]:
    """A person's touches in their order. For the clerk."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT at, actor, dossier, kind, n, why FROM watch.between(%s, %s, %s)", [person, since, until])
        return [Touch(*row) for row in cursor.fetchall()]


def forget(before: datetime) -> int:
    """Remove touches that no rule looks at any more; the trail keeps what happened."""
    with clerk.as_clerk(), connection.cursor() as cursor:
        cursor.execute("SELECT watch.forget(%s)", [before])
        return int(cursor.fetchone()[0])


def calendar_of(person: User) -> WorkingCalendar:
    """The calendar of the person's first seat; of nobody's unit it is UTC."""
    return person.seats[0].unit.calendar if person.seats else WorkingCalendar("UTC")


def judge(person: User, fresh: list[Touch], decoys: Collection[UUID] = ()) -> list[Finding]:
    """Every finding on the local days of these touches, each over the whole of its day."""
    calendar = calendar_of(person)
    days = sorted({calendar.local(touch.at).date() for touch in fresh})
    return [found for day in days for found in _of_day(person, day, calendar, decoys)]


def _of_day(person: User, day: date, calendar: WorkingCalendar, decoys: Collection[UUID]) -> list[Finding]:
    begins, ends = calendar.at(day, time(0)), calendar.at(day + _DAY, time(0))
    window = timedelta(minutes=settings.WATCH_BURST_MINUTES)
    return findings(person, day, between(person.pk, begins - window, ends), decoys)


def findings(person: User, day: date, touches: list[Touch], decoys: Collection[UUID] = ()) -> list[Finding]:
    """Every finding on one local day; ``touches`` may begin before it, for a run over midnight."""
    calendar = calendar_of(person)
    today = [touch for touch in touches if touch.at >= calendar.at(day, time(0))]
    budget = limits.budget(person)
    found = [
        rules.opened_decoys(day, today, decoys),
        rules.too_many(day, today, budget.alert, budget.ask),
        rules.searching(day, today, settings.WATCH_NAMES_SHOWN),
        _burst(person, day, touches),
        _off_hours(person, day, today, calendar),
    ]
    return [one for one in found if one is not None]


def _burst(person: User, day: date, touches: list[Touch]) -> Finding | None:
    if person.is_machine:
        return None
    window = timedelta(minutes=settings.WATCH_BURST_MINUTES)
    run = rules.burst(touches, settings.WATCH_BURST_FOLDERS, window)
    return rules.finding(Rule.BURST, day, len(run), settings.WATCH_BURST_FOLDERS, run) if run else None


def _off_hours(person: User, day: date, today: list[Touch], calendar: WorkingCalendar) -> Finding | None:
    if limits.works_at_night(person):
        return None
    grace = timedelta(minutes=settings.WATCH_OFF_HOURS_GRACE_MINUTES)
    met, least = rules.off_hours(today, calendar, grace), settings.WATCH_OFF_HOURS_FOLDERS
    return rules.finding(Rule.OFF_HOURS, day, len(met), least, met) if len(met) >= least else None
