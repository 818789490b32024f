"""What must leave exactly once: the row is the truth, the broker only a wake-up."""

import random
import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

LONG, OVERLOOKED = timedelta(minutes=15), timedelta(minutes=5)
JITTER = 0.2
REST, LONGEST_REST = timedelta(seconds=5), timedelta(minutes=5)
BUSY, SLOW = timedelta(seconds=30), timedelta(seconds=1)


class Status(models.TextChoices):
    """Where a message is."""

    PENDING = "pending", _("Waiting")
    DONE = "done", _("Delivered")
    FAILED = "failed", _("Failed")
    GIVEN_UP = "given_up", _("Given up")


class MessageQuerySet(models.QuerySet["Message"]):
    """Claims and sweeps."""

    def due(self) -> "MessageQuerySet":
        """Waiting rows whose time has come, oldest first."""
        return self.filter(status=Status.PENDING, next_at__lte=timezone.now()).order_by("next_at")

    def in_turn(self) -> "MessageQuerySet":
        """Those that no earlier message about the same matter to the same target still waits before."""
        earlier = Message.objects.filter(
            target_id=OuterRef("target_id"),
            reference=OuterRef("reference"),
            status=Status.PENDING,
            created_at__lt=OuterRef("created_at"),
        )
        return self.exclude(Exists(earlier))

    def next_in_line(self, n: int = 200) -> list[uuid.UUID]:
        """The due rows to attempt now: of each target (an endpoint) that may be asked only the oldest."""
        alone = self.due().filter(target_id=None).values_list("pk", flat=True)[:n]
        shut = Line.objects.shut().filter(pk=OuterRef("target_id"))
        lines = self.filter(status=Status.PENDING, next_at__lte=timezone.now(), target_id__isnull=False)
        heads = lines.exclude(Exists(shut)).in_turn().order_by("target_id", "next_at").distinct("target_id")
        return [*alone, *(pk for _at, pk in sorted(heads.values_list("next_at", "pk"))[:n])]

    def stuck(self) -> "MessageQuerySet":
        """What a person should look at: failed, tried for a quarter of an hour in vain, or overlooked by the sweep."""
        now = timezone.now()
        tried = Q(status=Status.PENDING, n_tries__gt=0, created_at__lt=now - LONG)
        is_kept = Exists(Line.objects.filter(pk=OuterRef("target_id"), is_troubled=True))
        overlooked = Q(status=Status.PENDING, next_at__lt=now - OVERLOOKED) & ~Q(is_kept)
        return self.filter(Q(status=Status.FAILED) | tried | overlooked)

    def _targets(self) -> set[uuid.UUID]:
        return {pk for pk in self.values_list("target_id", flat=True) if pk is not None}

    def again(self) -> int:
        """Attempt these at once: what failed from the beginning, what waits for its next try without waiting; how many."""
        now = timezone.now()
        Line.objects.reopen(self._targets())
        n_waiting = self.filter(status=Status.PENDING).update(next_at=now)
        return n_waiting + self.filter(status=Status.FAILED).update(status=Status.PENDING, n_tries=0, next_at=now)

    def replay(self) -> int:
        """Send these once more, whatever became of them, under their own ids; not what waits anyway. How many."""
        now = timezone.now()
        Line.objects.reopen(self._targets())
        over = self.exclude(status=Status.PENDING)
        return over.update(status=Status.PENDING, n_tries=0, next_at=now, done_at=None, end_reason="")

    def following(self, target: uuid.UUID) -> uuid.UUID | None:
        """A target has been asked: who is next there; among the troubled ones, who has waited longest at any of them."""
        is_troubled = Line.objects.filter(pk=target, is_troubled=True).exists()
        free = Line.objects.filter(is_troubled=True) if is_troubled else Line.objects.filter(pk=target)
        shut = Line.objects.shut().filter(pk=OuterRef("target_id"))
        waiting = self.due().filter(target_id__in=free.values("pk")).exclude(Exists(shut)).in_turn()
        return waiting.values_list("pk", flat=True).first()

    def claim(self, pk: uuid.UUID) -> "Message | None":
        """Take a due row for one attempt by conditional update; ``None`` if somebody else has it or it is not due.

        The claim moves ``next_at`` ahead by the back-off, so that a worker that dies gives the row back by itself.
        A row whose every attempt killed its worker ends as failed too.
        """
        now = timezone.now()
        row = self.filter(pk=pk).first()
        if row is None:
            return None
        if row.n_tries >= settings.OUTBOX_TRIES:
            self.due().filter(pk=pk).update(status=Status.FAILED, problem=row.problem or "died")
            return None
        free = self.filter(pk=pk, status=Status.PENDING, next_at__lte=now, n_tries=row.n_tries)
        if row.target_id is not None:
            free = free.in_turn()
        taken = free.update(n_tries=F("n_tries") + 1, next_at=now + back_off(row.n_tries))
        return self.get(pk=pk) if taken else None


def back_off(n_tries: int) -> timedelta:
    """How long to wait after a failed attempt: the schedule of Standard Webhooks 1.0, and up to a fifth more.

    Never less: who reads the schedule may rely on it. The spread keeps what failed together from coming back together.
    """
    steps = (5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400)
    return timedelta(seconds=steps[min(n_tries, len(steps) - 1)] * (1 + random.uniform(0, JITTER)))  # noqa: S311


class Message(models.Model):
    """One thing to deliver: a neutral e-mail, a webhook, or a notice on a page. Carries ids, never content."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    channel = models.CharField(max_length=16)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="+", db_index=False
    )
    target_id = models.UUIDField(null=True, blank=True)
    event = models.CharField(max_length=40)
    reference = models.UUIDField(null=True, blank=True)
    slot = models.CharField(max_length=120, unique=True)
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.PENDING)
    n_tries = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(default=timezone.now)
    created_at = models.DateTimeField(auto_now_add=True)
    done_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=40, blank=True)
    end_reason = models.CharField(max_length=20, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["next_at"], name="outbox_due", condition=models.Q(status="pending")),
            models.Index(fields=["created_at"], name="outbox_failed", condition=models.Q(status="failed")),
            models.Index(
                fields=["target_id", "reference", "created_at"],
                name="outbox_in_turn",
                condition=models.Q(status="pending"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.event}"


class LineQuerySet(models.QuerySet["Line"]):
    """Which targets may be asked."""

    def shut(self) -> "LineQuerySet":
        """Being asked at this moment, or resting after a failure."""
        now = timezone.now()
        return self.filter(Q(busy_until__gt=now) | Q(closed_until__gt=now))

    def take(self, target: uuid.UUID) -> bool:
        """Ask this target now, alone; False if somebody does, or it rests. Troubled ones have one place among them all.

        So targets that are dead or slow hold one worker at most, whatever waits for them. Troubled is also who has never
        answered, and who takes long at this moment. Who dies gives the line back in 30 s.
        """
        now = timezone.now()
        self.bulk_create([Line(pk=target, is_troubled=True)], ignore_conflicts=True)
        holding = Q(is_troubled=True) | Q(busy_until__lt=now + BUSY - SLOW)
        if Line.objects.filter(holding, busy_until__gt=now).exclude(pk=target).exists():
            return bool(self._open(target, now).filter(is_troubled=False).update(busy_until=now + BUSY))
        return bool(self._open(target, now).update(busy_until=now + BUSY))

    def _open(self, target: uuid.UUID, now: datetime) -> "LineQuerySet":
        is_free = Q(busy_until=None) | Q(busy_until__lte=now)
        return self.filter(is_free, Q(closed_until=None) | Q(closed_until__lte=now), pk=target)

    def answered(self, target: uuid.UUID, took: timedelta) -> None:
        """It works. One that takes long is troubled until it is quick again."""
        self.filter(pk=target).update(
            busy_until=None, closed_until=None, failing_since=None, n_failures=0, is_troubled=took > SLOW
        )

    def failed(self, target: uuid.UUID) -> None:
        """It does not: let it rest, four times as long each time, five minutes at most."""
        row, now = self.get(pk=target), timezone.now()
        rest = min(LONGEST_REST, REST * 4 ** min(row.n_failures, 5))
        self.filter(pk=target).update(
            busy_until=None, closed_until=now + rest, failing_since=row.failing_since or now,
            n_failures=F("n_failures") + 1, is_troubled=True,
        )  # fmt: skip

    def free(self, target: uuid.UUID) -> None:
        """Nobody was asked after all."""
        self.filter(pk=target).update(busy_until=None)

    def reopen(self, targets: Iterable[uuid.UUID]) -> None:
        """Somebody says that they work again: no rest any more."""
        self.filter(pk__in=targets).update(closed_until=None)


class Line(models.Model):
    """The circuit of one target outside (an endpoint): whether it is being asked, rests, and since when it fails."""

    target = models.UUIDField(primary_key=True)
    busy_until = models.DateTimeField(null=True, blank=True)
    closed_until = models.DateTimeField(null=True, blank=True)
    failing_since = models.DateTimeField(null=True, blank=True)
    n_failures = models.PositiveIntegerField(default=0)
    is_troubled = models.BooleanField(default=False)

    objects = LineQuerySet.as_manager()

    def __str__(self) -> str:
        return str(self.target)


class Notice(models.Model):
    """A line on somebody's own page: there is something new. What it is stands behind the link."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices")
    event = models.CharField(max_length=40)
    message = models.OneToOneField(Message, models.CASCADE, related_name="notice")
    created_at = models.DateTimeField(auto_now_add=True)
    seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["user", "-created_at"], name="notice_of_user")]

    def __str__(self) -> str:
        return self.event
