"""Figures under their organisation's own secret: a stolen dump shows how much was counted, and nothing of what."""

import os
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import IntegrityError, transaction

from foundation.custody.holders import Holder
from foundation.vault.crypto import VaultError, expand, extract, lengths, pad, unpad
from foundation.vault.models import current_key
from foundation.vault.secrets import open_secret, seal_secret
from riskanalysis.models import FigureKey

_KIND = b"figures"


class Sealer:
    """Seals, opens and finds again. One per organisation and piece of work."""

    def __init__(self, secret: bytes) -> None:
        prk = extract(secret)
        self._cipher, self._marker = AESGCM(expand(prk, b"cell")), expand(prk, b"mark")

    @classmethod
    def of(cls, organisation: UUID) -> "Sealer":
        """With the organisation's secret, which is drawn at first use. ``VaultError`` when its keys are gone."""
        known = FigureKey.objects.filter(pk=organisation).first() or _first(organisation)
        return cls(open_secret(known.organisation_key_id, _KIND, organisation, bytes(known.secret)))

    def mark(self, *parts: str) -> bytes:
        """16 bytes that only this secret gives: the same cell is found again, and nobody else can tell which it is."""
        return expand(extract(self._marker), lengths(*(part.encode() for part in parts)))[:16]

    def seal(self, place: UUID, plain: bytes) -> bytes:
        """Nonce and ciphertext of a padded text, bound to its row."""
        nonce = os.urandom(12)
        return nonce + self._cipher.encrypt(nonce, pad(plain), lengths(b"amparo.figures", place.bytes))

    def open(self, place: UUID, sealed: bytes) -> bytes:
        """The text; ``VaultError`` for any other row or secret."""
        try:
            return unpad(self._cipher.decrypt(sealed[:12], sealed[12:], lengths(b"amparo.figures", place.bytes)))
        except (InvalidTag, ValueError) as problem:
            raise VaultError("figures") from problem


def _first(organisation: UUID) -> FigureKey:
    key = current_key(organisation)
    made = FigureKey(
        organisation_id=organisation,
        organisation_key_id=key.pk,
        secret=seal_secret(key.pk, _KIND, organisation, os.urandom(32)),
    )
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:  # another process was faster
        return FigureKey.objects.get(pk=organisation)
    return made


def n_under(key: UUID) -> int:
    """How many secrets of figures need this organisation key: one or none."""
    return FigureKey.objects.filter(organisation_key_id=key).count()


def renew(key: UUID, most: int) -> int:
    """Seal the secret anew under the organisation's newest key; one that does not open stays, and keeps its key with it."""
    rows = FigureKey.objects.select_for_update(skip_locked=True).filter(organisation_key_id=key)[:most]
    return sum(_renew(row) for row in rows)


def _renew(row: FigureKey) -> bool:
    try:
        secret = open_secret(row.organisation_key_id, _KIND, row.pk, bytes(row.secret))
    except VaultError:
        return False
    row.organisation_key_id = current_key(row.pk).pk
    row.secret = seal_secret(row.organisation_key_id, _KIND, row.pk, secret)
    row.save(update_fields=["organisation_key_id", "secret"])
    return True


HOLDER = Holder(n_under, renew)
