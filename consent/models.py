"""The person, the notice they were given, the conversation and each decision."""

import uuid
from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from consent.vocabulary import Answer, Interpreter, Mode, Purpose, RecipientKind, Withholding
from foundation.dossiers.models import BoundQuerySet, DossierBound
from foundation.vault.fields import EncryptedDate, EncryptedJSON, EncryptedText


class NoticeVersion(models.Model):
    """What is said before details are asked: one text per version and language. Never changed, only succeeded."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    version = models.PositiveIntegerField()
    language = models.CharField(max_length=8)
    text = models.TextField()
    limits = models.TextField()
    published_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["version", "language"], name="one_notice_per_language")
        ]

    def __str__(self) -> str:
        return f"{self.version} ({self.language})"

    @classmethod
    def current(cls, language: str) -> "NoticeVersion":
        """The newest notice in this language, else in English."""
        found = cls.objects.filter(language__in=[language, "en"]).order_by("-version")
        return next((n for n in found if n.language == language), None) or found[0]


class Person(DossierBound):
    """The person a matter is about. Everything that could tell who it is, is encrypted."""

    alias = EncryptedText(null=True, blank=True)
    name = EncryptedText(null=True, blank=True)
    date_of_birth = EncryptedDate(null=True, blank=True)
    profile = EncryptedJSON(null=True, blank=True)
    safe_contact = EncryptedJSON(null=True, blank=True)
    changed_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def facts(self) -> dict[str, Any]:
        """``age_band``, ``gender``, ``languages``, ``interpreter``, ``access``, ``district``."""
        return dict(self.profile or {})

    @property
    def contact(self) -> dict[str, Any]:
        """``method``, ``value``, ``safe_times``, ``may_leave_message``, ``code_word``."""
        return dict(self.safe_contact or {})


class Consent(DossierBound):
    """One conversation about consent, as it happened."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="consents")
    notice = models.ForeignKey(NoticeVersion, models.PROTECT, related_name="+")
    language = models.CharField(max_length=8)
    mode = models.CharField(max_length=20, choices=Mode.choices)
    interpreter = models.CharField(max_length=16, choices=Interpreter.choices)
    is_private = models.BooleanField(null=True, blank=True)
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
        """Granted, begun, not expired, not withdrawn, not replaced."""
        now = now or timezone.now()
        return self.filter(
            answer=Answer.GRANTED, withdrawn_at=None, superseded_at=None, valid_from__lte=now, valid_until__gt=now
        )


class Decision(DossierBound):
    """One answer: one purpose, one recipient, so much data, for so long.

    The recipient reads it too, through the referral that rests on it (see the referrals' walls): each read asks it.
    """

    consent = models.ForeignKey(Consent, models.CASCADE, related_name="decisions")
    person = models.ForeignKey(Person, models.CASCADE, related_name="decisions", db_index=False)
    purpose = models.CharField(max_length=40, choices=Purpose.choices)
    recipient_kind = models.CharField(max_length=8, choices=RecipientKind.choices)
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

    objects: ClassVar[Any] = DecisionQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["person", "purpose", "recipient_id", "-valid_from"], name="decision_of_person")
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
        ended = self.withdrawn_at or self.superseded_at
        return self.answer == Answer.GRANTED and ended is None and self.valid_from <= now < self.valid_until

    def covers(self, purpose: str, recipient_id: uuid.UUID, fields: set[str], now: datetime | None = None) -> bool:
        """Whether it allows exactly this: the purpose, the recipient, every field, at this moment (HS-01)."""
        same = self.purpose == purpose and self.recipient_id == recipient_id
        return same and fields <= set(self.fields) and self.is_active(now)
