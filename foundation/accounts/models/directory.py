"""Whom a Society's directory means."""

import uuid
from typing import ClassVar

from django.db import models
from django.utils import timezone

from foundation.accounts.models.people import User


class DirectoryLink(models.Model):
    """One person here is one name at the directory, for good: an address may change hands, a name there does not."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.OneToOneField(User, models.CASCADE, related_name="directory_link")
    issuer = models.CharField(max_length=255)
    subject = models.CharField(max_length=255)
    linked_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["issuer", "subject"], name="one_person_per_subject")]

    def __str__(self) -> str:
        return str(self.user_id)
