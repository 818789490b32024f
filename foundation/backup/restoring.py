"""Bring a backup back into an empty database: data, then what must be gone again, then keys, then proof that it holds.

The erasure ledger is applied *before* any key is there, and a key of an erased folder is never loaded: at no moment can
it be read. A mark in the database keeps the application from starting until the last check has passed; when anything fails,
all that was brought back is removed again.
"""

import os
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from foundation.backup import archive, canary, keys, making, trail
from foundation.backup.checking import Pair, pair
from foundation.backup.database import KEY_TABLES, MARKER, Restoring, connected, snapshot
from foundation.backup.emptiness import require_empty, wipe
from foundation.backup.errors import BackupError
from foundation.backup.files import Files, hand_over
from foundation.core.errors import DomainError
from foundation.dossiers import erasing
from foundation.dossiers.ledger import Ledger, LedgerError

Say = Callable[[str], None]


@dataclass(frozen=True)
class Restored:
    """What came back."""

    pair: Pair
    n_rows: int
    n_keys: int
    n_erased: int
    n_opened: int


def restore(
    data: Path, key_archive: Path, identities: list[Any], say: Say, *, ledger_of_archive: bool = False
) -> Restored:
    """Everything or nothing. ``BackupError`` says what is wrong; the database is as empty then as it was before.

    ``ledger_of_archive``: the ledger is lost for good, take the one that lies in the archive. What was erased after the
    backup then comes back.
    """
    found = pair(data, key_archive, identities)
    say(f"both archives are whole: {found.data.made_at}")
    require_empty()
    with ExitStack() as undo:
        done = _Restore(data, key_archive, identities, found, say, undo).all(ledger_of_archive=ledger_of_archive)
        undo.pop_all()
    return done


class _Restore:
    """One restore; ``undo`` collects what takes back what was done."""

    def __init__(
        self, data: Path, key_archive: Path, identities: list[Any], found: Pair, say: Say, undo: ExitStack
    ) -> None:
        self.data, self.keys, self.identities = data, key_archive, identities
        self.found, self.say, self.undo = found, say, undo
        self.files = Files(Path(settings.FILES_PATH))

    def all(self, *, ledger_of_archive: bool) -> Restored:
        """Each step in its order; none may be left out."""
        self._ledger(is_taken=ledger_of_archive)
        self._mark()
        n_rows = self._data()
        trail.count_on(self.found.data.last_xid)
        n_erased = erasing_applied()
        self.say(f"the erasure ledger is applied: {n_erased} folders")
        keys.bring_keyring(self.keys, self.identities, self.undo)
        n_keys = keys.bring(self.keys, self.identities, self.found.keys)
        self.say(f"{n_keys} keys are back; none of an erased folder")
        n_opened = canary.sing()
        self.say(f"{n_opened} samples were decrypted with them")
        trail.verify(self.found.data.head)
        self.say("the trail holds from the head of the backup on")
        if self.found.data.head:
            self.say(trail.seal_on())
        self._unmark()
        return Restored(self.found, n_rows, n_keys, n_erased, n_opened)

    def _ledger(self, *, is_taken: bool) -> None:
        """The ledger of this very installation must be there before anything else."""
        if is_taken:
            self._ledger_of_archive()
        try:
            ledger = Ledger.of_installation()
            first = next(ledger.lines())
            hand_over(ledger.path)
        except LedgerError as problem:
            raise BackupError(
                f"{problem.message} ({settings.ERASURE_LEDGER or 'AMPARO_LEDGER is not set'}). What was erased would come back"
                " without it; if every copy is lost, see --ledger-of-archive"
            ) from None
        if str(first.id) != self.found.data.installation:
            raise BackupError("the erasure ledger belongs to another installation than the backup")

    def _ledger_of_archive(self) -> None:
        path = Path(settings.ERASURE_LEDGER)
        if path.exists():
            raise BackupError(f"{path} is there: the ledger is not lost, so it is the one to use")
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.undo.callback(path.unlink, missing_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            archive.read(self.data, self.identities, lambda n, part: _write_if(n == making.LEDGER, file, part))
            file.flush()
            os.fsync(file.fileno())

    def _mark(self) -> None:
        self.undo.callback(wipe)
        with connected("owner") as owner:
            owner.execute(f"CREATE TABLE {MARKER} (since timestamptz NOT NULL DEFAULT now())")
            owner.execute(f"INSERT INTO {MARKER} DEFAULT VALUES")

    def _unmark(self) -> None:
        with connected("owner") as owner:
            owner.execute(f"DROP TABLE {MARKER}")
        self.files.unmark()

    def _data(self) -> int:
        """The database in one transaction, the files beside it; then every table has as many rows as was said."""
        restoring, files = Restoring(), self.files
        self.undo.callback(files.forget)

        def take(stream: str, part: bytes) -> None:
            if stream == making.DATABASE:
                restoring.feed(part)
            elif stream.startswith(f"{making.FILES}/"):
                files.take(stream.removeprefix(f"{making.FILES}/"), part)

        with ExitStack() as undo:
            undo.callback(restoring.give_up)
            archive.read(self.data, self.identities, take)
            undo.pop_all()
        restoring.finish()
        files.finish()
        n_rows = self._compare(self.found.data.counts, without=KEY_TABLES)
        self.say(f"{n_rows:,} rows and {files.n} files are back")
        return n_rows

    def _compare(self, wanted: dict[str, int], without: tuple[str, ...] = ()) -> int:
        left_out = {f"public.{name}" for name in without}
        with snapshot() as moment:
            found = moment.counts()
        wrong = [
            f"{table}: {found.get(table)} instead of {n}"
            for table, n in wanted.items()
            if table not in left_out and found.get(table) != n
        ]
        if wrong:
            raise BackupError(f"rows are missing or too many: {', '.join(wrong)}")
        return sum(n for table, n in found.items() if table not in left_out)


def _write_if(is_wanted: bool, file: Any, part: bytes) -> None:
    if is_wanted:
        file.write(part)


def erasing_applied() -> int:
    """Erase what the ledger calls erased, and tidy up what hangs on it; the number of folders that are erased now."""
    try:
        erasing.reconcile(is_whole=True)
    except DomainError as problem:
        raise BackupError(problem.message) from None
    with snapshot() as moment:
        return int(moment.one("SELECT count(*) FROM dossiers_dossier WHERE erased_at IS NOT NULL"))
