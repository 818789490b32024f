"""The primitives: AES-256-GCM bound to its place, HKDF-SHA256, length padding. No negotiation, no options.

Token: ``0x01 version | 0x01 algorithm | u32 key version | 12 B nonce | ciphertext | 16 B tag``.
Associated data: length-prefixed (context, table, field), then dossier id, row id and key version, all of fixed width.
Plaintext is padded with its length inside to 32, 64, 128, 256, … bytes, so that a length tells little.
Everything fails closed with ``VaultError``; no message says why in detail.
"""

import hmac
import os
import struct
from functools import lru_cache
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from foundation.core.errors import Unreadable
from foundation.vault.meter import tick

_U32 = struct.Struct(">I")
_HEAD = b"\x01\x01"
_NONCE, _TAG, _SMALLEST = 12, 16, 32


class VaultError(Unreadable):
    """A token, a key or its place is not what it must be. Nothing was decrypted."""


class NoKey(VaultError):
    """There is no key for this actor: it was never theirs, or the folder was erased. Not a fault."""


def lengths(*parts: bytes) -> bytes:
    """Length-prefixed concatenation, so that no two different lists give the same bytes."""
    return b"".join(struct.pack(">H", len(part)) + part for part in parts)


def extract(key: bytes) -> bytes:
    """HKDF-Extract (RFC 5869) with an empty salt."""
    return hmac.digest(bytes(32), key, "sha256")


def expand(prk: bytes, info: bytes) -> bytes:
    """HKDF-Expand (RFC 5869), one block: 32 bytes."""
    return hmac.digest(prk, info + b"\x01", "sha256")


def pad(plain: bytes) -> bytes:
    """Length and plaintext in the next bucket."""
    size = _SMALLEST
    while size < len(plain) + 4:
        size *= 2
    return _U32.pack(len(plain)) + plain + bytes(size - len(plain) - 4)


def unpad(padded: bytes) -> bytes:
    """The plaintext inside; refuses a length that does not fit or padding that is not zero."""
    (length,) = _U32.unpack_from(padded)
    if length > len(padded) - 4 or any(padded[4 + length :]):
        raise VaultError("padding")
    return padded[4 : 4 + length]


@lru_cache(maxsize=512)
def _place(context: bytes, table: str, field: str) -> bytes:
    return lengths(context, table.encode(), field.encode())


def wrap(kek: AESGCM, key: bytes, place: bytes) -> bytes:
    """A key under a key: nonce and ciphertext, bound to its place."""
    nonce = os.urandom(_NONCE)
    return nonce + kek.encrypt(nonce, key, place)


def unwrap(kek: AESGCM, wrapped: bytes, place: bytes, commit: bytes) -> bytes:
    """The wrapped key's pseudo-random key, after its commitment was checked."""
    return checked(bare(kek, wrapped, place), commit)


def bare(kek: AESGCM, wrapped: bytes, place: bytes) -> bytes:
    """The wrapped key as it was drawn, to be wrapped anew; its commitment is for the caller to check."""
    try:
        return kek.decrypt(wrapped[:_NONCE], wrapped[_NONCE:], place)
    except (InvalidTag, ValueError) as problem:
        raise VaultError("unwrap") from problem


def checked(key: bytes, commit: bytes) -> bytes:
    """The pseudo-random key of an unwrapped key; ``VaultError`` unless it is the very key that was committed to."""
    prk = extract(key)
    if not hmac.compare_digest(commitment(prk), commit):
        raise VaultError("commit")
    return prk


def commitment(prk: bytes) -> bytes:
    """16 bytes that only this key gives; makes AES-GCM committing."""
    return expand(prk, b"commit")[:16]


def version_of(token: bytes) -> int:
    """The version of the key that a token names. Nothing is opened; ``VaultError`` for what cannot be a token."""
    if len(token) < 6:
        raise VaultError("token")
    (version,) = _U32.unpack_from(token, 2)
    return int(version)


class Cipher:
    """Seals and opens the fields of one dossier under one version of its key."""

    __slots__ = ("_head", "_key", "_prk", "_tail", "dossier", "version")

    def __init__(self, dossier: UUID, version: int, prk: bytes) -> None:
        self.dossier, self.version = dossier.bytes, version
        self._tail = _U32.pack(version)
        self._head = _HEAD + self._tail
        self._prk = prk
        self._key = AESGCM(expand(prk, b"field"))
        tick()

    def file_key(self, file: UUID) -> bytes:
        """The key of one file of this dossier, 32 bytes; it opens no other (safety.md §2)."""
        return expand(self._prk, b"file|" + file.bytes)

    def seal(self, table: str, field: str, row: UUID, plain: bytes) -> bytes:
        """A token for this very place; the same text gives another token each time."""
        nonce = os.urandom(_NONCE)
        return self._head + nonce + self._key.encrypt(nonce, pad(plain), self._aad(table, field, row))

    def open(self, table: str, field: str, row: UUID, token: bytes) -> bytes:
        """The plaintext of a token; ``VaultError`` for any other place, key, version or byte."""
        if token[:6] != self._head or len(token) < 6 + _NONCE + _TAG + _SMALLEST:
            raise VaultError("token")
        tick()
        try:
            return unpad(self._key.decrypt(token[6:18], token[18:], self._aad(table, field, row)))
        except InvalidTag as problem:
            raise VaultError("tag") from problem

    def _aad(self, table: str, field: str, row: UUID) -> bytes:
        return b"".join((_place(b"amparo.field", table, field), self.dossier, row.bytes, self._tail))
