"""What was agreed with the person, step by step, and what colleagues advised."""

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from cases.closures import STEP, Doer, StepStatus
from cases.models.case import Case
from foundation.dossiers.models import VIEW, DossierBound
from foundation.vault.fields import EncryptedJSON, EncryptedText

STEP_LENGTH = 300
ADVICE_LENGTH = 2000


class PlanStep(DossierBound):
    """One step that was agreed with the person: what, what for (``kinds``), who does it, by when, whether done."""

    reads: ClassVar[str] = VIEW

    case = models.ForeignKey(Case, models.CASCADE, related_name="steps", db_index=False)
    doer = models.CharField(max_length=10, choices=Doer.choices)
    due_on = models.DateField(null=True, blank=True)
    status = models.CharField(max_length=8, choices=StepStatus.choices, default=StepStatus.AGREED)
    agreed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    agreed_at = models.DateTimeField(default=timezone.now)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True, db_index=False
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    kinds = EncryptedJSON(null=True, blank=True)
    what = EncryptedText(validators=[MaxLengthValidator(STEP_LENGTH)])
    why = EncryptedText(null=True, blank=True, validators=[MaxLengthValidator(STEP_LENGTH)])

    class Meta:
        indexes: ClassVar = [models.Index(fields=["case", "agreed_at"], name="steps_of_case")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(status=StepStatus.AGREED, ended_at=None)
                | ~Q(status=StepStatus.AGREED) & Q(ended_at__isnull=False),
                name="step_ended_at_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(status=StepStatus.DROPPED) | Q(why__isnull=False), name="step_dropped_for_a_reason"
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.FSM(
                name="step_life", field="status", transitions=sorted((str(a), str(b)) for a, b in STEP.pairs())
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Conference(DossierBound):
    """Colleagues who may know of the case were asked for advice, and what came of it (R-22). It decides nothing by itself."""

    reads: ClassVar[str] = VIEW

    case = models.ForeignKey(Case, models.CASCADE, related_name="conferences", db_index=False)
    held_on = models.DateField()
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    written_at = models.DateTimeField(default=timezone.now)
    is_person_asked = models.BooleanField()
    who = EncryptedText(validators=[MaxLengthValidator(STEP_LENGTH)])
    question = EncryptedText(validators=[MaxLengthValidator(ADVICE_LENGTH)])
    advice = EncryptedText(validators=[MaxLengthValidator(ADVICE_LENGTH)])

    class Meta:
        indexes: ClassVar = [models.Index(fields=["case", "-held_on"], name="conferences_of_case")]

    def __str__(self) -> str:
        return str(self.pk)
