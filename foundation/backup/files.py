"""The sealed files come back beside the database.

They are written where they belong, which may be a mount of its own. A mark lies there until the restore has ended well: what
is found beside it is of a restore that was killed.
"""

import os
import re
import shutil
from pathlib import Path
from typing import Any

from foundation.backup.errors import BackupError

UNFINISHED = ".restoring"
_SAFE = re.compile(r"[0-9A-Za-z_-][0-9A-Za-z_.-]*(/[0-9A-Za-z_-][0-9A-Za-z_.-]*)*")


def require_empty(store: Path) -> None:
    """Refuse a store that holds a file; what a restore that was killed left there goes."""
    if (store / UNFINISHED).exists():
        _empty(store)
    if store.is_dir() and any(path.is_file() for path in store.rglob("*")):
        raise BackupError(f"{store} is not empty: files of another installation would be mixed up with these")


def _empty(store: Path) -> None:
    """The mark goes last: a second interruption still finds it."""
    mark = store / UNFINISHED
    for path in store.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path != mark:
            path.unlink()
    mark.unlink(missing_ok=True)


def hand_over(path: Path) -> None:
    """Let what root has put there belong to the account that its directory belongs to."""
    if os.geteuid() == 0:
        owner = path.parent.stat()
        os.chown(path, owner.st_uid, owner.st_gid)


class Files:
    """The sealed files, into a store that holds none."""

    def __init__(self, store: Path) -> None:
        self.store, self.n = store, 0
        self.open: tuple[str, Any] | None = None

    def take(self, name: str, part: bytes) -> None:
        """The next part of a file."""
        if not _SAFE.fullmatch(name):
            raise BackupError(f"the archive names a file that cannot be one: {name}")
        if self.open is None or self.open[0] != name:
            self._close()
            self.open = (name, self._begun(self.store / name))
            self.n += 1
        self.open[1].write(part)

    def _begun(self, path: Path) -> Any:
        if self.n == 0:
            if not self.store.is_dir():
                self.store.mkdir(mode=0o700, parents=True)
                hand_over(self.store)
            (self.store / UNFINISHED).touch()
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")

    def _close(self) -> None:
        if self.open is not None:
            self.open[1].flush()
            os.fsync(self.open[1].fileno())
            self.open[1].close()
            self.open = None

    def finish(self) -> None:
        """All of them were taken: whole, on the disk, and the application's."""
        self._close()
        if self.n and os.geteuid() == 0:
            owner = self.store.stat()
            for path in self.store.rglob("*"):
                os.chown(path, owner.st_uid, owner.st_gid)

    def unmark(self) -> None:
        """The restore has ended well."""
        (self.store / UNFINISHED).unlink(missing_ok=True)

    def forget(self) -> None:
        """Remove what was brought back."""
        self._close()
        if (self.store / UNFINISHED).exists():
            _empty(self.store)
