"""The inside of an archive: a plain tar stream, so that ``age -d … | tar x`` opens it without Amparo too.

A stream of unknown length (the dump of the database) is cut into numbered parts, ``database/000001`` and so on: ``cat`` puts
it together again. The last member is ``manifest.json``.
"""

import tarfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO

from foundation.backup import age
from foundation.backup.errors import BackupError
from foundation.backup.manifest import Manifest

PART = 4 * 1024 * 1024
BLOCK = 512
MANIFEST = "manifest.json"
Take = Callable[[str, bytes], None]


@dataclass(frozen=True)
class Stream:
    """Something to keep: a name and its bytes."""

    name: str
    blocks: Iterable[bytes]


def packed(streams: Iterable[Stream], finished: Callable[[], Manifest]) -> Iterator[bytes]:
    """The tar of these streams; ``finished`` is asked for the manifest when all of them were read."""
    known: dict[str, dict[str, Any]] = {}
    for stream in streams:
        digest, size, number = sha256(), 0, 0
        for number, part in enumerate(_parts(stream.blocks), start=1):
            digest.update(part)
            size += len(part)
            yield from _member(f"{stream.name}/{number:06d}", part)
        if number:
            known[stream.name] = {"sha256": digest.hexdigest(), "size": size, "parts": number}
    manifest = finished()
    manifest.streams = known
    yield from _member(MANIFEST, manifest.encode())
    yield bytes(2 * BLOCK)


def _parts(blocks: Iterable[bytes]) -> Iterator[bytes]:
    waiting = bytearray()
    for block in blocks:
        waiting += block
        while len(waiting) >= PART:
            yield bytes(waiting[:PART])
            del waiting[:PART]
    if waiting:
        yield bytes(waiting)


def _member(name: str, data: bytes) -> Iterator[bytes]:
    facts = tarfile.TarInfo(name)
    facts.size, facts.mode = len(data), 0o600
    yield facts.tobuf(tarfile.PAX_FORMAT)
    yield data + bytes(-len(data) % BLOCK)


def read(path: Path, by: list[Any], take: Take) -> Manifest:
    """Walk through an archive from beginning to end; ``take`` gets (stream, bytes) part by part.

    Everything is checked on the way and at the end: ``BackupError`` unless the archive is whole and what it says it is.
    """
    with age.opened(path, by) as plain:
        walk = _Walk(take)
        try:
            manifest = walk.through(plain)
        except (tarfile.TarError, EOFError) as problem:
            raise BackupError(f"{path} is damaged: {problem}") from None
        while plain.read(PART):
            pass
    if manifest is None:
        raise BackupError(f"{path} holds no manifest: it is not a whole archive of Amparo")
    if walk.streams() != manifest.streams:
        raise BackupError(f"{path} does not hold what its manifest says")
    return manifest


class _Walk:
    """Hashes what comes by."""

    def __init__(self, take: Take) -> None:
        self.take = take
        self.known: dict[str, tuple[Any, int, int]] = {}

    def through(self, plain: BinaryIO) -> Manifest | None:
        with tarfile.open(fileobj=plain, mode="r|", format=tarfile.PAX_FORMAT) as tar:
            for member in tar:
                content = tar.extractfile(member)
                data = content.read() if content and member.size <= PART else None
                if data is None:
                    raise BackupError(f"there is a strange member in the archive: {member.name}")
                if member.name == MANIFEST:
                    return Manifest.decode(data)
                self._count(member.name, data)
        return None

    def _count(self, name: str, data: bytes) -> None:
        stream, _slash, number = name.rpartition("/")
        digest, size, parts = self.known.get(stream, (sha256(), 0, 0))
        if number != f"{parts + 1:06d}":
            raise BackupError(f"a part is missing in the archive before {name}")
        digest.update(data)
        self.known[stream] = (digest, size + len(data), parts + 1)
        self.take(stream, data)

    def streams(self) -> dict[str, dict[str, Any]]:
        return {
            name: {"sha256": digest.hexdigest(), "size": size, "parts": parts}
            for name, (digest, size, parts) in self.known.items()
        }


def nothing(_stream: str, _data: bytes) -> None:
    """For who only wants to know whether the archive is whole."""
