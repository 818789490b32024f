"""Who decides with a child, or for an adult who cannot: caregivers, best-interest decisions, assessments (domain.md §5.5)."""

import uuid
from datetime import datetime
from typing import Any, ClassVar

import pgtrigger
from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from consent.ages import Table
from consent.capacity import Outcome, outcome
from consent.models.conversation import Consent
from consent.models.person import Person
from consent.vocabulary import NoteStatus, Purpose, Relationship
from foundation.dossiers.models import BoundQuerySet, DossierBound
from foundation.vault.fields import EncryptedJSON, EncryptedText

WORDS_LENGTH = 2000


class AgeTable(models.Model):
    """What each age needs, in one version for one country. Never changed, only succeeded; the empty country is the default."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    country = models.CharField(max_length=2, blank=True)
    version = models.PositiveIntegerField()
    source = models.CharField(max_length=300)
    rules = models.JSONField()
    published_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["country", "version"], name="one_age_table_per_version")
        ]
        triggers: ClassVar = [pgtrigger.ReadOnly(name="age_table_stays")]

    def __str__(self) -> str:
        return f"{self.country or '–'} {self.version}"

    @property
    def table(self) -> Table:
        """Its rules, ready to be asked."""
        return Table.of(self.rules)

    @classmethod
    def current(cls) -> "AgeTable":
        """The newest of this installation's country, else of the default. Two queries at most."""
        found = cls.objects.filter(country__in=["", settings.AGE_TABLE_COUNTRY]).order_by("-country", "-version")
        return found[0]


class Caregiver(DossierBound):
    """An adult who cares for the person. One who is a source of harm is shut out: no consent, no contact (HS-04)."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="caregivers")
    relationship = models.CharField(max_length=16, choices=Relationship.choices)
    name = EncryptedText(null=True, blank=True, validators=[MaxLengthValidator(120)])
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    added_at = models.DateTimeField(default=timezone.now)
    flagged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True, db_index=False
    )
    flagged_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(flagged_at=None, flagged_by=None) | Q(flagged_at__isnull=False, flagged_by__isnull=False),
                name="who_flags_a_caregiver_is_known",
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def is_source_of_harm(self) -> bool:
        """Shut out from everything."""
        return self.flagged_at is not None


class NoteQuerySet(BoundQuerySet["BestInterestNote"]):
    """Which best-interest decisions count."""

    def active(self, now: datetime | None = None) -> "NoteQuerySet":
        """Agreed by a second person, and not run out."""
        return self.filter(status=NoteStatus.AGREED, valid_until__gt=now or timezone.now())


class BestInterestNote(DossierBound):
    """Why something is in the best interest of a child without a caregiver's consent, or against the child's refusal.

    Two people: one writes, another agrees. The formal determination belongs to the mandated actor; this is only ours.
    """

    person = models.ForeignKey(Person, models.CASCADE, related_name="best_interest_notes")
    purposes = models.JSONField()
    status = models.CharField(max_length=8, choices=NoteStatus.choices, default=NoteStatus.WRITTEN)
    options = EncryptedText(null=True, blank=True, validators=[MaxLengthValidator(WORDS_LENGTH)])
    views = EncryptedText(null=True, blank=True, validators=[MaxLengthValidator(WORDS_LENGTH)])
    safety = EncryptedText(null=True, blank=True, validators=[MaxLengthValidator(WORDS_LENGTH)])
    decision = EncryptedText(null=True, blank=True, validators=[MaxLengthValidator(WORDS_LENGTH)])
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    written_at = models.DateTimeField(default=timezone.now)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True, db_index=False
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    valid_until = models.DateTimeField()

    objects: ClassVar[Any] = NoteQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(answered_by=None) | ~Q(answered_by=F("written_by")), name="best_interest_needs_two_people"
            ),
            models.CheckConstraint(
                condition=Q(status="written") | Q(answered_by__isnull=False), name="best_interest_was_answered"
            ),
            models.CheckConstraint(condition=~Q(purposes=[]), name="best_interest_names_its_purposes"),
        ]
        triggers: ClassVar = [
            pgtrigger.FSM(
                name="best_interest_life",
                field="status",
                transitions=[("written", "agreed"), ("written", "refused")],
            ),
            pgtrigger.ReadOnly(name="best_interest_as_written", fields=["person", "purposes", "written_by"]),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class CapacityAssessment(DossierBound):
    """Whether an adult can take one decision now, after support was tried (domain.md §5.6). Never about the person as such.

    ``found`` holds ``doubt``, ``support`` (what was tried) and for each ability ``yes``, ``with_support`` or ``no``.
    """

    person = models.ForeignKey(Person, models.CASCADE, related_name="assessments")
    purpose = models.CharField(max_length=40, choices=Purpose.choices)
    found = EncryptedJSON(null=True, blank=True)
    words = EncryptedText(null=True, blank=True, validators=[MaxLengthValidator(WORDS_LENGTH)])
    assessed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    assessed_at = models.DateTimeField(default=timezone.now)
    valid_until = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["person", "purpose", "-assessed_at"], name="assessments_of_person")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(valid_until__gt=F("assessed_at")), name="assessment_ends_after_it_was_made"
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def outcome(self) -> Outcome:
        """What follows from what was found."""
        return outcome(dict(self.found or {}))


class ConsentBasis(DossierBound):
    """By whom a conversation was decided, and by which version of the age table; one row per conversation.

    ``said`` holds ``kind``, what the child and the caregiver said, and whether the child permitted that one is asked.
    """

    consent = models.OneToOneField(Consent, models.CASCADE, related_name="basis")
    table = models.ForeignKey(AgeTable, models.PROTECT, related_name="+", db_index=False)
    caregiver = models.ForeignKey(Caregiver, models.CASCADE, related_name="bases", null=True, blank=True)
    note = models.ForeignKey(
        BestInterestNote, models.CASCADE, related_name="bases", null=True, blank=True, db_index=False
    )
    said = EncryptedJSON(null=True, blank=True)

    def __str__(self) -> str:
        return str(self.pk)
