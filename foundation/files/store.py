"""Where the sealed files lie: a directory of one's own, random names, ciphertext only.

The interface is four functions, so that an object store can follow. A file is there as a whole or not at all: it is
written beside, flushed to the disk and moved into place.
"""

import errno
import logging
import os
import re
import secrets
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Protocol

from django.conf import settings
from django.utils.translation import gettext as _

from foundation.core.disk import sync_directory
from foundation.core.errors import DomainError, Gone

logger = logging.getLogger("amparo.files")
_NAME = re.compile(r"[0-9a-f]{32}")
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
DRAFTS = "drafts"


class NoRoom(DomainError):
    """The place where files lie is full (507)."""

    status = 507


class OutOfOrder(DomainError):
    """The place where files lie cannot be written or read (503)."""

    status = 503


class Store(Protocol):
    """A place for sealed files."""

    def write(self, chunks: Iterable[bytes]) -> str:
        """Keep a stream for good; the random name under which it lies. ``NoRoom`` or ``OutOfOrder``, and nothing is left."""
        ...

    def open(self, name: str) -> BinaryIO:
        """The stream of this name; ``Gone`` when it is not there."""
        ...

    def remove(self, name: str) -> None:
        """Destroy what lies under this name, if anything does."""
        ...

    def names(self) -> Iterator[tuple[str, float]]:
        """Everything that lies there, with its age in seconds; what was never finished too."""
        ...


class DirectoryStore:
    """A directory that only the application's account may enter (0700)."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def write(self, chunks: Iterable[bytes]) -> str:
        """Beside, to the disk, into place: a crash leaves a whole file or a draft that the next tidying removes."""
        name = secrets.token_hex(16)
        place, draft = self._path(name), self.root / DRAFTS / name
        try:
            self._make(draft.parent, place.parent)
            self._write(draft, chunks)
            draft.rename(place)
            sync_directory(place.parent)
        except OSError as problem:
            with suppress(OSError):
                draft.unlink(missing_ok=True)
            raise _refusal(problem) from problem
        return name

    def _make(self, *directories: Path) -> None:
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        for directory in directories:
            if not directory.is_dir():
                directory.mkdir(mode=0o700, exist_ok=True)
                sync_directory(self.root)

    def _write(self, draft: Path, chunks: Iterable[bytes]) -> None:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            for chunk in chunks:
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())

    def open(self, name: str) -> BinaryIO:
        """The file, buffered: a read gives as much as was asked for unless the file ends."""
        try:
            return self._path(name).open("rb")
        except FileNotFoundError as problem:
            logger.error("a file is not in the store", extra={"code": "missing"})
            raise Gone(
                "file.missing", _("The file is not in the store any more. Tell your administrator.")
            ) from problem
        except OSError as problem:
            raise _refusal(problem) from problem

    def remove(self, name: str) -> None:
        """Unlink it, and let the directory say so for good."""
        place = self._path(name)
        for path in (place, self.root / DRAFTS / name):
            path.unlink(missing_ok=True)
        if place.parent.is_dir():
            sync_directory(place.parent)

    def names(self) -> Iterator[tuple[str, float]]:
        """One pass over the directory."""
        for path in self.root.glob("*/*"):
            if _NAME.fullmatch(path.name):
                try:
                    yield path.name, time.time() - path.stat().st_mtime
                except FileNotFoundError:
                    continue

    def _path(self, name: str) -> Path:
        """Never a name that somebody chose: 32 hexadecimal digits, in one of 256 directories."""
        if not _NAME.fullmatch(name):
            raise ValueError("not a name of the store")
        return self.root / name[:2] / name


def store() -> Store:
    """The installation's store (setting ``FILES_PATH``, environment ``AMPARO_FILES``)."""
    return DirectoryStore(Path(settings.FILES_PATH))


def _refusal(problem: OSError) -> DomainError:
    """What went wrong with the disk, in words; the log gets the code."""
    logger.error("the store of files failed", extra={"code": errno.errorcode.get(problem.errno or 0, "unknown")})
    if problem.errno in _FULL:
        message = _("There is no room left to keep files. Nothing was kept. Tell your administrator.")
        return NoRoom("file.no_room", message, "file")
    message = _("Files cannot be kept at this moment. Nothing was kept. Tell your administrator.")
    return OutOfOrder("file.store", message, "file")
