"""What is said to the person before details are asked."""

import uuid
from typing import ClassVar

from django.db import models
from django.utils import timezone


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
