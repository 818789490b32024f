"""The service directory: what a partner gives, where, to whom, and when somebody last checked (HSDS 3)."""

import uuid
from datetime import date, timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from referrals.fields import FIELDS
from referrals.listing import HIDDEN, Place, ServiceStatus
from referrals.models.partner import Partner
from referrals.vocabulary import ServiceType

FEW = 4
"""Of fewer referrals in 90 days no rate is told."""


class Service(models.Model):
    """An entry of the directory. ``hours`` are [day 0–6, "09:00", "17:00"] in the entry's own time zone.

    ``recent_*`` count the referrals of the last 90 days and are measured by a task: sent, not answered in time, declined,
    and the median hours to a decision.

    ``verified_on`` is our check; ``confirmed_on`` is the partner's own word that all of it is right still.

    Of a safe house no address is kept anywhere: the database refuses one.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="services")
    name = models.CharField(max_length=120)
    service_type = models.CharField(max_length=30, choices=ServiceType.choices)
    status = models.CharField(max_length=20, choices=ServiceStatus.choices, default=ServiceStatus.ACTIVE)
    description = models.CharField(max_length=500, blank=True)
    area = models.CharField(max_length=120)
    location_type = models.CharField(max_length=10, choices=Place.choices, default=Place.VIRTUAL)
    address = models.CharField(max_length=200, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    how_to = models.CharField(max_length=300, blank=True)
    eligibility = models.CharField(max_length=300, blank=True)
    minimum_age = models.PositiveSmallIntegerField(null=True, blank=True)
    maximum_age = models.PositiveSmallIntegerField(null=True, blank=True)
    languages = models.JSONField(default=list, blank=True)
    access = models.JSONField(default=list, blank=True)
    attributes = models.JSONField(default=list, blank=True)
    hours = models.JSONField(default=list, blank=True)
    time_zone = models.CharField(max_length=40, default="UTC")
    fees = models.CharField(max_length=200, blank=True)
    capacity_available = models.PositiveIntegerField(null=True, blank=True)
    capacity_maximum = models.PositiveIntegerField(null=True, blank=True)
    capacity_at = models.DateTimeField(null=True, blank=True)
    recent_sent = models.PositiveIntegerField(default=0)
    recent_silent = models.PositiveIntegerField(default=0)
    recent_declined = models.PositiveIntegerField(default=0)
    recent_hours = models.PositiveIntegerField(null=True, blank=True)
    alert = models.CharField(max_length=200, blank=True)
    needs = models.JSONField(
        default=list, blank=True, help_text="Field codes beyond the preview that the service needs."
    )
    verified_on = models.DateField()
    verified_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True)
    confirmed_on = models.DateField(null=True, blank=True)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["service_type", "status"], name="services_of_a_kind")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["partner", "name"], name="service_name_of_partner"),
            models.CheckConstraint(
                condition=~Q(service_type__in=HIDDEN) | Q(address="", location_type=Place.VIRTUAL),
                name="no_address_of_a_safe_house",
            ),
            models.CheckConstraint(
                condition=Q(minimum_age=None) | Q(maximum_age=None) | Q(maximum_age__gte=F("minimum_age")),
                name="ages_in_order",
            ),
            models.CheckConstraint(
                condition=Q(capacity_maximum=None)
                | Q(capacity_available=None)
                | Q(capacity_available__lte=F("capacity_maximum")),
                name="not_more_free_than_there_are",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_active(self) -> bool:
        """Whether it takes people on at all."""
        return self.status == ServiceStatus.ACTIVE

    @property
    def is_fresh(self) -> bool:
        """Verified within the last 180 days (HS-10)."""
        return self.verified_on >= fresh_since()

    @property
    def is_old(self) -> bool:
        """Not verified for 90 days: a warning (W-01)."""
        return self.verified_on < timezone.localdate() - timedelta(days=settings.SERVICE_WARN_DAYS)

    @property
    def is_silent(self) -> bool:
        """More than a quarter of what was sent in 90 days was not answered (W-02); of too few nothing is said."""
        return self.recent_sent >= FEW and self.recent_silent * 4 > self.recent_sent

    @property
    def offered_fields(self) -> list[str]:
        """What would be told at most: the preview, and what the service needs within the agreement's tier."""
        return [
            c for c, (tier, _l) in FIELDS.items() if tier == 0 or (c in self.needs and tier <= self.partner.max_tier)
        ]


def fresh_since() -> date:
    """The last day on which an entry must have been verified to count."""
    return timezone.localdate() - timedelta(days=settings.SERVICE_STALE_DAYS)
