"""How a partner's programs are told, and what they asked twice."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from foundation.accounts.models import Organisation


class WebhookEndpoint(models.Model):
    """Where a partner wants to be told, by id only. The secret is sealed with the partner's own key."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="endpoints")
    url = models.URLField(max_length=300)
    organisation_key_id = models.UUIDField()
    secret = models.BinaryField()
    is_active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return str(self.pk)


class IdempotencyKey(models.Model):
    """A POST of a partner that succeeded, kept for 24 hours: its key, the fingerprint of
    address and body, and the answer that was given: a line of the inbox, nothing of the person.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    key = models.CharField(max_length=80)
    fingerprint = models.BinaryField()
    answer = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "key"], name="one_use_of_a_key")]

    def __str__(self) -> str:
        return str(self.pk)
