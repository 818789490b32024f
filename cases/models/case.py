"""A matter that is followed up: its notes, its promises to ask how it went."""

from typing import ClassVar

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.validators import MaxLengthValidator
from django.db import models
from django.utils import timezone

from cases.models.concern import Concern, case_code
from cases.states import CaseStatus, Resting
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
    opened_at = models.DateTimeField(default=timezone.now)
    classification = EncryptedJSON(null=True, blank=True)

    def __str__(self) -> str:
        return self.code

    @property
    def stage(self) -> str:
        """Where it stands, in words; of a case that rests, why."""
        words: str = self.get_restricted_for_display() or self.get_status_display()
        return words if self.status == CaseStatus.RESTRICTED else self.get_status_display()


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
