"""The end of a case: why, what has changed for the person, who asked and who agreed."""

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from cases.closures import CLOSURE, ClosureStatus, Reason, Result
from cases.models.case import Case
from consent.terms import RecordClass
from foundation.dossiers.models import VIEW, DossierBound
from foundation.vault.fields import EncryptedText

WORDS_LENGTH = 1000


class Closure(DossierBound):
    """One closing: asked for by one person and, where it is grave, agreed to by another (HS-19, HS-20).

    A case that was reopened and closed again has two.
    """

    reads: ClassVar[str] = VIEW

    case = models.ForeignKey(Case, models.CASCADE, related_name="closures")
    reason = models.CharField(max_length=40, choices=Reason.choices)
    result = models.CharField(max_length=8, choices=Result.choices)
    record_class = models.CharField(max_length=20, choices=RecordClass.choices)
    status = models.CharField(max_length=12, choices=ClosureStatus.choices, default=ClosureStatus.ASKED)
    needs_second = models.BooleanField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    asked_at = models.DateTimeField(default=timezone.now)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True, db_index=False
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    because = EncryptedText(null=True, blank=True, validators=[MaxLengthValidator(WORDS_LENGTH)])
    words = EncryptedText(null=True, blank=True, validators=[MaxLengthValidator(WORDS_LENGTH)])
    unfollowed = EncryptedText(null=True, blank=True, validators=[MaxLengthValidator(WORDS_LENGTH)])
    answer = EncryptedText(null=True, blank=True, validators=[MaxLengthValidator(WORDS_LENGTH)])

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("asked_by")), name="closure_needs_another_person"
            ),
            models.CheckConstraint(
                condition=~Q(status=ClosureStatus.CLOSED) | Q(needs_second=False) | Q(decided_by__isnull=False),
                name="closure_was_agreed_to",
            ),
            models.CheckConstraint(
                condition=~Q(result=Result.UNKNOWN) | Q(because__isnull=False), name="closure_says_why_unknown"
            ),
            models.UniqueConstraint(
                fields=["case"], condition=Q(status=ClosureStatus.ASKED), name="one_closure_at_a_time"
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.FSM(
                name="closure_life", field="status", transitions=sorted((str(a), str(b)) for a, b in CLOSURE.pairs())
            ),
            pgtrigger.ReadOnly(
                name="closure_as_asked", fields=["case", "reason", "result", "needs_second", "asked_by", "asked_at"]
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)
