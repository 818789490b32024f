"""What gives a person their way in back, and so needs two people (HS-20)."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models.people import User


class MeasureKind(models.TextChoices):
    """What is given back."""

    RESET_FACTORS = "reset_factors", _("Take away the second step, so that a new one can be set up")
    REOPEN = "reopen", _("Let in again")


class Measure(models.Model):
    """One person proposes it, another confirms it; neither is the person it is for. To refuse it, one is enough."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=20, choices=MeasureKind.choices)
    user = models.ForeignKey(User, models.PROTECT, related_name="measures", db_index=False)
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    proposed_at = models.DateTimeField(default=timezone.now)
    decided_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False, null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    is_confirmed = models.BooleanField(default=False)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["proposed_at"], name="measure_waiting", condition=Q(decided_at=None))]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "kind"], condition=Q(decided_at=None), name="one_measure_waiting"),
            models.CheckConstraint(condition=~Q(proposed_by=F("user")), name="measure_not_for_oneself"),
            models.CheckConstraint(
                condition=Q(is_confirmed=False)
                | Q(decided_at__isnull=False)
                & Q(decided_by__isnull=False)
                & ~Q(decided_by=F("proposed_by"))
                & ~Q(decided_by=F("user")),
                name="measure_needs_another_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.user_id}"
