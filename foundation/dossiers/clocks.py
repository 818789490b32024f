"""Starting, pausing, stopping and handing over clocks (domain.md §6; laws of the loop)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from foundation.accounts.models import Unit, User
from foundation.audit import trail
from foundation.core import calendars
from foundation.core.errors import Refused
from foundation.core.limits import SLA_DEFAULTS
from foundation.dossiers.models import Clock, Dossier

RANKS = {"emergency": 0, "urgent": 1, "normal": 2}


@dataclass(frozen=True)
class Subject:
    """What a clock is about: ("concern" | "case" | "referral", id, public code)."""

    kind: str
    pk: UUID
    reference: str = ""


def _calendar(clock: Clock) -> calendars.WorkingCalendar | None:
    """The unit's working calendar where the clock runs by it; ``None`` is day and night."""
    limits = SLA_DEFAULTS.get(clock.code)
    return clock.unit.calendar if limits and limits[clock.urgency].is_working else None


@transaction.atomic
def start(
    dossier: Dossier,
    code: str,
    subject: Subject,
    urgency: str,
    unit: Unit,
    *,
    group: int | None = None,
    user: User | None = None,
    due: datetime | None = None,
) -> Clock:
    """Start a clock for a seat's group or a person. ``due`` is given for agreed times, else the table says."""
    now = timezone.now()
    due_at = due or calendars.due_at(now, urgency, SLA_DEFAULTS[code][urgency], unit.calendar)
    clock = Clock(
        dossier=dossier,
        code=code,
        subject_kind=subject.kind,
        subject_id=subject.pk,
        reference=subject.reference,
        urgency=urgency,
        rank=RANKS[urgency],
        unit=unit,
        group_id=group,
        user=user,
        started_at=now,
        due_at=due_at,
    )
    clock.next_at = next_time(clock)
    clock.save(force_insert=True)
    trail.record("clock.started", dossier=dossier.pk, subject=clock.pk, code=code, due_at=due_at)
    return clock


def next_time(clock: Clock) -> datetime:
    """When the next reminder is due: at 50, 80 and 100 % of the limit, then every 25 %."""
    return calendars.next_reminder(clock.started_at, clock.due_at, clock.n_reminders, _calendar(clock))


@transaction.atomic
def stop(subject_id: UUID, *codes: str) -> int:
    """Stop the running clocks of a subject (all of them, or those named); the matter was handled."""
    running = Clock.objects.running().filter(subject_id=subject_id)
    if codes:
        running = running.filter(code__in=codes)
    stopped = [clock for clock in running if not clock.stopped_at]
    running.update(stopped_at=timezone.now(), next_at=None)
    for clock in stopped:
        trail.record("clock.stopped", dossier=clock.dossier_id, subject=clock.pk, code=clock.code)
    return len(stopped)


@transaction.atomic
def pause(subject_id: UUID, code: str) -> None:
    """Let a clock stand still; never for an emergency."""
    clock = Clock.objects.running().select_for_update(of=("self",)).filter(subject_id=subject_id, code=code).first()
    if clock is None or clock.paused_at:
        return
    if clock.urgency == "emergency":
        raise Refused("clock.emergency", _("The clock of an emergency never stands still."))
    clock.paused_at = timezone.now()
    clock.save(update_fields=["paused_at"])


@transaction.atomic
def resume(subject_id: UUID, code: str) -> None:
    """Let it run on; what it stood still is added to the due time."""
    clock = Clock.objects.running().select_for_update(of=("self",)).filter(subject_id=subject_id, code=code).first()
    if clock is None or clock.paused_at is None:
        return
    stood = (clock.paused_at, timezone.now(), _calendar(clock))
    clock.started_at = calendars.extended(clock.started_at, *stood, urgency=clock.urgency)
    clock.due_at, clock.paused_at = calendars.extended(clock.due_at, *stood, urgency=clock.urgency), None
    clock.next_at = next_time(clock)
    clock.save(update_fields=["started_at", "due_at", "paused_at", "next_at"])


AGREED = ("follow_up", "consent", "waiting", "hold")
"""Clocks whose time was agreed with the person or stands in a decision: no table moves it."""


@transaction.atomic
def press(subject_id: UUID, urgency: str) -> None:
    """The matter is more or less pressing now: what runs follows, from when it began; an emergency stands still nowhere."""
    for clock in Clock.objects.running().select_for_update(of=("self",)).filter(subject_id=subject_id):
        if clock.paused_at and urgency == "emergency":
            resume(subject_id, clock.code)
            clock.refresh_from_db()
        clock.urgency, clock.rank = urgency, RANKS[urgency]
        if clock.code not in AGREED:
            limit = SLA_DEFAULTS[clock.code][urgency]
            clock.due_at = calendars.due_at(clock.started_at, urgency, limit, clock.unit.calendar)
        clock.next_at = next_time(clock)
        clock.save(update_fields=["urgency", "rank", "due_at", "next_at"])
        trail.record("clock.pressed", dossier=clock.dossier_id, subject=clock.pk, code=clock.code, due_at=clock.due_at)


@transaction.atomic
def hand_over(clock: Clock, *, group: int | None = None, user: User | None = None, rung: int = 0) -> None:
    """Give a running clock to somebody else; the due time stays."""
    clock.group_id, clock.user, clock.rung = group, user, rung
    clock.save(update_fields=["group", "user", "rung"])
    trail.record("clock.rerouted", dossier=clock.dossier_id, subject=clock.pk, group=group, user=user and user.pk)


@transaction.atomic
def relocate(subject_id: UUID, unit: Unit, *, group: int, user: User) -> None:
    """The matter went over to another unit: what runs waits for its seat or its person, with the same due time."""
    for clock in Clock.objects.running().select_for_update(of=("self",)).filter(subject_id=subject_id):
        clock.unit = unit
        clock.save(update_fields=["unit"])
        hand_over(clock, group=group) if clock.group_id else hand_over(clock, user=user)


def is_running_late(subject_id: UUID, code: str) -> bool:
    """Whether the clock runs and its time is over."""
    return Clock.objects.running().filter(subject_id=subject_id, code=code, due_at__lte=timezone.now()).exists()


def running_group(subject_id: UUID, code: str) -> int | None:
    """The seat's group that a running clock waits for, if it waits for a seat."""
    found: int | None = (
        Clock.objects.running().filter(subject_id=subject_id, code=code).values_list("group_id", flat=True).first()
    )
    return found
