"""How a partner's programs are told, and what they asked twice."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import Organisation


class Off(models.TextChoices):
    """Why nothing is sent to an endpoint."""

    BY_HAND = "by_hand", _("Switched off by a person")
    GONE = "gone", _("It answered that it is gone (410)")
    FAILING = "failing", _("Nothing arrived there for days")


class WebhookEndpoint(models.Model):
    """Where a partner wants to be told, by id only. The secrets are sealed with the partner's own key.

    While ``old_until`` has not come, both secrets sign.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="endpoints")
    url = models.URLField(max_length=300)
    organisation_key_id = models.UUIDField()
    secret = models.BinaryField()
    is_active = models.BooleanField(default=True)
    off_because = models.CharField(max_length=8, choices=Off.choices, blank=True)
    old_secret = models.BinaryField(null=True, blank=True)
    old_until = models.DateTimeField(null=True, blank=True)
    added_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return str(self.pk)


class WebhookAttempt(models.Model):
    """One attempt at an endpoint: when, which message, how it ended, how long it took. Nothing of what was answered."""

    endpoint = models.ForeignKey(WebhookEndpoint, models.CASCADE, related_name="attempts", db_index=False)
    message_id = models.UUIDField()
    event = models.CharField(max_length=40)
    reference = models.UUIDField(null=True, blank=True)
    number = models.PositiveSmallIntegerField()
    at = models.DateTimeField(default=timezone.now, db_index=True)
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    problem = models.CharField(max_length=40, blank=True)
    milliseconds = models.PositiveIntegerField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["endpoint", "-at"], name="attempts_at_an_endpoint")]

    def __str__(self) -> str:
        return str(self.message_id)


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
