"""What must leave exactly once: the row is the truth, the broker only a wake-up."""

import uuid
from datetime import datetime, timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

PAUSE = timedelta(minutes=5)
LONG, OVERLOOKED = timedelta(minutes=15), timedelta(minutes=5)


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

    def next_in_line(self, n: int = 200) -> list[uuid.UUID]:
        """The due rows to attempt now: of each target (an endpoint) only the oldest, so that a dead one costs one."""
        rows = self.due().values_list("pk", "target_id")[: 10 * n]
        seen: dict[uuid.UUID, uuid.UUID] = {}
        for pk, target in rows:
            seen.setdefault(target or pk, pk)
        return list(seen.values())[:n]

    def stuck(self) -> "MessageQuerySet":
        """What a person should look at: failed, tried for a quarter of an hour in vain, or overlooked by the sweep."""
        now = timezone.now()
        tried = Q(status=Status.PENDING, n_tries__gt=0, created_at__lt=now - LONG)
        overlooked = Q(status=Status.PENDING, next_at__lt=now - OVERLOOKED)
        return self.filter(Q(status=Status.FAILED) | tried | overlooked)

    def again(self) -> int:
        """Attempt these at once: what failed from the beginning, what waits for its next try without waiting; how many."""
        now = timezone.now()
        n_waiting = self.filter(status=Status.PENDING).update(next_at=now)
        return n_waiting + self.filter(status=Status.FAILED).update(status=Status.PENDING, n_tries=0, next_at=now)

    def pause(self, target: uuid.UUID, until: datetime) -> None:
        """Let the line behind a failed attempt wait for its retry, which tries the target out; 5 minutes at most."""
        until = min(until, timezone.now() + PAUSE)
        waiting = self.filter(target_id=target, status=Status.PENDING, n_tries=0)
        waiting.filter(next_at__lt=until).update(next_at=until)

    def resume(self, target: uuid.UUID) -> uuid.UUID | None:
        """The target answers: let its line go on; the first in it."""
        waiting = self.filter(target_id=target, status=Status.PENDING, n_tries=0)
        waiting.filter(next_at__gt=timezone.now()).update(next_at=timezone.now())
        return waiting.order_by("created_at").values_list("pk", flat=True).first()

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
        taken = self.filter(pk=pk, status=Status.PENDING, next_at__lte=now, n_tries=row.n_tries).update(
            n_tries=F("n_tries") + 1, next_at=now + back_off(row.n_tries)
        )
        return self.get(pk=pk) if taken else None


def back_off(n_tries: int) -> timedelta:
    """How long to wait after a failed attempt: the schedule of Standard Webhooks 1.0."""
    steps = (5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400)
    return timedelta(seconds=steps[min(n_tries, len(steps) - 1)])


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
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.event}"


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
