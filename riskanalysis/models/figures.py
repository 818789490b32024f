"""Figures that lead back to nobody: how often, in a month, at a unit. And what was published of them."""

import uuid
from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from foundation.accounts.models import Organisation, Role, Unit

if TYPE_CHECKING:
    from foundation.accounts.models import User

READERS = (Role.MANAGER, Role.DATA_OFFICER)


class FigureKey(models.Model):
    """The secret under which an organisation's figures are sealed; itself sealed with the organisation's key.

    Not derived from any folder's key: figures stay when a case is erased (scenario 20).
    """

    organisation = models.OneToOneField(Organisation, models.PROTECT, primary_key=True, related_name="+")
    organisation_key_id = models.UUIDField()
    secret = models.BinaryField()

    def __str__(self) -> str:
        return str(self.pk)


class Tally(models.Model):
    """One cell of one cube: ``n`` times in a month at a unit. Which cell it is, is sealed; ``mark`` finds it again.

    Added to by a function of the database alone, and read by the clerk alone, who publishes.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    month = models.DateField()
    mark = models.BinaryField(unique=True)
    cell = models.BinaryField()
    n = models.PositiveIntegerField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["unit", "month"], name="tallies_of_unit")]

    def __str__(self) -> str:
        return str(self.pk)


class ReleaseQuerySet(models.QuerySet["Release"]):
    """Who reads which reports."""

    def visible_to(self, actor: "User") -> "ReleaseQuerySet":
        """Reports of the units in and below which the actor is manager or data-protection officer."""
        tops = {seat.unit_id for seat in actor.seats if seat.role in READERS}
        return self.filter(unit__in=_below(tops)) if tops else self.none()


def _below(tops: set[uuid.UUID]) -> set[uuid.UUID]:
    parents = dict(Unit.objects.values_list("pk", "parent_id"))

    def is_below(pk: uuid.UUID | None) -> bool:
        seen: set[uuid.UUID] = set()
        while pk is not None and pk not in seen:
            if pk in tops:
                return True
            seen.add(pk)
            pk = parents.get(pk)
        return False

    return {pk for pk in parents if is_below(pk)}


class Release(models.Model):
    """One report: a unit, a quarter, frozen once and for all, after disclosure control. Never changed, never made twice."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    quarter = models.DateField()
    frozen_at = models.DateTimeField(default=timezone.now)
    threshold = models.PositiveSmallIntegerField()
    rule = models.CharField(max_length=8)
    content = models.BinaryField()

    objects = ReleaseQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["unit", "quarter"], name="one_release_per_quarter"),
            models.CheckConstraint(condition=Q(threshold__gte=3), name="threshold_hides_something"),
        ]

    def __str__(self) -> str:
        return str(self.pk)
