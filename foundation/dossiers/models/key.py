"""A folder's key: wrapped for an organisation; one version as a rule, two while it is exchanged for a newer one."""

import struct
import uuid
from collections.abc import Iterable
from typing import Any, ClassVar, NamedTuple

from django.db import models
from django.db.models.expressions import RawSQL
from django.utils import timezone

from foundation.vault.crypto import Cipher, NoKey, VaultError, lengths, unwrap, version_of
from foundation.vault.models import OrganisationKey, organisation_kek

# ``lengths(b"amparo.dossier", 16 bytes, 4 bytes)``, of which only the bytes change; a search makes thousands.
_PLACE, _FOUR = lengths(b"amparo.dossier") + b"\x00\x10", b"\x00\x04"
_PACKED = struct.Struct(">I16s16s60s")
# All versions in one column, so that a list fetches them with its rows: a join would double a row that has two. The key
# of an organisation that was cut off is left out from that very moment on, so that the value is empty, and not NULL.
_KEYS = """(SELECT string_agg(CASE WHEN o.destroyed_at IS NULL
    THEN int4send(k.version) || uuid_send(k.organisation_key_id) || k.commit || k.wrapped ELSE ''::bytea END, ''::bytea)
  FROM dossiers_dossierkey k JOIN vault_organisationkey o ON o.id = k.organisation_key_id
 WHERE k.dossier_id = "{table}"."dossier_id")"""


class Wrapped(NamedTuple):
    """What opens one version of a folder's key: the columns of its row."""

    version: int
    organisation_key: uuid.UUID
    wrapped: bytes
    commit: bytes


KEY_COLUMNS = ("version", "organisation_key_id", "wrapped", "commit")
"""The same by their names in the table."""


class DossierKey(models.Model):
    """The folder's key, wrapped for an organisation. Visible only to who may open the folder; erasing is deleting.

    ``rotation`` names the exchange of keys that made it (``foundation.custody``).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    dossier = models.ForeignKey("dossiers.Dossier", models.DO_NOTHING, related_name="keys")
    version = models.PositiveIntegerField(default=1)
    organisation_key = models.ForeignKey(OrganisationKey, models.DO_NOTHING, related_name="+", db_index=False)
    wrapped = models.BinaryField()
    commit = models.BinaryField()
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    rotation = models.UUIDField(null=True, editable=False)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["dossier", "version"], name="one_dossier_key_version")]

    def __str__(self) -> str:
        return f"{self.dossier_id} v{self.version}"

    def cipher(self) -> Cipher:
        """Unwrap, check the commitment, and make the cipher."""
        return open_key(self.dossier_id, self.version, self.organisation_key_id, self.wrapped, self.commit)


class Ciphers:
    """While a folder's key is exchanged: seals with the newest version, opens with the one that the token names."""

    __slots__ = ("_dossier", "_keys", "_opened", "version")

    def __init__(self, dossier: uuid.UUID, keys: Iterable[Wrapped]) -> None:
        self._keys, self._opened = {key.version: key for key in keys}, dict[int, Cipher]()
        self._dossier, self.version = dossier, max(self._keys)

    def seal(self, table: str, field: str, row: uuid.UUID, plain: bytes) -> bytes:
        """A token under the newest version."""
        return self.of(self.version).seal(table, field, row, plain)

    def open(self, table: str, field: str, row: uuid.UUID, token: bytes) -> bytes:
        """The plaintext of a token of any version that is here; ``VaultError`` for another."""
        return self.of(version_of(token)).open(table, field, row, token)

    def file_key(self, file: uuid.UUID) -> bytes:
        """The key of a file of this folder that is sealed now."""
        return self.of(self.version).file_key(file)

    def of(self, version: int) -> Cipher:
        """The cipher of one version, unwrapped when it is first asked for."""
        if version not in self._keys:
            raise VaultError("version")
        if version not in self._opened:
            self._opened[version] = open_key(self._dossier, *self._keys[version])
        return self._opened[version]


def open_keys(dossier: uuid.UUID, keys: list[Wrapped]) -> Cipher | Ciphers:
    """What opens and seals a folder, from the columns of its usable key rows.

    ``VaultError`` when there is none left: the organisation whose key wrapped them was cut off.
    """
    if not keys:
        raise VaultError("organisation cut off")
    return open_key(dossier, *keys[0]) if len(keys) == 1 else Ciphers(dossier, keys)


def keys_of(dossier: uuid.UUID) -> list[Wrapped]:
    """The usable keys of a folder. ``NoKey`` when the actor may not see one, or it was erased."""
    rows = DossierKey.objects.filter(dossier_id=dossier)
    found = list(rows.values_list("organisation_key__destroyed_at", *KEY_COLUMNS))
    if not found:
        raise NoKey("no key")
    return [Wrapped(*columns) for destroyed_at, *columns in found if destroyed_at is None]


def open_version(dossier: uuid.UUID, version: int) -> Cipher:
    """The folder's cipher in one version, for what names its version beside it, such as a file."""
    keys = [key for key in keys_of(dossier) if key.version == version]
    if not keys:
        raise VaultError("version")
    return open_key(dossier, *keys[0])


def open_key(dossier: uuid.UUID, version: int, wrapped_by: uuid.UUID, wrapped: Any, commit: Any) -> Cipher:
    """A dossier's cipher from the columns of its key row."""
    prk = unwrap(organisation_kek(wrapped_by), bytes(wrapped), key_place(dossier, version), bytes(commit))
    return Cipher(dossier, version, prk)


def key_place(dossier: uuid.UUID, version: int) -> bytes:
    """What a wrapped dossier key is bound to."""
    return b"".join((_PLACE, dossier.bytes, _FOUR, version.to_bytes(4, "big")))


def packed_keys(table: str) -> RawSQL:
    """All versions of a row's key as one value, for ``unpacked``."""
    return RawSQL(_KEYS.format(table=table), [], models.BinaryField())  # noqa: S611


def unpacked(packed: bytes | None) -> list[Wrapped]:
    """The keys in a value of ``packed_keys``. ``NoKey`` where it is NULL."""
    if packed is None:
        raise NoKey("no key")
    rows = _PACKED.iter_unpack(packed)
    return [Wrapped(version, uuid.UUID(bytes=by), wrapped, commit) for version, by, commit, wrapped in rows]
