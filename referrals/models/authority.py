"""Who has a duty towards people: the register of authorities (R-07, R-37; domain.md §7.8)."""

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from consent.sources import widened
from foundation.accounts.models import Organisation, OrganisationKind, Role
from referrals.speech import CLOSED_KINDS, SOURCES, AuthorityKind, Confidentiality, Level

KEEPERS = (Role.DIALOGUE, Role.MANAGER)
"""Who keeps the register, and who alone sees what is closed in it."""


def kept_by(actor: Any) -> set[uuid.UUID]:
    """The organisations whose register this person keeps now."""
    return {seat.unit.organisation_id for seat in actor.seats if seat.role in KEEPERS}


class AuthorityQuerySet(models.QuerySet["Authority"]):
    """The one door; the table's own policies ask the same."""

    def visible_to(self, actor: Any) -> "AuthorityQuerySet":
        """The open ones for whoever works in the National Society, the closed ones for the keepers of the register."""
        ours = {
            seat.unit.organisation_id
            for seat in actor.seats
            if seat.unit.organisation.kind == OrganisationKind.NATIONAL_SOCIETY
        }
        mine = Q(is_closed=False, organisation__in=ours) | Q(organisation__in=kept_by(actor))
        return self.filter(mine)


class Authority(models.Model):
    """A duty-bearer with whom a National Society may speak: what it is for and which role is the contact, never a name.

    ``sources`` are sources of threat that it may be beyond what its kind says (HS-13). A de facto authority, an armed group
    and whatever dialogue is strictly confidential is closed: only the keepers of the register know that it is there.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=32, choices=AuthorityKind.choices)
    level = models.CharField(max_length=16, choices=Level.choices)
    mandate = models.TextField(blank=True, validators=[MaxLengthValidator(500)])
    contact = models.CharField(max_length=120, blank=True)
    confidentiality = models.CharField(max_length=16, choices=Confidentiality.choices)
    sources = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    is_closed = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[Any] = AuthorityQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "name"], name="authority_name_in_organisation"),
            models.CheckConstraint(
                condition=Q(is_closed=True) | ~Q(kind__in=sorted(CLOSED_KINDS)) & ~Q(confidentiality="strict"),
                name="what_is_strict_is_closed",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def threats(self) -> set[str]:
        """The sources of threat that it may be: by its kind, and as flagged."""
        return widened(set(SOURCES.get(self.kind, ())) | set(self.sources))
