"""A matter that is followed up: its notes, its promises to ask how it went."""

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.contrib.auth.models import Group
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from cases.models.concern import Concern, case_code
from cases.states import CASE, CASE_RETURNS, SHUT, CaseStatus, Resting, Waiting
from cases.vocabulary import Urgency
from consent.models import Person
from foundation.accounts.models import Unit
from foundation.dossiers.models import VIEW, DossierBound
from foundation.vault.fields import EncryptedJSON, EncryptedText

NOTE_LENGTH = 4000


class Case(DossierBound):
    """A matter that is followed up, under a random code, with an owner."""

    reads: ClassVar[str] = VIEW

    code = models.CharField(max_length=16, unique=True, default=case_code)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    concern = models.OneToOneField(Concern, models.PROTECT, related_name="case")
    person = models.ForeignKey(Person, models.PROTECT, related_name="cases")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    focal_group = models.ForeignKey(Group, models.PROTECT, related_name="+")
    status = models.CharField(max_length=12, choices=CaseStatus.choices, default=CaseStatus.NEW)
    urgency = models.CharField(max_length=10, choices=Urgency.choices)
    restricted_for = models.CharField(max_length=10, choices=Resting.choices, blank=True)
    came_from = models.CharField(max_length=12, choices=CaseStatus.choices, blank=True)
    waits_for = models.CharField(max_length=12, choices=Waiting.choices, blank=True)
    opened_at = models.DateTimeField(default=timezone.now)
    accepted_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    reopened_at = models.DateTimeField(null=True, blank=True)
    classification = EncryptedJSON(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(status=CaseStatus.CLOSED, closed_at__isnull=False)
                | Q(status=CaseStatus.ERASED)
                | ~Q(status__in=(CaseStatus.CLOSED, CaseStatus.ERASED)) & Q(closed_at=None),
                name="closed_since_a_day",
            ),
            models.CheckConstraint(
                condition=~Q(status=CaseStatus.ON_HOLD) | ~Q(waits_for="") & ~Q(came_from=""),
                name="waits_for_a_reason",
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.FSM(
                name="case_life",
                field="status",
                transitions=sorted((str(a), str(b)) for a, b in CASE.pairs(CASE_RETURNS)),
            )
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def stage(self) -> str:
        """Where it stands, in words; of a case that rests, why."""
        words: str = self.get_restricted_for_display() or self.get_status_display()
        return words if self.status == CaseStatus.RESTRICTED else self.get_status_display()

    @property
    def waits_for_owner(self) -> bool:
        """Whether who was asked to follow up has not taken it on yet."""
        return self.accepted_at is None and self.status not in SHUT


class CaseNote(DossierBound):
    """A line in the case's story: written by a person, or by the system when something happened."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="notes", db_index=False)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    event = models.CharField(max_length=32, default="note")
    written_at = models.DateTimeField(default=timezone.now)
    text = EncryptedText(null=True, blank=True, validators=[MaxLengthValidator(NOTE_LENGTH)])

    class Meta:
        indexes: ClassVar = [models.Index(fields=["case", "-written_at"], name="notes_of_case")]

    def __str__(self) -> str:
        return str(self.pk)


class FollowUp(DossierBound):
    """A promise to ask how it went, at a time and by a way that is safe."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="follow_ups", db_index=False)
    planned_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    due_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    result = models.CharField(max_length=16, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["case", "-due_at"], name="follow_ups_of_case")]

    def __str__(self) -> str:
        return str(self.pk)
