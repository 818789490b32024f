"""Why a referral went to a recipient to which nothing may go the ordinary way: the call, the reason, the look back."""

from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import F, Q

from foundation.dossiers.models import FOLLOW, DossierBound
from foundation.vault.fields import EncryptedText
from referrals.models.referral import REASON_LENGTH, Referral
from referrals.saving_terms import Answerer, Shut


class LifeSaving(DossierBound):
    """The phone call of the same day, why it could not wait, and what somebody else found who looked back (HS-10)."""

    reads: ClassVar[str] = FOLLOW

    referral = models.OneToOneField(Referral, models.CASCADE, related_name="life_saving")
    shut_by = models.CharField(max_length=10, choices=Shut.choices)
    called_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    called_at = models.DateTimeField()
    answered_by = models.CharField(max_length=16, choices=Answerer.choices)
    why = EncryptedText(validators=[MaxLengthValidator(REASON_LENGTH)])
    reviewed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True)
    reviewed_at = models.DateTimeField(null=True, blank=True)
    was_right = models.BooleanField(null=True, blank=True)
    review = EncryptedText(null=True, blank=True, validators=[MaxLengthValidator(REASON_LENGTH)])

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(reviewed_by=None) | ~Q(reviewed_by=F("called_by")), name="who_called_does_not_look_back"
            ),
            models.CheckConstraint(
                condition=Q(reviewed_by=None, reviewed_at=None, was_right=None)
                | Q(reviewed_by__isnull=False, reviewed_at__isnull=False, was_right__isnull=False),
                name="looked_back_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)
