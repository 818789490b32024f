"""Who may receive referrals: the partnership, what it was asked, what was signed, each step."""

import uuid
from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from foundation.accounts.models import Organisation
from referrals.partnership import PARTNERSHIP, DataSharing, EndReason, PartnerStatus

NOTES = 500


class Partner(models.Model):
    """What binds an organisation to us: status, agreement, how much it may be told.

    ``data_sharing`` and ``belongs_to`` are what the approved vetting says; ``agreement_until`` and ``max_tier`` what the
    agreement in force says.
    """

    organisation = models.OneToOneField(Organisation, models.PROTECT, primary_key=True, related_name="partner")
    status = models.CharField(max_length=10, choices=PartnerStatus.choices, default=PartnerStatus.PROPOSED)
    agreement_until = models.DateField(null=True, blank=True)
    max_tier = models.PositiveSmallIntegerField(default=2)
    data_sharing = models.CharField(max_length=28, choices=DataSharing.choices, blank=True)
    belongs_to = models.JSONField(default=list, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    last_change = models.BigIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=Q(max_tier__lte=3), name="tier_at_most_3")]
        triggers: ClassVar = [
            pgtrigger.FSM(
                name="partner_life_cycle",
                field="status",
                transitions=sorted((str(a), str(b)) for a, b in PARTNERSHIP.pairs()),
            )
        ]

    def __str__(self) -> str:
        return self.organisation.name

    @property
    def may_receive(self) -> bool:
        """Active, with an agreement in force (HS-10)."""
        in_force = self.agreement_until is not None and self.agreement_until >= timezone.localdate()
        return self.status == PartnerStatus.ACTIVE and in_force


class PartnerMove(models.Model):
    """One step of a partnership: who, when, from, to, why as a code."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="moves", db_index=False)
    verb = models.CharField(max_length=12)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True)
    from_status = models.CharField(max_length=10, blank=True)
    to_status = models.CharField(max_length=10)
    reason = models.CharField(max_length=24, choices=EndReason.choices, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["partner", "-at"], name="moves_of_partner")]

    def __str__(self) -> str:
        return f"{self.from_status} → {self.to_status}"


class Vetting(models.Model):
    """The checklist as one person answered it; it counts when another has approved it (HS-20)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="vettings")
    answers = models.JSONField()
    belongs_to = models.JSONField(default=list, blank=True)
    notes = models.CharField(max_length=NOTES, blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(default=timezone.now)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("answered_by")), name="vetted_by_another_person"
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None, approved_at=None)
                | Q(approved_by__isnull=False, approved_at__isnull=False),
                name="approved_by_somebody",
            ),
            models.UniqueConstraint(
                fields=["partner"], condition=Q(approved_at=None), name="one_vetting_waits_per_partner"
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Agreement(models.Model):
    """A data-sharing agreement: from when to when, and the highest tier that may be told under it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="agreements")
    signed_on = models.DateField()
    valid_until = models.DateField()
    max_tier = models.PositiveSmallIntegerField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(max_tier__lte=3), name="agreed_tier_at_most_3"),
            models.CheckConstraint(condition=Q(valid_until__gt=F("signed_on")), name="agreement_ends_after_it_begins"),
        ]

    def __str__(self) -> str:
        return str(self.pk)
