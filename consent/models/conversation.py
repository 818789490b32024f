"""The conversation and each decision that was taken in it."""

import uuid
from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from consent.models.notice import NoticeVersion
from consent.models.person import Person
from consent.vocabulary import (
    Answer,
    CopyOffer,
    Interpreter,
    Mode,
    Obstacle,
    Preference,
    Purpose,
    RecipientKind,
    Withholding,
    Witness,
)
from foundation.dossiers.models import BoundQuerySet, DossierBound
from foundation.vault.fields import EncryptedJSON, EncryptedText


class Consent(DossierBound):
    """One conversation about consent, as it happened; which notice was given says its version, language and channel.

    ``reasons`` holds why it went on in spite of a warning: ``{"W-08": …, "W-09": …}``. A conversation that led to no
    answer has an ``obstacle`` and no decision.
    """

    person = models.ForeignKey(Person, models.CASCADE, related_name="consents")
    notice = models.ForeignKey(NoticeVersion, models.PROTECT, related_name="+")
    language = models.CharField(max_length=8)
    mode = models.CharField(max_length=20, choices=Mode.choices)
    witness = models.CharField(max_length=12, choices=Witness.choices, blank=True)
    interpreter = models.CharField(max_length=16, choices=Interpreter.choices)
    is_interpreter_bound = models.BooleanField(null=True, blank=True)
    interpreter_sex = models.CharField(max_length=8, choices=Preference.choices, blank=True)
    is_private = models.BooleanField(null=True, blank=True)
    present = models.JSONField(default=list, blank=True)
    copy = models.CharField(max_length=12, choices=CopyOffer.choices, blank=True)
    obstacle = models.CharField(max_length=12, choices=Obstacle.choices, blank=True)
    reasons = EncryptedJSON(null=True, blank=True)
    elements = models.JSONField(default=list, blank=True)
    held_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_by_person = models.BooleanField(default=False)
    held_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["person", "-held_at"], name="consent_of_person")]

    def __str__(self) -> str:
        return str(self.pk)


class DecisionQuerySet(BoundQuerySet["Decision"]):
    """Which decisions count."""

    def active(self, now: datetime | None = None) -> "DecisionQuerySet":
        """Granted, begun, not expired, not withdrawn, not replaced, not suspended by an objection."""
        now = now or timezone.now()
        ended = {"withdrawn_at": None, "superseded_at": None, "suspended_at": None}
        return self.filter(answer=Answer.GRANTED, valid_from__lte=now, valid_until__gt=now, **ended)


class Decision(DossierBound):
    """One answer: one purpose, one recipient, so much data, for so long.

    The recipient reads it too, through the referral that rests on it (see the referrals' walls): each read asks it.
    """

    consent = models.ForeignKey(Consent, models.CASCADE, related_name="decisions")
    person = models.ForeignKey(Person, models.CASCADE, related_name="decisions", db_index=False)
    purpose = models.CharField(max_length=40, choices=Purpose.choices)
    recipient_kind = models.CharField(max_length=12, choices=RecipientKind.choices)
    recipient_id = models.UUIDField()
    fields = models.JSONField(default=list, blank=True)
    answer = models.CharField(max_length=10, choices=Answer.choices)
    condition = EncryptedText(null=True, blank=True)
    reason = models.CharField(max_length=20, choices=Withholding.choices, blank=True)
    valid_from = models.DateTimeField(default=timezone.now)
    valid_until = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True)
    superseded_at = models.DateTimeField(null=True, blank=True)
    suspended_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[Any] = DecisionQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["person", "purpose", "recipient_id", "-valid_from"], name="decision_of_person"),
            models.Index(
                fields=["valid_until"],
                condition=Q(answer=Answer.GRANTED, withdrawn_at=None, superseded_at=None),
                name="decision_by_end",
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(valid_until__gt=F("valid_from")), name="decision_ends_after_start"),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | Q(withdrawn_at__gte=F("valid_from")), name="withdrawn_after_given"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose}: {self.answer}"

    def is_active(self, now: datetime | None = None) -> bool:
        """Whether it counts at this moment."""
        now = now or timezone.now()
        ended = self.withdrawn_at or self.superseded_at or self.suspended_at
        return self.answer == Answer.GRANTED and ended is None and self.valid_from <= now < self.valid_until

    def covers(self, purpose: str, recipient_id: uuid.UUID, fields: set[str], now: datetime | None = None) -> bool:
        """Whether it allows exactly this: the purpose, the recipient, every field, at this moment (HS-01)."""
        same = self.purpose == purpose and self.recipient_id == recipient_id
        return same and fields <= set(self.fields) and self.is_active(now)
