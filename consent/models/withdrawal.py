"""What the person took back, and whether they were told what came of it."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from consent.models.conversation import Decision
from consent.models.person import Person
from consent.vocabulary import Told
from foundation.dossiers.models import DossierBound


class Withdrawal(DossierBound):
    """One agreement that the person took back, whole (``fields`` is empty) or in part (domain.md §5.4).

    ``told`` says whether the person knows what the recipients answered; empty until somebody has tried.
    """

    person = models.ForeignKey(Person, models.CASCADE, related_name="withdrawals", db_index=False)
    decision = models.ForeignKey(Decision, models.CASCADE, related_name="withdrawals")
    fields = models.JSONField(default=list, blank=True)
    made_at = models.DateTimeField(default=timezone.now)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    told = models.CharField(max_length=8, choices=Told.choices, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)
    told_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["person", "-made_at"], name="withdrawals_of_person")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(told="", told_at=None, told_by=None)
                | (~Q(told="") & Q(told_at__isnull=False, told_by__isnull=False)),
                name="told_by_somebody",
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def is_whole(self) -> bool:
        """Whether nothing is left of the agreement."""
        return not self.fields
