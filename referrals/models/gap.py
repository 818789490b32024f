"""What is missing where: a need that nobody took up, without a person, a case or a referral (R-53)."""

import uuid
from datetime import date
from typing import ClassVar

from django.db import models
from django.utils import timezone

from cases.vocabulary import Urgency
from foundation.accounts.models import Unit
from referrals.listing import GapReason
from referrals.vocabulary import ServiceType


def this_month() -> date:
    """The first day of the month: nobody needs to know it closer."""
    return timezone.localdate().replace(day=1)


class PathwayGap(models.Model):
    """Where, which kind of help, why not, how pressing, in which month. Nobody can be recognised by it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    service_type = models.CharField(max_length=30, choices=ServiceType.choices)
    reason = models.CharField(max_length=32, choices=GapReason.choices)
    urgency = models.CharField(max_length=10, choices=Urgency.choices)
    month = models.DateField(default=this_month)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["month", "service_type"], name="gaps_of_a_month")]

    def __str__(self) -> str:
        return str(self.pk)
