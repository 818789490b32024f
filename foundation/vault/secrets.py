"""Small secrets of an organisation (a webhook's key), sealed with the organisation's key and bound to their row."""

import os
from uuid import UUID

from cryptography.exceptions import InvalidTag

from foundation.vault.crypto import VaultError, lengths
from foundation.vault.models import OrganisationKey, organisation_kek


def seal_secret(organisation_key: UUID, kind: bytes, row: UUID, secret: bytes) -> bytes:
    """Nonce and ciphertext."""
    nonce = os.urandom(12)
    place = lengths(b"amparo.secret", kind, row.bytes)
    return nonce + organisation_kek(organisation_key).encrypt(nonce, secret, place)


def open_secret(organisation_key: UUID, kind: bytes, row: UUID, sealed: bytes) -> bytes:
    """The secret, or ``VaultError`` for any other row, kind or key, and for an organisation that was cut off."""
    if not OrganisationKey.objects.filter(pk=organisation_key, destroyed_at=None).exists():
        raise VaultError("organisation key")
    try:
        place = lengths(b"amparo.secret", kind, row.bytes)
        return organisation_kek(organisation_key).decrypt(sealed[:12], sealed[12:], place)
    except (InvalidTag, ValueError) as problem:
        raise VaultError("secret") from problem
