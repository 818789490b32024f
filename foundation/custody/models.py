"""What takes longer than one transaction: an exchange of the folders' own keys, and cutting off an organisation."""

import uuid
from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from foundation.accounts.models import Organisation
from foundation.custody.states import EVACUATION, UNDER_WAY, EvacuationStatus


class Rotation(models.Model):
    """Every folder whose newest key is older than ``made_before`` gets a new one; ended when no old one is left.

    Key rows name the rotation that made them, so that a clock that jumps makes it neither repeat itself nor stop early.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation_id = models.UUIDField(null=True, editable=False)
    made_before = models.DateTimeField(editable=False)
    began_at = models.DateTimeField(default=timezone.now, editable=False)
    ended_at = models.DateTimeField(null=True, editable=False)
    n_folders = models.PositiveIntegerField(default=0, editable=False)
    n_rows = models.PositiveBigIntegerField(default=0, editable=False)

    def __str__(self) -> str:
        return f"{self.began_at:%Y-%m-%d}"


class Reason(models.TextChoices):
    """Why an organisation is cut off."""

    DANGER = "danger", "people or the office are in danger"
    STOLEN = "stolen", "its key may be in other hands"
    LEAVING = "leaving", "it leaves the network"


class Evacuation(models.Model):
    """Two people destroy the keys of an organisation, after these went into a file that only others can open.

    ``package`` is that file (age, ASCII), ``recipients`` the public keys it was closed for. ``check_hash`` is the hash of
    the word in the test file: whoever says it has shown that somebody can open the other file too.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    reason = models.CharField(max_length=10, choices=Reason.choices)
    status = models.CharField(max_length=10, choices=EvacuationStatus.choices, default=EvacuationStatus.PROPOSED)
    recipients = models.JSONField(default=list)
    check_hash = models.BinaryField()
    is_tested = models.BooleanField(default=False)
    package = models.TextField(blank=True)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(default=timezone.now)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    return_asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True
    )
    returned_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True)
    returned_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation"], condition=Q(status__in=UNDER_WAY), name="one_evacuation_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("proposed_by")),
                name="evacuation_needs_another_person",
            ),
            models.CheckConstraint(
                condition=Q(returned_by=None) | ~Q(returned_by=F("return_asked_by")),
                name="return_needs_another_person",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["done", "returning", "returned"])
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False) & ~Q(package=""),
                name="cut_off_by_two_with_a_file",
            ),
            models.CheckConstraint(
                condition=~Q(status="returned") | Q(return_asked_by__isnull=False, returned_by__isnull=False),
                name="returned_by_two",
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.FSM(
                name="life_of_an_evacuation",
                field="status",
                transitions=sorted((str(a), str(b)) for a, b in EVACUATION.pairs()),
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)
