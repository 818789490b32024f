"""When and where a service meets the person: sealed with the package, so that it ends with the consent."""

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from foundation.dossiers.models import DossierBound
from foundation.vault.fields import EncryptedJSON
from referrals.appointing import AppointmentState
from referrals.models.referral import Referral


class Appointment(DossierBound):
    """One appointment; a change is a new row. ``meeting`` holds ``at``, ``venue``, ``where``, ``tell_by``, ``interpreter``."""

    referral = models.ForeignKey(Referral, models.CASCADE, related_name="appointments", db_index=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    state = models.CharField(max_length=16, choices=AppointmentState.choices, default=AppointmentState.PLANNED)
    set_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)
    meeting = EncryptedJSON()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["referral", "-set_at"], name="appointments_of_referral")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["referral"], condition=Q(state=AppointmentState.PLANNED), name="one_appointment_ahead"
            ),
            models.CheckConstraint(
                condition=Q(state=AppointmentState.PLANNED, ended_at=None)
                | Q(~Q(state=AppointmentState.PLANNED), ended_at__isnull=False),
                name="appointment_ends_once",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def at(self) -> datetime:
        """When it is."""
        return datetime.fromisoformat(self.meeting["at"])
