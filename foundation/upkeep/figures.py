"""How things stand, in counts and ages: for the page, for the metrics, for the alarm. Nothing in it tells of a person."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Count, Min, Q
from django.utils import timezone

from foundation.core.breaker import ALL
from foundation.core.machines import COURIER
from foundation.dossiers import clerk
from foundation.dossiers.models import Clock
from foundation.outbox.models import Message, Status
from foundation.upkeep.pulses import Beat, beats

SEAL_ALLOWED, REMINDER_ALLOWED = timedelta(minutes=2), timedelta(minutes=5)


@dataclass(frozen=True)
class Channel:
    """What waits in one channel of the outbox, and since when."""

    name: str
    n_waiting: int
    n_failed: int
    oldest_at: datetime | None


@dataclass(frozen=True)
class Standing:
    """Everything that runs by itself, at one moment."""

    now: datetime
    beats: list[Beat]
    channels: list[Channel]
    n_stuck: int
    oldest_unsealed_at: datetime | None
    n_clocks: int
    n_overdue: int
    oldest_reminder_at: datetime | None

    @property
    def late(self) -> list[Beat]:
        """Scheduled tasks that did not run when they should, or broke off."""
        return [beat for beat in self.beats if beat.is_late or beat.is_failing]

    @property
    def is_seal_late(self) -> bool:
        """Whether something in the trail has waited too long for its seal."""
        return self.oldest_unsealed_at is not None and self.now - self.oldest_unsealed_at > SEAL_ALLOWED

    @property
    def is_reminder_late(self) -> bool:
        """Whether a reminder should have gone out by now."""
        return self.oldest_reminder_at is not None and self.now - self.oldest_reminder_at > REMINDER_ALLOWED

    @property
    def is_broker_away(self) -> bool:
        """Whether this process does without Valkey at the moment."""
        return any(breaker.is_open for breaker in ALL)


def standing() -> Standing:
    """As it is now, in a number of queries that no row changes.

    Asks as the clerk, who follows every clock, and as the courier, who sees every message.
    """
    now = timezone.now()
    with COURIER.at_work():
        channels, n_stuck = _channels(), Message.objects.stuck().count()
    with clerk.as_clerk():
        clocks = Clock.objects.running().aggregate(
            n=Count("pk"),
            n_overdue=Count("pk", filter=Q(due_at__lt=now)),
            oldest=Min("next_at", filter=Q(next_at__lt=now, paused_at=None)),
        )
    return Standing(
        now, beats(), channels, n_stuck, _oldest_unsealed(), clocks["n"], clocks["n_overdue"], clocks["oldest"],
    )  # fmt: skip


def _channels() -> list[Channel]:
    waiting = Message.objects.filter(status__in=(Status.PENDING, Status.FAILED)).values("channel").order_by("channel")
    rows = waiting.annotate(
        n_waiting=Count("pk", filter=Q(status=Status.PENDING)),
        n_failed=Count("pk", filter=Q(status=Status.FAILED)),
        oldest_at=Min("created_at", filter=Q(status=Status.PENDING)),
    )
    return [Channel(row["channel"], row["n_waiting"], row["n_failed"], row["oldest_at"]) for row in rows]


def _oldest_unsealed() -> datetime | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT trail.oldest_unsealed()")
        oldest: datetime | None = cursor.fetchone()[0]
    return oldest
