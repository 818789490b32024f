"""Raising a matter with an authority: what was said, on which ground, who approved it, what came of it (element d)."""

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from cases.models import Case, Issue
from consent.models import Decision, ExceptionalDisclosure
from foundation.accounts.models import Unit
from foundation.core.codes import new_code
from foundation.dossiers.models import VIEW, DossierBound
from foundation.vault.fields import EncryptedJSON, EncryptedText
from referrals.models.authority import Authority
from referrals.speech import Basis, EndReason, Kept, Level, Modality, Naming, Response, SpeechStatus
from referrals.speech_states import RETURNS, SPEECH

WORDS = 4000


def speech_reference() -> str:
    """A random reference with a check character."""
    return new_code((3, 3), check=True)


class Representation(DossierBound):
    """One matter raised with one authority: of a case, in its folder; or of an issue, in the issue's folder (R-37, R-43).

    ``test`` holds the answers to *possible* and *appropriate*, the sources of threat and who was consulted (HS-13, HS-14).
    ``came_from`` is where it stood before it was suspended.
    """

    reads: ClassVar[str] = VIEW

    reference = models.CharField(max_length=16, unique=True, default=speech_reference)
    case = models.ForeignKey(Case, models.DO_NOTHING, related_name="representations", null=True, blank=True)
    issue = models.ForeignKey(Issue, models.DO_NOTHING, related_name="representations", null=True, blank=True)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    authority = models.ForeignKey(Authority, models.PROTECT, related_name="+")
    level = models.CharField(max_length=16, choices=Level.choices)
    basis = models.CharField(max_length=12, choices=Basis.choices)
    naming = models.CharField(max_length=16, choices=Naming.choices)
    modality = models.CharField(max_length=10, choices=Modality.choices)
    frameworks = models.JSONField(default=list, blank=True)
    fields = models.JSONField(default=list, blank=True)
    status = models.CharField(max_length=24, choices=SpeechStatus.choices, default=SpeechStatus.DRAFT)
    came_from = models.CharField(max_length=24, blank=True)
    end_reason = models.CharField(max_length=24, choices=EndReason.choices, blank=True)
    response = models.CharField(max_length=24, choices=Response.choices, blank=True)
    decision = models.ForeignKey(Decision, models.DO_NOTHING, related_name="+", null=True, blank=True)
    exception = models.ForeignKey(ExceptionalDisclosure, models.DO_NOTHING, related_name="+", null=True, blank=True)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True)
    checked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True)
    cleared_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True)
    cleared_manager = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True
    )
    is_tested = models.BooleanField(default=False)
    needs_clearance = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)
    status_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)
    watch_until = models.DateField(null=True, blank=True)
    content = EncryptedText(validators=[MaxLengthValidator(WORDS)])
    test = EncryptedJSON(null=True, blank=True)
    reply = EncryptedText(null=True, blank=True, validators=[MaxLengthValidator(WORDS)])

    class Meta:
        indexes: ClassVar = [models.Index(fields=["decision", "status"], name="speech_on_decision")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(case__isnull=False, issue=None, basis="individual")
                | Q(case=None, issue__isnull=False, basis="systemic"),
                name="speech_of_a_case_or_an_issue",
            ),
            models.CheckConstraint(
                condition=Q(naming="none", issue__isnull=False) | ~Q(naming="none") & Q(case__isnull=False),
                name="issues_name_nobody",
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("written_by")), name="speech_needs_another_person"
            ),
            models.CheckConstraint(
                condition=Q(sent_at=None) | Q(approved_by__isnull=False, is_tested=True), name="speech_was_approved"
            ),
            models.CheckConstraint(
                condition=Q(sent_at__isnull=False)
                | ~Q(status__in=("sent", "response_awaited", "answered", "no_reply", "followed_up")),
                name="said_speech_has_a_time",
            ),
            models.CheckConstraint(
                condition=Q(sent_at=None) | Q(naming="identified") | Q(checked_by__isnull=False),
                name="nobody_is_recognised",
            ),
            models.CheckConstraint(
                condition=Q(sent_at=None)
                | Q(needs_clearance=False)
                | Q(cleared_by__isnull=False, cleared_manager__isnull=False),
                name="two_cleared_the_addressee",
            ),
            models.CheckConstraint(
                condition=Q(cleared_by=None) | Q(cleared_manager=None) | ~Q(cleared_by=F("cleared_manager")),
                name="clearance_of_two_people",
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.FSM(
                name="speech_life",
                field="status",
                transitions=sorted((str(a), str(b)) for a, b in SPEECH.pairs(RETURNS)),
            )
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def subject_id(self) -> object:
        """What it is about: the case or the issue."""
        return self.case_id or self.issue_id


class RepresentationMove(DossierBound):
    """One step: who, when, from where to where, and what was said with it."""

    representation = models.ForeignKey(Representation, models.CASCADE, related_name="moves", db_index=False)
    verb = models.CharField(max_length=16)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    from_status = models.CharField(max_length=24)
    to_status = models.CharField(max_length=24)
    at = models.DateTimeField(default=timezone.now)
    note = EncryptedText(null=True, blank=True, validators=[MaxLengthValidator(WORDS)])

    class Meta:
        indexes: ClassVar = [models.Index(fields=["representation", "-at"], name="moves_of_speech")]

    def __str__(self) -> str:
        return f"{self.from_status} → {self.to_status}"


class Commitment(DossierBound):
    """What an authority promised, by when, and what became of it."""

    representation = models.ForeignKey(Representation, models.CASCADE, related_name="commitments")
    due_on = models.DateField()
    kept = models.CharField(max_length=10, choices=Kept.choices, default=Kept.OPEN)
    settled_at = models.DateTimeField(null=True, blank=True)
    text = EncryptedText(validators=[MaxLengthValidator(WORDS)])

    def __str__(self) -> str:
        return str(self.pk)
