"""Concerns, re-directions, cases, notes and follow-ups.

What a person said is encrypted; what stays readable says only where a matter stands.
"""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import Group
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from cases.states import CaseStatus, ConcernStatus, ErasureStatus, Resting
from cases.vocabulary import Ground, ReporterKind, Setting, Urgency, suggested_urgency
from consent.models import NoticeVersion, Person, RetentionRule
from foundation.accounts.models import Seat, Unit, User
from foundation.core.codes import new_code
from foundation.dossiers import doors
from foundation.dossiers.models import FOLLOW, VIEW, BoundQuerySet, DossierBound
from foundation.vault.fields import EncryptedJSON, EncryptedText

SUMMARY_LENGTH = 500
NOTE_LENGTH = 4000


def case_code() -> str:
    """A random code such as K7F-2QX."""
    return new_code((3, 3))


class Concern(DossierBound):
    """What a volunteer heard (R-23, R-34, R-39): ten answers at most, and no word on who caused the harm.

    Readable by followers, so that the reporter sees where it stands; its content only with the folder's key.
    """

    reads: ClassVar[str] = FOLLOW

    code = models.CharField(max_length=16, unique=True, default=case_code)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    reporter = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, models.SET_NULL, related_name="concerns", null=True, blank=True)
    notice = models.ForeignKey(NoticeVersion, models.PROTECT, related_name="+", null=True, blank=True)
    status = models.CharField(max_length=20, choices=ConcernStatus.choices, default=ConcernStatus.DRAFT)
    urgency = models.CharField(max_length=10, choices=Urgency.choices, default=Urgency.NORMAL)
    language = models.CharField(max_length=8)
    reporter_kind = models.CharField(max_length=24, choices=ReporterKind.choices, blank=True)
    setting = models.CharField(max_length=16, choices=Setting.choices, blank=True)
    is_anonymous = models.BooleanField(default=False)
    revision = models.PositiveIntegerField(default=0)
    limits_explained_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(default=timezone.now)
    saved_at = models.DateTimeField(default=timezone.now)
    submitted_at = models.DateTimeField(null=True, blank=True)
    triaged_at = models.DateTimeField(null=True, blank=True)
    triaged_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True)
    answers = EncryptedJSON(null=True, blank=True)
    summary = EncryptedText(null=True, blank=True, validators=[MaxLengthValidator(SUMMARY_LENGTH)])
    wishes = EncryptedText(null=True, blank=True, validators=[MaxLengthValidator(SUMMARY_LENGTH)])
    triage = EncryptedJSON(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["reporter", "-started_at"], name="concerns_of_reporter"),
            models.Index(fields=["saved_at"], name="old_drafts", condition=Q(status="draft")),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(status="draft") | Q(submitted_at__isnull=False), name="submitted_concerns_have_a_time"
            ),
            models.CheckConstraint(condition=Q(is_anonymous=False) | Q(person=None), name="anonymous_has_no_person"),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def known(self) -> dict[str, Any]:
        """The coded answers: ``flags``, ``category``."""
        return dict(self.answers or {})

    @property
    def suggestion(self) -> Urgency:
        """The suggested urgency, from the flags and the category."""
        return suggested_urgency(self.known.get("flags", []), self.known.get("category", ""))


class Redirection(DossierBound):
    """A contact that was given without an assessment; not a referral (domain.md §0.5)."""

    concern = models.ForeignKey(Concern, models.CASCADE, related_name="redirections")
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    given_at = models.DateTimeField(default=timezone.now)
    contact = EncryptedText()

    def __str__(self) -> str:
        return str(self.pk)


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


class ErasureQuerySet(BoundQuerySet["Erasure"]):
    """Who may know of an erasure."""

    def visible_to(self, actor: User) -> "ErasureQuerySet":
        """Those of cases that one opens, that one asked for, and that one of one's seats may decide on."""
        opened = doors.seen("cases_erasure", "dossier_id", actor, VIEW)
        mine = Q(requested_by=actor.pk) if actor.seats else Q(pk=None)
        found: ErasureQuerySet = self.filter(Q(opened) | mine | Q(deciders__overlap=actor.group_ids))
        return found


class Erasure(DossierBound):
    """Two people destroy the keys of a case; what is left in the end is a certificate (HS-20, HS-23, scenario 20).

    Where the schedule of retention ended it, ``rule`` says which: the two people are those who set it and agreed to it. A
    concern that never became a case ends like this, and has none.

    ``deciders`` are the auth groups of the seats of which one must agree. ``folders`` says what was erased: kind, random id,
    rows of each kind; the certificate adds the lines in the erasure ledger.
    """

    reads: ClassVar[str] = VIEW

    case = models.ForeignKey(Case, models.DO_NOTHING, related_name="erasures", db_index=False, null=True, blank=True)
    rule = models.ForeignKey(RetentionRule, models.PROTECT, related_name="+", db_index=False, null=True, blank=True)
    code = models.CharField(max_length=16)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    ground = models.CharField(max_length=20, choices=Ground.choices)
    status = models.CharField(max_length=12, choices=ErasureStatus.choices, default=ErasureStatus.REQUESTED)
    deciders = ArrayField(models.IntegerField())
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    requested_seat = models.ForeignKey(Seat, models.PROTECT, related_name="+", db_index=False)
    requested_at = models.DateTimeField(default=timezone.now)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True)
    decided_seat = models.ForeignKey(Seat, models.PROTECT, related_name="+", null=True, blank=True, db_index=False)
    decided_at = models.DateTimeField(null=True, blank=True)
    erased_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=40, blank=True)
    folders = models.JSONField(default=list, blank=True)
    certificate = models.JSONField(null=True, blank=True)
    key_version = models.PositiveIntegerField(null=True, blank=True)
    signature = models.BinaryField(null=True, blank=True)

    objects: ClassVar[Any] = ErasureQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["-requested_at"], name="newest_erasures")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=models.F("requested_by")),
                name="erasure_needs_another_person",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=("authorised", "done")) | Q(decided_by__isnull=False),
                name="erasure_was_agreed_to",
            ),
            models.CheckConstraint(
                condition=~Q(status="done") | Q(certificate__isnull=False, signature__isnull=False),
                name="erasure_has_a_certificate",
            ),
            models.UniqueConstraint(
                fields=["dossier"], condition=Q(status__in=("requested", "authorised")), name="one_erasure_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return self.code
