"""The erasure ledger: a file outside the database that says which folders were erased (safety.md §2; HS-23).

A backup brings back rows and keys; this file, kept on another mount, takes the erased ones away again before anybody
works with a restored database. It is only ever added to. Each line carries the hash of everything before it:

    number, time (UTC), why, id of the folder, SHA-256(hash of the line before | number time why id)

Line 0 names the ledger itself. Lines are written and fsynced *before* the commit that destroys the keys: a crash in between
leaves a line whose keys still exist, and the next sweep finishes it (``erasing.reconcile``). The ids are random.
"""

import fcntl
import os
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.utils.translation import gettext as _

from foundation.core.disk import sync_directory
from foundation.core.errors import DomainError

START = sha256(b"amparo erasures 1").hexdigest()
LEDGER = "ledger"
LONGEST_LINE = 512


class LedgerError(DomainError):
    """The ledger is missing, damaged, cut off, another one, or cannot be written. What needs it is refused."""

    status = 503


def missing() -> LedgerError:
    """No file where the setting points."""
    return LedgerError(
        "ledger.missing", _("The erasure ledger is not where it should be. Mount it or bring its copy back.")
    )


def damaged(number: int) -> LedgerError:
    """A line does not follow from the one before."""
    text = _("The erasure ledger was changed or damaged at line %(number)d. Bring its copy back.")
    return LedgerError("ledger.damaged", text % {"number": number})


@dataclass(frozen=True)
class Line:
    """One erased folder; of line 0, the ledger's own id."""

    number: int
    at: str
    why: str
    id: uuid.UUID
    hash: str

    @classmethod
    def after(cls, number: int, previous: str, why: str, pk: uuid.UUID, at: str) -> "Line":
        """The line that follows the one with the hash ``previous``."""
        text = f"{number} {at} {why} {pk}"
        return cls(number, at, why, pk, sha256(f"{previous}|{text}".encode()).hexdigest())

    @classmethod
    def parse(cls, raw: bytes, number: int) -> "Line":
        """The line as it stands, byte for byte as it would be written; its hash is not checked here."""
        try:
            said, at, why, pk, digest = raw.decode("ascii").split(" ")
            line = cls(int(said), at, why, uuid.UUID(pk), digest)
        except ValueError:
            raise damaged(number) from None
        if str(line).encode() != raw:  # a number or an id can be spelled in other ways
            raise damaged(number)
        return line

    def follows(self, previous: str, number: int) -> bool:
        """Whether it is the line ``number`` after the one with the hash ``previous``."""
        return self == Line.after(number, previous, self.why, self.id, self.at)

    def __str__(self) -> str:
        return f"{self.number} {self.at} {self.why} {self.id} {self.hash}"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


@dataclass(frozen=True)
class Ledger:
    """The file. Several processes may append: each holds its lock while it writes."""

    path: Path

    @classmethod
    def of_installation(cls) -> "Ledger":
        """Where ``AMPARO_LEDGER`` says."""
        if not settings.ERASURE_LEDGER:
            raise missing()
        return cls(Path(settings.ERASURE_LEDGER))

    def create(self) -> Line:
        """A new ledger with its line 0; ``FileExistsError`` rather than replace one."""
        first = Line.after(0, START, LEDGER, uuid.uuid4(), _now())
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(f"{first}\n".encode())
            file.flush()
            os.fsync(file.fileno())
        sync_directory(self.path.parent)
        return first

    def append(self, erased: Iterable[tuple[str, uuid.UUID]]) -> list[Line]:
        """Write down (why, folder) and return only when the disk has it; ``LedgerError`` when it has not."""
        with self._locked() as file:
            last, end = _tail(file)
            lines: list[Line] = []
            for why, pk in erased:
                before = lines[-1] if lines else last
                lines.append(Line.after(before.number + 1, before.hash, why, pk, _now()))
            _write(file, end, "".join(f"{line}\n" for line in lines).encode())
        return lines

    @contextmanager
    def _locked(self) -> Iterator[BinaryIO]:
        try:
            file = self.path.open("r+b", buffering=0)
        except FileNotFoundError:
            raise missing() from None
        except OSError as problem:
            raise _unwritable() from problem
        with file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield file

    def lines(self) -> Iterator[Line]:
        """Every line from 0 on, each checked against the one before; an unfinished last line was never confirmed."""
        try:
            file = self.path.open("rb")
        except OSError:
            raise missing() from None
        previous = START
        with file:
            fcntl.flock(file, fcntl.LOCK_SH)
            for number, raw in enumerate(file):
                if not raw.endswith(b"\n"):
                    return
                line = Line.parse(raw[:-1], number)
                if not line.follows(previous, number):
                    raise damaged(number)
                previous = line.hash
                yield line


def _tail(file: BinaryIO) -> tuple[Line, int]:
    """The last whole line and where it ends; what a crash left unfinished behind it is cut off."""
    size = file.seek(0, os.SEEK_END)
    start = file.seek(max(0, size - 2 * LONGEST_LINE))
    whole, found, _torn = file.read(2 * LONGEST_LINE).rpartition(b"\n")
    if not found:
        raise damaged(0)
    end = start + len(whole) + 1
    if end < size:
        file.truncate(end)
    return Line.parse(whole.rpartition(b"\n")[2], -1), end


def _write(file: BinaryIO, end: int, data: bytes) -> None:
    """All of it on the disk, or nothing of it."""
    try:
        file.seek(end)
        left = memoryview(data)
        while left:
            left = left[file.write(left) :]
        os.fsync(file.fileno())
    except OSError as problem:
        with suppress(OSError):
            file.truncate(end)
        raise _unwritable() from problem


def _unwritable() -> LedgerError:
    return LedgerError(
        "ledger.unwritable", _("The erasure ledger cannot be written. Nothing was erased. Tell the administrator.")
    )
