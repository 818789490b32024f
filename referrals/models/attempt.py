"""What was tried to reach a person: time and way, no word of theirs."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from foundation.dossiers.models import DossierBound
from referrals.attempting import Outside, Way
from referrals.models.referral import Referral


class ContactAttempt(DossierBound):
    """One attempt: who, when, how; ``outside`` says why it was not within the safe times (W-16)."""

    referral = models.ForeignKey(Referral, models.CASCADE, related_name="attempts", db_index=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    way = models.CharField(max_length=16, choices=Way.choices)
    outside = models.CharField(max_length=16, choices=Outside.choices, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["referral", "at"], name="one_attempt_at_a_time"),
        ]

    def __str__(self) -> str:
        return str(self.pk)
