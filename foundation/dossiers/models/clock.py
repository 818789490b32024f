"""A clock: something waits for somebody, until a time. Every waiting state of every matter has one."""

from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import models
from django.db.models import Q
from django.db.models.expressions import RawSQL
from django.utils import timezone

from foundation.accounts.models import Unit
from foundation.dossiers.models.folder import FOLLOW, BoundQuerySet, DossierBound

if TYPE_CHECKING:
    from foundation.accounts.models import User

# The neediest of each seat and of the person, merged: one index probe per seat.
_NEEDIEST = """"dossiers_clock"."id" IN (SELECT k.id FROM (
  SELECT c.id, c.rank, c.due_at FROM unnest(amparo_groups((SELECT %s::int))) g(id) CROSS JOIN LATERAL (
    SELECT id, rank, due_at FROM dossiers_clock WHERE group_id = g.id AND stopped_at IS NULL
     ORDER BY rank, due_at LIMIT {n:d}) c
  UNION ALL
  (SELECT id, rank, due_at FROM dossiers_clock WHERE user_id = (SELECT %s::int) AND stopped_at IS NULL
    ORDER BY rank, due_at LIMIT {n:d})
  ORDER BY rank, due_at LIMIT {n:d}) k)"""


class ClockQuerySet(BoundQuerySet["Clock"]):
    """The work list."""

    def neediest(self, actor: "User", n: int = 25) -> "models.QuerySet[Clock]":
        """What waits for this person and for the seats they hold: emergency first, then by due time."""
        wanted = RawSQL(_NEEDIEST.format(n=n), [actor.pk, actor.pk], models.BooleanField())  # noqa: S611
        return self.filter(wanted).order_by("rank", "due_at")[:n]

    def running(self) -> "ClockQuerySet":
        """Not stopped."""
        return self.filter(stopped_at=None)


class Clock(DossierBound):
    """One wait. Assigned to a seat's group or to a person; ``subject`` is what it is about."""

    reads: ClassVar[str] = FOLLOW
    writes: ClassVar[str] = FOLLOW

    code = models.CharField(max_length=24)
    subject_kind = models.CharField(max_length=12)
    subject_id = models.UUIDField()
    reference = models.CharField(max_length=16, blank=True)
    urgency = models.CharField(max_length=10)
    rank = models.PositiveSmallIntegerField()
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    group = models.ForeignKey(Group, models.PROTECT, related_name="+", null=True, blank=True, db_index=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True, db_index=False
    )
    rung = models.PositiveSmallIntegerField(default=0)
    started_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField()
    next_at = models.DateTimeField(null=True, blank=True)
    n_reminders = models.PositiveSmallIntegerField(default=0)
    paused_at = models.DateTimeField(null=True, blank=True)
    stopped_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[Any] = ClockQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["group", "rank", "due_at"], name="work_of_seat", condition=Q(stopped_at=None)),
            models.Index(fields=["user", "rank", "due_at"], name="work_of_person", condition=Q(stopped_at=None)),
            models.Index(
                fields=["rank", "next_at"], name="reminders_due_by_need", condition=Q(stopped_at=None, paused_at=None)
            ),
            models.Index(fields=["subject_id", "code"], name="clock_of_subject"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(group=None, user=None), name="clock_has_an_assignee"),
            models.UniqueConstraint(
                fields=["subject_id", "code"], condition=Q(stopped_at=None), name="one_running_clock_per_code"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.reference}"
