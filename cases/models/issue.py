"""A problem of many with no person in it, what is known of it, and what is done about it (domain.md §0.1; R-26, R-35, R-38)."""

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from cases.issue_states import ISSUE, ISSUE_RETURNS
from cases.issue_words import Change, EvidenceKind, InfoStatus, IssueStatus, Reliability, Target
from cases.models.case import Case
from cases.models.concern import Concern
from foundation.accounts.models import Unit
from foundation.core.codes import new_code
from foundation.dossiers.models import VIEW, DossierBound
from foundation.vault.fields import EncryptedText

TITLE_LENGTH, WORDS = 120, 4000


def issue_code() -> str:
    """A random code."""
    return new_code((3, 3))


class Issue(DossierBound):
    """A problem of many, in a folder of its own. Cases are linked from their own folders (``IssueLink``).

    ``analysis`` holds why duty-bearers do not meet their duty (R-26) and the words of it; ``has_context`` whether an
    analysis of the context was there before a strategy (R-12).
    """

    reads: ClassVar[str] = VIEW

    code = models.CharField(max_length=16, unique=True, default=issue_code)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    status = models.CharField(max_length=20, choices=IssueStatus.choices, default=IssueStatus.IDENTIFIED)
    came_from = models.CharField(max_length=20, blank=True)
    opened_at = models.DateTimeField(default=timezone.now)
    status_at = models.DateTimeField(default=timezone.now)
    risks = models.JSONField(default=list, blank=True)
    groups = models.JSONField(default=list, blank=True)
    drivers = models.JSONField(default=list, blank=True)
    rights = models.JSONField(default=list, blank=True)
    frameworks = models.JSONField(default=list, blank=True)
    bearing = models.JSONField(default=list, blank=True)
    has_context = models.BooleanField(default=False)
    change = models.CharField(max_length=12, choices=Change.choices, blank=True)
    title = EncryptedText(validators=[MaxLengthValidator(TITLE_LENGTH)])
    description = EncryptedText(validators=[MaxLengthValidator(WORDS)])
    areas = EncryptedText(validators=[MaxLengthValidator(300)])
    analysis = EncryptedText(null=True, blank=True, validators=[MaxLengthValidator(WORDS)])
    strategy = EncryptedText(null=True, blank=True, validators=[MaxLengthValidator(WORDS)])
    outcome = EncryptedText(null=True, blank=True, validators=[MaxLengthValidator(WORDS)])

    class Meta:
        triggers: ClassVar = [
            pgtrigger.FSM(
                name="issue_life",
                field="status",
                transitions=sorted((str(a), str(b)) for a, b in ISSUE.pairs(ISSUE_RETURNS)),
            )
        ]

    def __str__(self) -> str:
        return self.code


class IssueMove(DossierBound):
    """One step of an issue."""

    issue = models.ForeignKey(Issue, models.CASCADE, related_name="moves")
    verb = models.CharField(max_length=20)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    note = EncryptedText(null=True, blank=True, validators=[MaxLengthValidator(WORDS)])

    def __str__(self) -> str:
        return self.verb


class IssueEvidence(DossierBound):
    """A fact about a context, how far its source is relied on and what is known of it (PS-5)."""

    issue = models.ForeignKey(Issue, models.CASCADE, related_name="evidence")
    kind = models.CharField(max_length=12, choices=EvidenceKind.choices)
    reliability = models.CharField(max_length=1, choices=Reliability.choices)
    info_status = models.CharField(max_length=12, choices=InfoStatus.choices)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    added_at = models.DateTimeField(default=timezone.now)
    text = EncryptedText(validators=[MaxLengthValidator(1000)])

    def __str__(self) -> str:
        return str(self.pk)


class IssueLink(DossierBound):
    """That a case, or a concern in which nobody is known, is behind an issue: in its own folder, so that nobody else learns
    of it.
    """

    issue = models.ForeignKey(Issue, models.DO_NOTHING, related_name="links")
    case = models.ForeignKey(Case, models.CASCADE, related_name="issue_links", null=True, blank=True, db_index=False)
    concern = models.OneToOneField(Concern, models.CASCADE, related_name="issue_link", null=True, blank=True)
    linked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    linked_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "issue"], name="case_linked_once"),
            models.CheckConstraint(condition=Q(case=None) ^ Q(concern=None), name="case_or_concern_behind_an_issue"),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class AdvocacyAction(DossierBound):
    """Something done to change a law, a practice, a norm (R-38)."""

    issue = models.ForeignKey(Issue, models.CASCADE, related_name="actions")
    target = models.CharField(max_length=24, choices=Target.choices)
    due_on = models.DateField(null=True, blank=True)
    done_on = models.DateField(null=True, blank=True)
    planned_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    planned_at = models.DateTimeField(default=timezone.now)
    text = EncryptedText(validators=[MaxLengthValidator(1000)])
    result = EncryptedText(null=True, blank=True, validators=[MaxLengthValidator(1000)])

    def __str__(self) -> str:
        return str(self.pk)
