"""Who may receive referrals, and what they give."""

import uuid
from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from foundation.accounts.models import Organisation
from referrals.vocabulary import FIELDS, PartnerStatus, ServiceType


class Partner(models.Model):
    """What binds an organisation to us: status, agreement, how much it may be told."""

    organisation = models.OneToOneField(Organisation, models.PROTECT, primary_key=True, related_name="partner")
    status = models.CharField(max_length=10, choices=PartnerStatus.choices, default=PartnerStatus.PROPOSED)
    agreement_until = models.DateField()
    max_tier = models.PositiveSmallIntegerField(default=2)
    phone = models.CharField(max_length=40, blank=True)
    last_change = models.BigIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=Q(max_tier__lte=3), name="tier_at_most_3")]

    def __str__(self) -> str:
        return self.organisation.name

    @property
    def may_receive(self) -> bool:
        """Active, with an agreement in force (HS-10)."""
        return self.status == PartnerStatus.ACTIVE and self.agreement_until >= timezone.localdate()


class Service(models.Model):
    """An entry of the directory: what a partner gives, where, to whom, and when somebody last checked."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="services")
    name = models.CharField(max_length=120)
    service_type = models.CharField(max_length=30, choices=ServiceType.choices)
    area = models.CharField(max_length=120)
    eligibility = models.CharField(max_length=300, blank=True)
    needs = models.JSONField(default=list, help_text="Field codes beyond the preview that the service needs.")
    is_active = models.BooleanField(default=True)
    verified_on = models.DateField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["partner", "name"], name="service_name_of_partner")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_fresh(self) -> bool:
        """Verified within the last 180 days (HS-10)."""
        return self.verified_on >= timezone.localdate() - timedelta(days=settings.SERVICE_STALE_DAYS)

    @property
    def offered_fields(self) -> list[str]:
        """What would be told at most: the preview, and what the service needs within the agreement's tier."""
        return [
            c for c, (tier, _l) in FIELDS.items() if tier == 0 or (c in self.needs and tier <= self.partner.max_tier)
        ]


class WebhookEndpoint(models.Model):
    """Where a partner wants to be told, by id only. The secret is sealed with the partner's own key."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="endpoints")
    url = models.URLField(max_length=300)
    organisation_key_id = models.UUIDField()
    secret = models.BinaryField()
    is_active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return str(self.pk)


class IdempotencyKey(models.Model):
    """A POST of a partner that succeeded, kept for 24 hours: its key, the fingerprint of
    address and body, and the answer that was given: a line of the inbox, nothing of the person.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    key = models.CharField(max_length=80)
    fingerprint = models.BinaryField()
    answer = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "key"], name="one_use_of_a_key")]

    def __str__(self) -> str:
        return str(self.pk)
