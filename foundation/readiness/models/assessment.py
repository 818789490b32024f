"""The readiness of a unit as one person wrote it down and another approved it (R-45, R-59, HS-20)."""

import uuid
from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from foundation.accounts.models import Unit
from foundation.readiness.items import ITEMS
from foundation.readiness.states import READINESS, ReadinessState

WORDS = 600
OPEN = (ReadinessState.DRAFT, ReadinessState.SUBMITTED)
FROZEN = """
IF TG_OP = 'UPDATE' AND OLD.assessment_id <> NEW.assessment_id
   OR (SELECT state FROM readiness_readinessassessment WHERE id = NEW.assessment_id) IS DISTINCT FROM 'draft' THEN
    RAISE EXCEPTION 'an item changes only while its assessment is being written' USING ERRCODE = 'check_violation';
END IF;
RETURN NEW;
"""


class ReadinessAssessmentQuerySet(models.QuerySet["ReadinessAssessment"]):
    """Which assessments count."""

    def in_force(self) -> "ReadinessAssessmentQuerySet":
        """Approved and in date."""
        return self.filter(state=ReadinessState.APPROVED, valid_until__gte=timezone.localdate())


class ReadinessAssessment(models.Model):
    """All items of one unit. Its author submits it, another person approves it, after twelve months it expires."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="readiness")
    state = models.CharField(max_length=10, choices=ReadinessState.choices, default=ReadinessState.DRAFT)
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField(default=timezone.now)
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    valid_until = models.DateField(null=True, blank=True)

    objects = ReadinessAssessmentQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["unit"], condition=Q(state__in=["draft", "submitted"]), name="one_readiness_is_written"
            ),
            models.UniqueConstraint(fields=["unit"], condition=Q(state="approved"), name="one_readiness_in_force"),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "dropped", "submitted"])
                | Q(decided_by__isnull=False, decided_at__isnull=False, valid_until__isnull=False),
                name="readiness_was_approved",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "dropped"]) | Q(submitted_by__isnull=False, submitted_at__isnull=False),
                name="readiness_was_submitted",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | (~Q(decided_by=F("drafted_by")) & ~Q(decided_by=F("submitted_by"))),
                name="readiness_needs_another_person",
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.FSM(
                name="readiness_life",
                field="state",
                transitions=sorted((str(a), str(b)) for a, b in READINESS.pairs()),
            )
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.state}"

    @property
    def is_in_force(self) -> bool:
        """Approved and in date."""
        is_in_date = self.valid_until is not None and self.valid_until >= timezone.localdate()
        return self.state == ReadinessState.APPROVED and is_in_date


class ReadinessItem(models.Model):
    """One item as a unit answers it: met with evidence, an owner and a last day; or not met, in plain words why."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    assessment = models.ForeignKey(ReadinessAssessment, models.PROTECT, related_name="items")
    code = models.CharField(max_length=3, choices=[(code, code) for code in ITEMS])
    is_met = models.BooleanField()
    evidence = models.TextField(validators=[MaxLengthValidator(WORDS)])
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    valid_until = models.DateField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["assessment", "code"], name="one_answer_per_item"),
            models.CheckConstraint(condition=~Q(evidence=""), name="item_has_evidence"),
        ]
        triggers: ClassVar = [
            pgtrigger.Trigger(
                name="items_frozen", when=pgtrigger.Before, operation=pgtrigger.Insert | pgtrigger.Update, func=FROZEN
            ),
            pgtrigger.Protect(name="items_stay", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.is_met}"

    @property
    def is_in_date(self) -> bool:
        """Whether its evidence still counts."""
        return self.valid_until >= timezone.localdate()
