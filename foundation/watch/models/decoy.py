"""Decoys: cases that are nobody's. Whoever opens one is told of at once (safety.md §1).

A decoy hangs on the officers' book, and so do the people who are made up for it: only the data-protection officer's seat
and the clerk see these rows. Nothing else in the database tells a decoy from a case.
"""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from django.conf import settings
from django.db import models
from django.utils import timezone

from foundation.accounts.models import Unit
from foundation.dossiers.models import FOLLOW, BoundQuerySet, DossierBound


class DecoyQuerySet(BoundQuerySet["Decoy"]):
    """For the sweep, the growing and whoever counts cases."""

    def due(self) -> "DecoyQuerySet":
        """Those whose next step has come, oldest first."""
        return self.filter(next_at__lte=timezone.now(), retired_at=None).order_by("next_at")

    def folders(self) -> set[UUID]:
        """The folders of all decoys that were begun: to be left out of every count. Empty for who may not know them."""
        return {folder for folder in self.values_list("folder", flat=True) if folder is not None}


class Decoy(DossierBound):
    """One case that is made up, step by step as time passes, by a colleague who is made up."""

    reads: ClassVar[str] = FOLLOW
    writes: ClassVar[str] = FOLLOW

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    ghost = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    language = models.CharField(max_length=8)
    story = models.CharField(max_length=20)
    planned_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    planned_at = models.DateTimeField(default=timezone.now)
    script = models.BinaryField(null=True, blank=True)
    script_key_id = models.UUIDField()
    n_done = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True, blank=True)
    folder = models.UUIDField(null=True, blank=True)
    concern = models.UUIDField(null=True, blank=True)
    case = models.UUIDField(null=True, blank=True)
    reference = models.CharField(max_length=16, blank=True)
    stands_since = models.DateTimeField(null=True, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[Any] = DecoyQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["next_at"], name="decoys_to_grow", condition=models.Q(retired_at=None))
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def begins_at(self) -> datetime | None:
        """When its first step is due, while nothing was done yet."""
        moment: datetime | None = self.next_at
        return moment if self.n_done == 0 else None
