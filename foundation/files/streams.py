"""Files as streams of sealed chunks (libsodium's secretstream), bound to their place: read whole, or not at all.

``0x01 version | 0x02 algorithm | u32 key version | 24 B header | chunk …``. Each chunk holds 64 KiB of plaintext, the last
one what is left; that one carries the FINAL tag. The plaintext is ``u64 length | content | zeros``, rounded up as in PADMÉ
(12 % at most), so that a thief with the disk cannot tell a known form by its size. Associated data of every chunk: the
stage, dossier, file and key version. Everything fails closed with ``VaultError`` (safety.md §2).
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO
from uuid import UUID

from nacl import bindings as sodium

from foundation.vault.crypto import VaultError, lengths

CHUNK = 64 * 1024
SMALLEST = 4096
_HEAD, _U32, _U64 = b"\x01\x02", struct.Struct(">I"), struct.Struct(">Q")
_LENGTH = 8
_TAG = sodium.crypto_secretstream_xchacha20poly1305_ABYTES
_HEADER = sodium.crypto_secretstream_xchacha20poly1305_HEADERBYTES
_MESSAGE = sodium.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE
_FINAL = sodium.crypto_secretstream_xchacha20poly1305_TAG_FINAL
INCOMING, KEPT = b"incoming", b"kept"
"""The stages: as it was handed in, and as it is kept after the check. Neither opens as the other."""


@dataclass(frozen=True)
class Place:
    """What a stream is bound to, and the key that opens it (``Cipher.file_key``) in its version."""

    stage: bytes
    dossier: UUID
    file: UUID
    version: int
    key: bytes

    @property
    def head(self) -> bytes:
        """The bytes before libsodium's header."""
        return _HEAD + _U32.pack(self.version)

    @property
    def bound(self) -> bytes:
        """The associated data of every chunk."""
        return lengths(b"amparo.file", self.stage, self.dossier.bytes, self.file.bytes, self.head)


@dataclass(frozen=True)
class Opened:
    """A stream whose first chunk was verified: the length of its content in bytes, and the content piece by piece.

    The pieces end with ``VaultError`` unless the last chunk says that it is the last and nothing follows. The last piece
    is given out only after that, so that fewer bytes than ``length`` were given out whenever something is wrong.
    """

    length: int
    pieces: Iterator[bytes]

    def whole(self) -> bytes:
        """All of it."""
        return b"".join(self.pieces)


def rounded(size: int) -> int:
    """What ``size`` bytes are padded to (PADMÉ): only the first few binary digits of a length show."""
    size = max(size, SMALLEST)
    exponent = size.bit_length() - 1
    low = (1 << (exponent - exponent.bit_length())) - 1
    return (size + low) & ~low


def seal(place: Place, content: bytes) -> Iterator[bytes]:
    """The stream of a content, a chunk at a time; each call gives another one."""
    state = sodium.crypto_secretstream_xchacha20poly1305_state()
    yield place.head + sodium.crypto_secretstream_xchacha20poly1305_init_push(state, place.key)
    total = rounded(_LENGTH + len(content))
    for start in range(0, total, CHUNK):
        end = min(start + CHUNK, total)
        tag = _FINAL if end == total else _MESSAGE
        yield sodium.crypto_secretstream_xchacha20poly1305_push(state, _plain(content, start, end), place.bound, tag)


def _plain(content: bytes, start: int, end: int) -> bytes:
    """This part of ``length | content | zeros``."""
    part = content[max(start - _LENGTH, 0) : end - _LENGTH]
    if start == 0:
        part = _U64.pack(len(content)) + part
    return part.ljust(end - start, b"\0")


def unseal(place: Place, source: BinaryIO) -> Opened:
    """Open a stream; the first chunk is verified at once. Closes ``source`` when the pieces were read, or on an error."""
    chunks = _chunks(place, source)
    first = next(chunks)
    if len(first) < _LENGTH:
        raise VaultError("file length")
    (length,) = _U64.unpack_from(first)
    return Opened(length, _content(length, first[_LENGTH:], chunks))


def _chunks(place: Place, source: BinaryIO) -> Iterator[bytes]:
    """The verified plaintext of each chunk: all full but the last, which is marked, and after which nothing comes."""
    with source:
        if source.read(len(place.head)) != place.head:
            raise VaultError("file head")
        state = sodium.crypto_secretstream_xchacha20poly1305_state()
        _start(state, source.read(_HEADER), place.key)
        tag = _MESSAGE
        while tag != _FINAL:
            plain, tag = _pull(state, source.read(CHUNK + _TAG), place.bound)
            if tag == _FINAL and source.read(1):
                raise VaultError("bytes after the end of a file")
            yield plain


def _start(state: sodium.crypto_secretstream_xchacha20poly1305_state, header: bytes, key: bytes) -> None:
    try:
        sodium.crypto_secretstream_xchacha20poly1305_init_pull(state, header, key)
    except (ValueError, RuntimeError) as problem:
        raise VaultError("file header") from problem


def _pull(state: sodium.crypto_secretstream_xchacha20poly1305_state, sealed: bytes, bound: bytes) -> tuple[bytes, int]:
    """A chunk's plaintext and tag. A stream that stops at the border of a chunk ends here: no bytes are no chunk."""
    try:
        plain, tag = sodium.crypto_secretstream_xchacha20poly1305_pull(state, sealed, bound)
    except (ValueError, RuntimeError) as problem:
        raise VaultError("file chunk") from problem
    if tag not in (_MESSAGE, _FINAL) or not plain or (tag == _MESSAGE and len(plain) != CHUNK):
        raise VaultError("file chunk")
    return plain, tag


def _content(length: int, first: bytes, chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The content without length and padding; its last piece is held back until the end was seen."""
    held, left, total = first[:length], length - len(first[:length]), _LENGTH + len(first)
    _require_zeros(first[length:])
    for plain in chunks:
        total += len(plain)
        _require_zeros(plain[left:])
        if left:
            yield held
            held, left = plain[:left], left - len(plain[:left])
    if total != rounded(_LENGTH + length):
        raise VaultError("file length")
    yield held


def _require_zeros(padding: bytes) -> None:
    if padding.count(0) != len(padding):
        raise VaultError("file padding")
