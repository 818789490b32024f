"""A consent was taken back: somebody decides whether what is written down may stay, and on which basis (domain.md §4.2)."""

from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from consent.terms import LegalBasis
from foundation.dossiers.models import DossierBound
from foundation.vault.fields import EncryptedText

WORDS = 1000


class BasisReview(DossierBound):
    """The question and its answer: stays on a basis, or is to be erased. Nothing is erased by the question itself."""

    purposes = models.JSONField(default=list)
    opened_at = models.DateTimeField(default=timezone.now)
    is_kept = models.BooleanField(null=True, blank=True)
    basis = models.CharField(max_length=20, choices=LegalBasis.choices, blank=True)
    why = EncryptedText(null=True, blank=True, validators=[MaxLengthValidator(WORDS)])
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["dossier"], condition=Q(decided_at=None), name="one_review_at_a_time"),
            models.CheckConstraint(condition=~Q(is_kept=True) | ~Q(basis=""), name="what_stays_has_a_basis"),
        ]

    def __str__(self) -> str:
        return str(self.pk)
