"""Why we may process at all, and what was thought of beforehand: legal bases and impact assessments.

Neither says a word about a person who is helped. What an assessment finds dangerous is encrypted all the same.
"""

import uuid
from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from consent.terms import ASSESSMENT, AssessmentState, AssessmentSubject, LegalBasis
from consent.vocabulary import Purpose
from foundation.accounts.models import Organisation
from foundation.dossiers.models import DossierBound
from foundation.vault.fields import EncryptedText

WORDS = 1000


class ProcessingBasis(models.Model):
    """The legal basis of one purpose, apart from the person's consent to an act (domain.md §4.2).

    Never changed, only succeeded: the newest version of a purpose counts.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=40, choices=Purpose.choices)
    version = models.PositiveIntegerField()
    basis = models.CharField(max_length=20, choices=LegalBasis.choices)
    justification = models.TextField(validators=[MaxLengthValidator(WORDS)])
    assessed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    assessed_on = models.DateField(default=timezone.localdate)
    review_by = models.DateField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "purpose", "version"], name="one_basis_per_version"),
            models.CheckConstraint(condition=Q(review_by__gt=F("assessed_on")), name="basis_is_looked_at_again"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose}: {self.basis}"

    @property
    def is_due(self) -> bool:
        """Whether it must be looked at again."""
        return self.review_by <= timezone.localdate()


class ImpactAssessment(models.Model):
    """What may go wrong for people, thought through before it begins and approved by another person (HS-20, HS-25)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    subject = models.CharField(max_length=16, choices=AssessmentSubject.choices)
    partner = models.ForeignKey(Organisation, models.PROTECT, related_name="+", null=True, blank=True)
    topic = models.CharField(max_length=40, blank=True)
    state = models.CharField(max_length=10, choices=AssessmentState.choices, default=AssessmentState.DRAFT)
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField(default=timezone.now)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    review_by = models.DateField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(state__in=("approved", "replaced"))
                | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="assessment_was_approved",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | Q(state="dropped") | ~Q(decided_by=F("drafted_by")),
                name="assessment_needs_another_person",
            ),
            models.CheckConstraint(
                condition=Q(subject__in=("partner", "partner_api"), partner__isnull=False)
                | (~Q(subject__in=("partner", "partner_api")) & Q(partner=None)),
                name="assessment_names_its_partner",
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.FSM(
                name="assessment_life",
                field="state",
                transitions=sorted((str(a), str(b)) for a, b in ASSESSMENT.pairs()),
            )
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.state}"

    @property
    def is_in_force(self) -> bool:
        """Approved, and not overdue for its review."""
        return self.state == AssessmentState.APPROVED and self.review_by >= timezone.localdate()


class ImpactText(DossierBound):
    """The words of an assessment, on the shelf of its organisation: only who decides on data protection reads them."""

    assessment = models.OneToOneField(ImpactAssessment, models.PROTECT, related_name="text")
    processing = EncryptedText(validators=[MaxLengthValidator(WORDS)])
    risks = EncryptedText(validators=[MaxLengthValidator(WORDS)])
    measures = EncryptedText(validators=[MaxLengthValidator(WORDS)])

    def __str__(self) -> str:
        return str(self.pk)
