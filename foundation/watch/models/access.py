"""Emergency access: somebody must open a case that is not on their lists, and a second person confirms it (HS-20).

Each request is a folder of its own: the reason is encrypted, and only who asks and who may confirm can read it. It holds a
code as it was typed; whether such a case exists is looked up when somebody else has confirmed, and not before.
"""

from typing import Any, ClassVar

import pgtrigger
from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from foundation.accounts.models import Unit
from foundation.dossiers.models import FOLLOW, BoundQuerySet, DossierBound
from foundation.vault.fields import EncryptedText
from foundation.watch.states import ACCESS, AccessState
from foundation.watch.vocabulary import Ground

REASON_LENGTH = 500


class EmergencyAccessQuerySet(BoundQuerySet["EmergencyAccess"]):
    """What waits, and what is over."""

    def waiting(self) -> "EmergencyAccessQuerySet":
        """Not answered yet."""
        return self.filter(state=AccessState.WAITING)

    def open(self) -> "EmergencyAccessQuerySet":
        """In use, or about to be closed by the sweep."""
        return self.filter(state=AccessState.OPEN)


class EmergencyAccess(DossierBound):
    """One request. The clerk follows it, to close it; only the two people and who might have confirmed read the reason."""

    reads: ClassVar[str] = FOLLOW
    writes: ClassVar[str] = FOLLOW

    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    code = models.CharField(max_length=16)
    ground = models.CharField(max_length=16, choices=Ground.choices)
    reason = EncryptedText(validators=[MaxLengthValidator(REASON_LENGTH)])
    state = models.CharField(max_length=10, choices=AccessState.choices, default=AccessState.WAITING)
    asked_at = models.DateTimeField(default=timezone.now)
    lapses_at = models.DateTimeField()
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answer = EncryptedText(null=True, blank=True, validators=[MaxLengthValidator(REASON_LENGTH)])
    folder = models.UUIDField(null=True, blank=True)
    closes_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[Any] = EmergencyAccessQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["asked_by", "-asked_at"], name="accesses_of_person"),
            models.Index(fields=["state"], name="accesses_to_close", condition=Q(state__in=["waiting", "open"])),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(answered_by=None) | ~Q(answered_by=F("asked_by")), name="access_needs_another_person"
            ),
            models.CheckConstraint(
                condition=~Q(state="open")
                | Q(folder__isnull=False, closes_at__isnull=False, answered_by__isnull=False),
                name="open_access_was_confirmed_and_ends",
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.FSM(
                name="access_life",
                field="state",
                transitions=sorted((str(a), str(b)) for a, b in ACCESS.pairs()),
            )
        ]

    def __str__(self) -> str:
        return self.code
