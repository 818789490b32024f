"""What came of it, and what must not wait: outcomes as a change of risk, and the hours that medical help has."""

from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.utils import timezone

from cases.models import Case
from foundation.dossiers.models import DossierBound
from foundation.vault.fields import EncryptedJSON, EncryptedText
from riskanalysis.outcomes import Category
from riskanalysis.risks import WORDS_LENGTH, Told


class OutcomeMeasurement(DossierBound):
    """What became of the risk of a case, as the assessments show it; what is not known says why (HS-19, domain.md §8.4).

    ``found`` holds per threat what moved. Never changed; what is measured later is a row of its own.
    """

    case = models.ForeignKey(Case, models.CASCADE, related_name="outcomes")
    category = models.CharField(max_length=10, choices=Category.choices)
    found = EncryptedJSON(null=True, blank=True)
    why = EncryptedText(null=True, blank=True, validators=[MaxLengthValidator(WORDS_LENGTH)])
    measured_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    measured_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return str(self.pk)


class ClinicalWindow(DossierBound):
    """Sexual violence of the last five days: how long medical help still has, and whether the person was told (W-15)."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="windows")
    since = EncryptedJSON(null=True, blank=True)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    opened_at = models.DateTimeField(default=timezone.now)
    answer = models.CharField(max_length=10, choices=Told.choices, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True, db_index=False
    )
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(answer="", answered_at=None)
                | (~models.Q(answer="") & models.Q(answered_at__isnull=False, answered_by__isnull=False)),
                name="who_told_is_known",
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def happened_at(self) -> datetime:
        """About when it happened, as the person said."""
        known: dict[str, Any] = self.since or {}
        return datetime.fromisoformat(known["at"])
