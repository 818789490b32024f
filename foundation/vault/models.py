"""The organisations' keys: random, wrapped by the root key. Cutting off one organisation is destroying its keys."""

import os
import uuid
from functools import lru_cache
from typing import ClassVar

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import IntegrityError, models, transaction

from foundation.core.keyring import KeyringError
from foundation.vault.crypto import Cipher, VaultError, checked, commitment, extract, lengths, unwrap
from foundation.vault.providers import provider

HOUSE = uuid.UUID(int=0)
"""Whose key the canary's is: nobody's organisation."""
_TABLE, _FIELD, _WORD = "vault_canary", "token", b"it sings"


class Lineage(models.TextChoices):
    """Which of its keys: whoever holds one opens nothing under another (safety.md §2; R-31)."""

    CASES = "", "cases"
    SAFEGUARDING = "safeguarding", "safeguarding"


class OrganisationKey(models.Model):
    """One version of one organisation's key of a lineage, wrapped by the root key that ``kek`` names.

    A destroyed one keeps its row: nobody then makes the organisation a new key unawares, and ``commit`` tells whether
    what somebody brings back one day is the very key.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation_id = models.UUIDField(db_index=True)
    lineage = models.CharField(max_length=12, choices=Lineage.choices, default=Lineage.CASES, blank=True)
    version = models.PositiveIntegerField()
    kek = models.CharField(max_length=300)
    wrapped = models.BinaryField()
    commit = models.BinaryField()
    created_at = models.DateTimeField(auto_now_add=True)
    destroyed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation_id", "lineage", "version"], name="one_key_version"),
            models.CheckConstraint(
                condition=models.Q(destroyed_at=None) | models.Q(wrapped=b""), name="destroyed_keys_are_gone"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id} v{self.version}"

    def key(self) -> bytes:
        """The key itself, asked of whoever keeps the root key; ``VaultError`` unless it is the one committed to."""
        if self.destroyed_at is not None:
            raise VaultError("organisation key")
        place = _place(self.organisation_id, self.version, self.lineage)
        key = provider(self.kek).unwrap(self.kek, bytes(self.wrapped), place)
        checked(key, bytes(self.commit))
        return key

    def is_wrapped_by(self, root: AESGCM) -> bool:
        """Whether this root key of a keyring opens it; ``VaultError`` if it does not."""
        place = _place(self.organisation_id, self.version, self.lineage)
        return bool(unwrap(root, bytes(self.wrapped), place, bytes(self.commit)))

    def rewrap(self) -> None:
        """Wrap the same key with the root key in use; the row is for the caller to save."""
        self.put(self.key())

    def put(self, key: bytes) -> None:
        """Hold this key, wrapped with the root key in use; the row is for the caller to save."""
        self.kek, self.wrapped = provider().wrap(key, _place(self.organisation_id, self.version, self.lineage))
        self.destroyed_at = None


class Canary(models.Model):
    """A known value sealed under the whole hierarchy: whoever cannot open it has the wrong keys (``canary.py``)."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    organisation_key = models.ForeignKey(OrganisationKey, models.PROTECT, related_name="+")
    token = models.BinaryField()

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=models.Q(id=1), name="one_canary")]

    def __str__(self) -> str:
        return "canary"

    @classmethod
    def known(cls) -> "Canary | None":
        """The canary of this database, if it was planted."""
        return cls.objects.select_related("organisation_key").first()

    @classmethod
    def of(cls, key: OrganisationKey) -> "Canary":
        """A canary under this key, for the caller to save."""
        return cls(organisation_key=key, token=_cipher(key).seal(_TABLE, _FIELD, HOUSE, _WORD))

    def require(self) -> None:
        """Raise ``KeyringError`` when the keys at hand do not open it: nothing may be written with them."""
        kek = self.organisation_key.kek
        try:
            _cipher(self.organisation_key).open(_TABLE, _FIELD, HOUSE, bytes(self.token))
        except VaultError:
            raise KeyringError(f"the root key {kek} is not the one that this database was written with") from None


def _cipher(key: OrganisationKey) -> Cipher:
    return Cipher(HOUSE, 1, extract(key.key()))


def _place(organisation: uuid.UUID, version: int, lineage: str = Lineage.CASES) -> bytes:
    more = [str(lineage).encode()] if lineage else []
    return lengths(b"amparo.organisation", organisation.bytes, version.to_bytes(4, "big"), *more)


def make_organisation_key(organisation: uuid.UUID, version: int = 1, lineage: str = Lineage.CASES) -> OrganisationKey:
    """A new random key for an organisation, stored wrapped. ``KeyringError`` when the root key is not the right one."""
    canary = Canary.known()
    if canary is not None:
        canary.require()
    key = os.urandom(32)
    kek, wrapped = provider().wrap(key, _place(organisation, version, lineage))
    return OrganisationKey.objects.create(
        organisation_id=organisation, lineage=lineage, version=version, kek=kek, wrapped=wrapped,
        commit=commitment(extract(key)),
    )  # fmt: skip


@lru_cache(maxsize=256)
def _opened(pk: uuid.UUID) -> AESGCM:
    return AESGCM(extract(OrganisationKey.objects.get(pk=pk).key()))


def organisation_kek(pk: uuid.UUID) -> AESGCM:
    """The key that wraps dossier keys for an organisation, by the key row's id. Kept in memory once it was opened.

    Trap: whether the organisation was cut off meanwhile is for the caller to ask (``DossierKey.objects.usable()``).
    """
    try:
        return _opened(pk)
    except OrganisationKey.DoesNotExist:
        raise VaultError("organisation key") from None


def current_key(organisation: uuid.UUID, lineage: str = Lineage.CASES) -> OrganisationKey:
    """The newest key row of an organisation's lineage; made when it has none yet. ``VaultError`` when it was cut off."""
    newest = _newest(organisation, lineage) or _first(organisation, lineage)
    if newest.destroyed_at is not None:
        raise VaultError("organisation cut off")
    return newest


def _newest(organisation: uuid.UUID, lineage: str) -> OrganisationKey | None:
    rows = OrganisationKey.objects.filter(organisation_id=organisation, lineage=lineage)
    return rows.order_by("-version").first()


def _first(organisation: uuid.UUID, lineage: str = Lineage.CASES) -> OrganisationKey:
    """Two requests may come at once; the second then takes the first one's key.

    An organisation that was cut off gets no key of another lineage either.
    """
    gone = OrganisationKey.objects.filter(organisation_id=organisation).exclude(destroyed_at=None)
    if gone.exists():
        raise VaultError("organisation cut off")
    try:
        with transaction.atomic():
            return make_organisation_key(organisation, lineage=lineage)
    except IntegrityError:
        return OrganisationKey.objects.get(organisation_id=organisation, lineage=lineage, version=1)
