"""The keys come back: the keyring, where the root keys lie in a file, and the key tables without what was erased."""

import os
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from psycopg import sql

from foundation.backup import archive, making
from foundation.backup.database import KEY_TABLES, connected, snapshot
from foundation.backup.errors import BackupError
from foundation.backup.manifest import Manifest


def bring_keyring(path: Path, identities: list[Any], undo: ExitStack) -> None:
    """The keyring of the archive takes its place; one that is there already is set aside, never deleted."""
    kept = bytearray()
    archive.read(path, identities, lambda name, part: kept.extend(part) if name == making.KEYRING else None)
    place = Path(settings.KEYRING)
    if kept and settings.KEYRING and not (place.exists() and place.read_bytes() == kept):
        _replace(place, bytes(kept), undo)


def _replace(path: Path, content: bytes, undo: ExitStack) -> None:
    aside = path.with_name(f"{path.name}.before-{datetime.now(UTC):%Y%m%dT%H%M%SZ}")
    try:
        owner = path.stat() if path.exists() else path.parent.stat()
        if path.exists():
            path.rename(aside)
            undo.callback(aside.rename, path)
        undo.callback(path.unlink, missing_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            os.fsync(file.fileno())
            if os.geteuid() == 0:
                os.fchown(file.fileno(), owner.st_uid, owner.st_gid)
    except OSError as problem:
        raise BackupError(
            f"{path} cannot be written ({problem.strerror}). Take the keyring out of the archive of keys yourself, see"
            " docs/how-to/backup.md, and begin again"
        ) from None


def bring(path: Path, identities: list[Any], manifest: Manifest) -> int:
    """The key tables, without the keys of folders that are erased or younger than the data; how many folders' keys."""
    with connected("owner") as owner:
        loader = _Keys(owner, manifest, _alive())
        archive.read(path, identities, loader.take)
        n_keys = loader.finish()
    with snapshot() as moment:
        n_shut = moment.one(SHUT)
    if n_shut:
        raise BackupError(f"{n_shut} folders have no key and are not erased: these keys do not belong to this data")
    return n_keys


def _alive() -> list[Any]:
    with connected("backup") as reader:
        return [pk for (pk,) in reader.execute("SELECT id FROM dossiers_dossier WHERE erased_at IS NULL")]


SHUT = """
SELECT count(*) FROM dossiers_dossier d WHERE erased_at IS NULL
   AND NOT EXISTS (SELECT 1 FROM dossiers_dossierkey k WHERE k.dossier_id = d.id)
"""


class _Keys:
    """Loads the key tables by way of temporary ones."""

    def __init__(self, owner: "psycopg.Connection[Any]", manifest: Manifest, alive: list[Any]) -> None:
        self.owner, self.manifest, self.alive = owner, manifest, alive
        self.parts: dict[str, bytearray] = {table: bytearray() for table in KEY_TABLES}
        if set(manifest.columns) != set(KEY_TABLES):
            raise BackupError("the archive of keys is of another version: its tables differ")

    def take(self, stream: str, part: bytes) -> None:
        """Rows of a key table. They are wrapped, and fit into memory: some 200 bytes each."""
        table = stream.removeprefix(f"{making.TABLES}/")
        if table in self.parts:
            self.parts[table] += part

    def finish(self) -> int:
        """Load them in one transaction; the number of keys of folders."""
        self.owner.execute("CREATE TEMPORARY TABLE alive (id uuid PRIMARY KEY) ON COMMIT DROP")
        with self.owner.cursor().copy("COPY alive FROM STDIN") as stream:
            for pk in self.alive:
                stream.write_row([pk])
        for table, rows in self.parts.items():
            self._load(table, bytes(rows))
        found = self.owner.execute("SELECT count(*) FROM dossiers_dossierkey").fetchone()
        return int(found[0]) if found else 0

    def _load(self, table: str, rows: bytes) -> None:
        name, columns = sql.Identifier(table), self.manifest.columns[table]
        names = sql.SQL(", ").join(map(sql.Identifier, columns))
        self.owner.execute(sql.SQL("CREATE TEMPORARY TABLE loading (LIKE public.{}) ON COMMIT DROP").format(name))
        with self.owner.cursor().copy(sql.SQL("COPY loading ({}) FROM STDIN").format(names)) as stream:
            stream.write(rows)
        where = "WHERE dossier_id IN (SELECT id FROM alive)" if "dossier_id" in columns else ""
        self.owner.execute(
            sql.SQL("INSERT INTO public.{} ({}) SELECT {} FROM loading {}").format(name, names, names, sql.SQL(where))
        )
        self.owner.execute("DROP TABLE loading")
