"""What stands at the door: which code of a person's app was used last, and the code of conduct with who accepted it."""

import uuid
from typing import ClassVar

import pgtrigger
from django.db import models
from django.utils import timezone

from foundation.accounts.models.people import User


class CodeUse(models.Model):
    """The newest half minute whose code this person has used. Codes of it and of earlier ones count no more (RFC 6238 §5.2).

    In the database and not in the cache: a cache that was emptied would let a code be used twice.
    """

    user = models.OneToOneField(User, models.CASCADE, primary_key=True, related_name="code_use")
    step = models.BigIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=models.Q(step__gte=0), name="step_counts_up")]

    def __str__(self) -> str:
        return str(self.user_id)


class ConductVersion(models.Model):
    """The code of conduct: one text per version and language. Never changed, only succeeded (P4)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    version = models.PositiveIntegerField()
    language = models.CharField(max_length=8)
    text = models.TextField()
    published_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["version", "language"], name="one_conduct_per_language")
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="conduct_is_kept", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.version} ({self.language})"

    @classmethod
    def current(cls, language: str) -> "ConductVersion | None":
        """The newest version in this language, else in English; ``None`` where none was ever published."""
        found = cls.objects.filter(language__in=[language, "en"]).order_by("-version")[:2]
        newest = [one for one in found if one.version == found[0].version]
        return next((one for one in newest if one.language == language), newest[0] if newest else None)


class ConductAcceptance(models.Model):
    """That a person accepted a version, in which language and when."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, models.PROTECT, related_name="conduct", db_index=False)
    version = models.PositiveIntegerField()
    language = models.CharField(max_length=8)
    accepted_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "version"], name="conduct_accepted_once")]
        triggers: ClassVar = [
            pgtrigger.Protect(name="acceptance_is_kept", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.version}"
