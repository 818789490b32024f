"""A recipient asks for one item more: which, why and what was answered; in codes, never the value."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from foundation.dossiers.models import DossierBound
from referrals.items import ITEM_CHOICES, ItemReason, ItemRefusal, ItemState
from referrals.models.referral import Referral


class ItemRequest(DossierBound):
    """One request; ``item`` is a code of a field."""

    referral = models.ForeignKey(Referral, models.CASCADE, related_name="item_requests", db_index=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    item = models.CharField(max_length=24, choices=ITEM_CHOICES)
    reason = models.CharField(max_length=16, choices=ItemReason.choices)
    state = models.CharField(max_length=8, choices=ItemState.choices, default=ItemState.ASKED)
    refusal = models.CharField(max_length=12, choices=ItemRefusal.choices, blank=True)
    asked_at = models.DateTimeField(default=timezone.now)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["referral", "-asked_at"], name="items_of_referral")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["referral"], condition=Q(state=ItemState.ASKED), name="one_item_asked_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(state=ItemState.ASKED, answered_at=None)
                | Q(~Q(state=ItemState.ASKED), answered_at__isnull=False),
                name="item_answered_once",
            ),
            models.CheckConstraint(
                condition=Q(state=ItemState.REFUSED) ^ Q(refusal=""), name="item_refused_for_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)
