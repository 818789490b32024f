"""Who acts when somebody does not: owner → focal point → deputy → manager, in the unit and upwards (R-40, scenario 2).

A rung is used only if somebody holds the seat now and is not away. Rerouting keeps the due time; reminders add people.
"""

from datetime import datetime, timedelta
from functools import cache

from django.utils import timezone

from foundation.accounts import actions as accounts
from foundation.accounts.models import Appointment, Role, Seat, User
from foundation.accounts.routing import RUNGS as RUNGS
from foundation.accounts.routing import first as first
from foundation.accounts.routing import is_held as is_held
from foundation.accounts.routing import rungs as rungs
from foundation.audit import trail
from foundation.core.hooks import Hook
from foundation.dossiers import actions, clerk, clocks
from foundation.dossiers.models import VIEW, Clock
from foundation.outbox import delivery

overdue: Hook[Clock] = Hook()
staying: set[str] = set()
"""Codes of clocks that remind and climb to nobody: what they are about is for their own seat's eyes alone."""
# Which clocks wait for people outside (a partner): their ladder leads to these seats of the referring unit.
SWEEP = 500
AT_THE_END = 2  # reminders that go out before the limit is reached
DAILY_FROM, DAY = 100, timedelta(days=1)  # so many reminders after which one a day is enough


class Rota:
    """Who is there, each question asked once: for a sweep that would ask the same of hundreds of clocks."""

    def __init__(self) -> None:
        self.members = cache(accounts.members)
        self.rungs = cache(rungs)


def reroute_seat(seat: Seat) -> None:
    """Nobody is left on a seat: what waits there goes to the next rung at once."""
    if seat.role not in RUNGS or is_held(seat):
        return
    with clerk.as_clerk():
        waiting = Clock.objects.running().filter(group=seat.group_id).select_related("dossier", "unit")
        for clock in waiting.select_for_update(skip_locked=True, of=("self",)):
            _to_next_rung(clock)


def _to_next_rung(clock: Clock) -> None:
    seat = next((s for s in rungs(clock.unit) if s.group_id != clock.group_id), None)
    if seat is None:
        return
    actions.share_with_group(clock.dossier, seat.group_id, VIEW)
    clocks.hand_over(clock, group=seat.group_id, rung=RUNGS.index(Role(seat.role)))
    delivery.tell(accounts.members(seat.group_id), "work.waiting", f"rerouted:{clock.pk}:{seat.pk}")


def remind(clock: Clock, rota: Rota) -> None:
    """Raise one reminder (its slot makes a second worker harmless); from 100 % on, climb a rung and tell it too.

    When the sweep comes late, what it missed is one reminder, and as many rungs as are due.
    """
    slot, now = f"reminder:{clock.pk}:{clock.n_reminders}", timezone.now()
    delivery.tell(_assignees(clock, rota), "work.waiting", slot)
    first = clock.n_reminders
    while clock.next_at is not None and clock.next_at <= now:
        clock.n_reminders += 1
        clock.next_at = _next(clock, now)
    if clock.n_reminders > AT_THE_END:
        if clock.code not in staying:
            _climb(clock, rota, slot, range(max(first - AT_THE_END, 0), clock.n_reminders - AT_THE_END))
        overdue.send(clock)
    clock.save(update_fields=["n_reminders", "next_at"])
    trail.record("clock.reminded", dossier=clock.dossier_id, subject=clock.pk, code=clock.code, n=clock.n_reminders)


def _next(clock: Clock, now: datetime) -> datetime:
    """Every quarter of the limit; who has been reminded a hundred times is reminded daily, however long it lasts."""
    return now + DAY if clock.n_reminders >= DAILY_FROM else clocks.next_time(clock)


def _assignees(clock: Clock, rota: Rota) -> list[User]:
    if clock.user is not None:
        return [clock.user]
    return rota.members(clock.group_id) if clock.group_id else []


def _climb(clock: Clock, rota: Rota, slot: str, steps: range) -> None:
    seats = [s for s in rota.rungs(clock.unit) if s.group_id != clock.group_id]
    for seat in seats[steps.start : steps.stop]:
        actions.share_with_group(clock.dossier, seat.group_id, VIEW)
        delivery.tell(rota.members(seat.group_id), "work.overdue", slot)


def sweep() -> int:
    """Reroute what waits for empty seats, then raise reminders that are due, by need; returns how many were raised."""
    _reroute_empty_seats()
    with clerk.as_clerk():
        taken, rota = _due(SWEEP), Rota()
        for clock in taken:
            remind(clock, rota)
    return len(taken)


def _due(most: int) -> list[Clock]:
    """The neediest first; each level is one walk along its index, however much is due."""
    running = Clock.objects.running().filter(paused_at=None, next_at__lte=timezone.now())
    free = running.select_related("dossier", "unit", "user").select_for_update(skip_locked=True, of=("self",))
    found: list[Clock] = []
    for rank in sorted(clocks.RANKS.values()):
        found += free.filter(rank=rank).order_by("next_at")[: most - len(found)]
    return found


def _reroute_empty_seats() -> None:
    """An appointment may run out, or an absence begin, without anybody doing anything at that moment (R-40)."""
    held = Appointment.objects.present().values("seat_id")
    for seat in Seat.objects.filter(role__in=RUNGS).exclude(pk__in=held):
        reroute_seat(seat)
