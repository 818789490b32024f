"""What a partner's programs sign in with: secrets that end, public keys, and which assertions were used."""

import uuid
from typing import Any, ClassVar

from django.db import models
from django.utils import timezone

from foundation.accounts.models import Organisation


class Credential(models.QuerySet[Any]):
    """Which count now."""

    def live(self) -> "Credential":
        """Not ended."""
        return self.filter(models.Q(ends_at=None) | models.Q(ends_at__gt=timezone.now()))


class Client(models.Model):
    """A program of a partner. ``needs_key``: its secrets do not count, whatever the installation says."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    application = models.OneToOneField("oauth2_provider.Application", models.CASCADE, related_name="+")
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="clients")
    needs_key = models.BooleanField(default=False)
    made_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return str(self.pk)


class ClientSecret(models.Model):
    """A secret, as a one-way value (``digest``). Several may count at a time, while one follows another."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    client = models.ForeignKey(Client, models.CASCADE, related_name="secrets")
    digest = models.CharField(max_length=255)
    made_at = models.DateTimeField(default=timezone.now)
    ends_at = models.DateTimeField(null=True, blank=True)
    used_on = models.DateField(null=True, blank=True)

    objects = Credential.as_manager()

    def __str__(self) -> str:
        return str(self.pk)


class ClientKey(models.Model):
    """A public key whose other half the partner has shown to hold. Never used again once it has ended."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    client = models.ForeignKey(Client, models.CASCADE, related_name="keys")
    kid = models.CharField(max_length=100)
    alg = models.CharField(max_length=10)
    jwk = models.JSONField()
    thumbprint = models.CharField(max_length=43, unique=True)
    made_at = models.DateTimeField(default=timezone.now)
    ends_at = models.DateTimeField(null=True, blank=True)
    used_on = models.DateField(null=True, blank=True)

    objects = Credential.as_manager()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["client", "kid"], name="one_key_of_an_id")]

    def __str__(self) -> str:
        return self.kid


class UsedAssertion(models.Model):
    """An assertion that was used; kept, as a one-way value, for as long as it would count."""

    client = models.ForeignKey(Client, models.CASCADE, related_name="+", db_index=False)
    digest = models.BinaryField()
    until = models.DateTimeField(db_index=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["client", "digest"], name="one_use_of_an_assertion")]

    def __str__(self) -> str:
        return str(self.pk)
