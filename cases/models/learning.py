"""What went wrong for people, and what the Movement learns (R-11, R-30; PS-18)."""

import uuid
from typing import Any, ClassVar

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from cases.issue_states import HARM, HarmStatus
from cases.issue_words import HarmKind, LessonKind
from cases.models.issue import WORDS, issue_code
from foundation.accounts.models import Organisation, OrganisationKind, Unit
from foundation.dossiers.models import VIEW, DossierBound
from foundation.vault.fields import EncryptedText

LESSON_LENGTH = 2000


class HarmReport(DossierBound):
    """Somebody is worse off through what was done or left undone; read by leads and managers, never by whom it speaks of.

    The folder's list names its readers one by one, so that nobody comes to it by a seat (R-30, PS-18).
    """

    reads: ClassVar[str] = VIEW

    code = models.CharField(max_length=16, unique=True, default=issue_code)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=HarmKind.choices)
    status = models.CharField(max_length=12, choices=HarmStatus.choices, default=HarmStatus.REPORTED)
    reported_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    reported_at = models.DateTimeField(default=timezone.now)
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    text = EncryptedText(validators=[MaxLengthValidator(WORDS)])
    notes = EncryptedText(null=True, blank=True, validators=[MaxLengthValidator(WORDS)])
    changed = EncryptedText(null=True, blank=True, validators=[MaxLengthValidator(WORDS)])

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(status="closed") | Q(closed_by__isnull=False, closed_at__isnull=False),
                name="harm_was_answered",
            ),
            models.CheckConstraint(
                condition=Q(closed_by=None) | ~Q(closed_by=F("reported_by")), name="harm_needs_another_person"
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.FSM(
                name="harm_life",
                field="status",
                transitions=sorted((str(a), str(b)) for a, b in HARM.pairs()),
            )
        ]

    def __str__(self) -> str:
        return self.code


class LessonQuerySet(models.QuerySet["LessonLearned"]):
    """The one door; the table's own policies ask the same."""

    def visible_to(self, actor: Any) -> "LessonQuerySet":
        """What was released, and what waits, in the National Society that one works for."""
        ours = {
            seat.unit.organisation_id
            for seat in actor.seats
            if seat.unit.organisation.kind == OrganisationKind.NATIONAL_SOCIETY
        }
        return self.filter(organisation__in=ours)


class LessonLearned(models.Model):
    """A lesson without a person in it, released by somebody else than who wrote it (R-11)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=16, choices=LessonKind.choices)
    tags = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    text = models.TextField(validators=[MaxLengthValidator(LESSON_LENGTH)])
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    written_at = models.DateTimeField(default=timezone.now)
    released_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True)
    released_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[Any] = LessonQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(released_by=None, released_at=None)
                | Q(released_by__isnull=False, released_at__isnull=False) & ~Q(released_by=F("written_by")),
                name="lesson_needs_another_person",
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)
