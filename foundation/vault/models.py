"""The organisations' keys: random, wrapped by the root key. Cutting off one organisation is destroying its row."""

import os
import uuid
from functools import lru_cache
from typing import ClassVar

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import models

from foundation.core.keyring import keyring
from foundation.vault.crypto import VaultError, commitment, extract, lengths, unwrap, wrap


class OrganisationKey(models.Model):
    """One version of one organisation's key, wrapped by the root key ``root_version``."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation_id = models.UUIDField(db_index=True)
    version = models.PositiveIntegerField()
    root_version = models.PositiveIntegerField()
    wrapped = models.BinaryField()
    commit = models.BinaryField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["organisation_id", "version"], name="one_key_version")]

    def __str__(self) -> str:
        return f"{self.organisation_id} v{self.version}"


def _place(organisation: uuid.UUID, version: int) -> bytes:
    return lengths(b"amparo.organisation", organisation.bytes, version.to_bytes(4, "big"))


def make_organisation_key(organisation: uuid.UUID, version: int = 1) -> OrganisationKey:
    """A new random key for an organisation, stored wrapped."""
    key, ring = os.urandom(32), keyring()
    wrapped = wrap(ring.kek(ring.root.current), key, _place(organisation, version))
    return OrganisationKey.objects.create(
        organisation_id=organisation,
        version=version,
        root_version=ring.root.current,
        wrapped=wrapped,
        commit=commitment(extract(key)),
    )


@lru_cache(maxsize=256)
def _opened(pk: uuid.UUID) -> AESGCM:
    row = OrganisationKey.objects.get(pk=pk)
    kek = keyring().kek(row.root_version)
    prk = unwrap(kek, bytes(row.wrapped), _place(row.organisation_id, row.version), bytes(row.commit))
    return AESGCM(prk)


def organisation_kek(pk: uuid.UUID) -> AESGCM:
    """The key that wraps dossier keys for an organisation, by the key row's id."""
    try:
        return _opened(pk)
    except OrganisationKey.DoesNotExist:
        raise VaultError("organisation key") from None


def current_key(organisation: uuid.UUID) -> OrganisationKey:
    """The newest key row of an organisation; made when it has none yet."""
    newest = OrganisationKey.objects.filter(organisation_id=organisation).order_by("-version").first()
    return newest or make_organisation_key(organisation)
