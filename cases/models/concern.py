"""What was heard at a service point, and a contact that was given."""

from typing import Any, ClassVar

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from cases.states import ConcernStatus
from cases.vocabulary import ReporterKind, Setting, Urgency, suggested_urgency
from consent.models import NoticeVersion, Person
from foundation.accounts.models import Unit
from foundation.core.codes import new_code
from foundation.dossiers.models import FOLLOW, DossierBound
from foundation.vault.fields import EncryptedJSON, EncryptedText

SUMMARY_LENGTH = 500


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
