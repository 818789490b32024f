"""The sealed files come back beside the database."""

import os
import re
import shutil
from pathlib import Path
from secrets import token_hex
from typing import Any

from foundation.backup.errors import BackupError

UNFINISHED = ".restoring"
_SAFE = re.compile(r"[0-9A-Za-z_.-]+(/[0-9A-Za-z_.-]+)*")


def require_empty(store: Path) -> None:
    """Refuse a store that holds a file; what a restore that was killed left there goes."""
    for draft in store.parent.glob(f"{store.name}.restoring-*"):
        shutil.rmtree(draft)
    if (store / UNFINISHED).exists():
        shutil.rmtree(store)
    if store.is_dir() and any(path.is_file() for path in store.rglob("*")):
        raise BackupError(f"{store} is not empty: files of another installation would be mixed up with these")
    if store.is_dir():
        shutil.rmtree(store)


def hand_over(path: Path) -> None:
    """Let what root has put there belong to the account that its directory belongs to."""
    if os.geteuid() == 0:
        owner = path.parent.stat()
        os.chown(path, owner.st_uid, owner.st_gid)


class Files:
    """The sealed files: into a directory beside, which takes the place of an empty one in the end."""

    def __init__(self, store: Path) -> None:
        self.store, self.n = store, 0
        self.draft = store.with_name(f"{store.name}.restoring-{token_hex(4)}")
        self.open: tuple[str, Any] | None = None
        self.is_there = False

    def take(self, name: str, part: bytes) -> None:
        """The next part of a file."""
        if not _SAFE.fullmatch(name) or ".." in name.split("/"):
            raise BackupError(f"the archive names a file that cannot be one: {name}")
        if self.open is None or self.open[0] != name:
            self._close()
            path = self.draft / name
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.open = (name, os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb"))
            self.n += 1
        self.open[1].write(part)

    def _close(self) -> None:
        if self.open is not None:
            self.open[1].flush()
            os.fsync(self.open[1].fileno())
            self.open[1].close()
            self.open = None

    def finish(self) -> None:
        """Into place."""
        self._close()
        if self.n == 0:
            return
        owner = self.store.stat() if self.store.exists() else self.store.parent.stat()
        (self.draft / UNFINISHED).touch()
        if self.store.exists():
            self.store.rmdir()
        self.draft.rename(self.store)
        self.is_there = True
        if os.geteuid() == 0:
            for path in (self.store, *self.store.rglob("*")):
                os.chown(path, owner.st_uid, owner.st_gid)

    def unmark(self) -> None:
        """The restore has ended well."""
        (self.store / UNFINISHED).unlink(missing_ok=True)

    def forget(self) -> None:
        """Remove what was brought back."""
        self._close()
        for root in (self.draft, *([self.store] if self.is_there else [])):
            shutil.rmtree(root, ignore_errors=True)
