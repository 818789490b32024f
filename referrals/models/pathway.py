"""Who is asked first, who next, and within which time: for an area and a kind of need. Nobody who is helped stands in it."""

import uuid
from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Deferrable, F, Q
from django.utils import timezone

from foundation.accounts.models import Unit
from referrals.models.service import Service
from referrals.pathway_terms import NEEDS, PATHWAY, UNPUBLISHED, PathwayState, Within
from referrals.vocabulary import ServiceType

WORDS, NOTE, DISTRICT = 600, 300, 60


class PathwayQuerySet(models.QuerySet["Pathway"]):
    """Which versions count."""

    def published(self) -> "PathwayQuerySet":
        """What people are shown."""
        return self.filter(state=PathwayState.PUBLISHED)

    def in_date(self) -> "PathwayQuerySet":
        """Published, and not yet due to be looked at again."""
        return self.published().filter(review_by__gte=timezone.localdate())


class Pathway(models.Model):
    """One version of the pathway for a kind of need in the area of a unit, or in one district of it.

    Written by one person, published by another; from then on the database lets nothing of it change but that a newer
    version takes its place (R-53, P6, HS-20).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    district = models.CharField(max_length=DISTRICT, blank=True)
    need = models.CharField(max_length=40, choices=NEEDS)
    version = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=PathwayState.choices, default=PathwayState.DRAFT)
    words = models.CharField(max_length=WORDS, blank=True)
    review_by = models.DateField()
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField(default=timezone.now)
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)

    objects = PathwayQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(published_by=None)
                | (~Q(published_by=F("drafted_by")) & ~Q(published_by=F("submitted_by"))),
                name="pathway_published_by_another_person",
            ),
            models.CheckConstraint(
                condition=(
                    Q(state__in=("published", "superseded"))
                    & Q(published_by__isnull=False, published_at__isnull=False, submitted_by__isnull=False)
                )
                | (~Q(state__in=("published", "superseded")) & Q(published_by=None, published_at=None)),
                name="pathway_is_published_by_somebody",
            ),
            models.UniqueConstraint(
                fields=["unit", "district", "need"], condition=Q(state="published"), name="one_pathway_published"
            ),
            models.UniqueConstraint(
                fields=["unit", "district", "need"], condition=Q(state__in=UNPUBLISHED), name="one_pathway_in_writing"
            ),
            models.UniqueConstraint(fields=["unit", "district", "need", "version"], name="one_pathway_of_a_version"),
        ]
        triggers: ClassVar = [
            pgtrigger.FSM(
                name="pathway_life", field="state", transitions=sorted((str(a), str(b)) for a, b in PATHWAY.pairs())
            )
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.need} {self.version}"

    @property
    def is_in_date(self) -> bool:
        """Published, and the day by which it must be looked at again has not passed."""
        return self.state == PathwayState.PUBLISHED and self.review_by >= timezone.localdate()

    def versions(self) -> "PathwayQuerySet":
        """All versions for the same area and need."""
        return Pathway.objects.filter(unit=self.unit_id, need=self.need, district=self.district)


class PathwayStep(models.Model):
    """One step: which kind of help, within which time, who is asked first and who if they cannot; nobody, if none is there."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    pathway = models.ForeignKey(Pathway, models.PROTECT, related_name="steps", db_index=False)
    position = models.PositiveSmallIntegerField()
    service_type = models.CharField(max_length=30, choices=ServiceType.choices)
    within = models.PositiveSmallIntegerField(choices=Within.choices, default=Within.ANY)
    first = models.ForeignKey(Service, models.PROTECT, related_name="+", null=True, blank=True)
    otherwise = models.ForeignKey(Service, models.PROTECT, related_name="+", null=True, blank=True)
    note = models.CharField(max_length=NOTE, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["pathway", "position"], name="one_step_per_place", deferrable=Deferrable.DEFERRED
            ),
            models.CheckConstraint(
                condition=Q(otherwise=None) | (Q(first__isnull=False) & ~Q(otherwise=F("first"))),
                name="another_service_is_asked_next",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def services(self) -> list[Service]:
        """Whom to ask, in order."""
        return [service for service in (self.first, self.otherwise) if service is not None]
