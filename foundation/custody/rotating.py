"""Exchanging the folders' own keys, row by row, while people read and write (safety.md §2).

For some folders at a time: draw a second version of the key, so that it is the newest; wait until nobody knows the folder
without it; seal every token and file anew under it. In the end, and not before nobody can still be about to use one,
the old versions go. At each moment every token names a version that is there, and every transaction knows all versions
of the tokens that it can meet: no read fails. Each step can be repeated, so that a rotation goes on where it stopped.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from foundation.audit import trail
from foundation.custody import sealed
from foundation.custody.files import old_files, reseal_files
from foundation.custody.keeper import as_keeper, wait_for_others
from foundation.custody.models import Rotation
from foundation.dossiers.models import Ciphers, Wrapped, key_place
from foundation.vault import canary
from foundation.vault.crypto import VaultError, commitment, extract, wrap
from foundation.vault.models import current_key, organisation_kek

Say = Callable[[str], None]
ROWS = 500
"""Rows of one table in one transaction: about 20 ms in which somebody who writes one of them waits."""


@dataclass
class Rotated:
    """What was done in this run. ``damaged`` (row → folder) do not open: they and their old keys stay as they are."""

    n_folders: int = 0
    n_rows: int = 0
    n_files: int = 0
    n_dropped: int = 0
    damaged: dict[UUID, UUID] = field(default_factory=dict)


def begun(made_before: datetime, organisation: UUID | None) -> Rotation:
    """The rotation that was not ended, to be taken up again, or else a new one."""
    with transaction.atomic():
        known = Rotation.objects.select_for_update().filter(ended_at=None).first()
        if known is not None:
            return known
        made = Rotation.objects.create(made_before=made_before, organisation_id=organisation)
        trail.record("key.rotation_began", subject=made.pk, organisation=organisation)
    return made


def rotate(rotation: Rotation, batch: int, say: Say = print) -> Rotated:
    """Carry a rotation on: to its end, or to where replaced keys wait for their time (``settings.KEY_GRACE``)."""
    canary.require()
    done = Rotated()
    for folders in two_keys(batch):
        _carry_on(folders, done)
    for folders in due(rotation, batch):
        done.n_folders += _draw(rotation, folders)
        _carry_on(folders, done)
        say(f"{done.n_folders} folders have a new key; {done.n_rows} rows and {done.n_files} files are sealed with it")
    for folders in two_keys(batch, ripe_for=settings.KEY_GRACE):
        _carry_on(folders, done)
        done.n_dropped += _drop(folders)
    _note(rotation, done)
    return done


def _note(rotation: Rotation, done: Rotated) -> None:
    """Add to the rotation's figures; it has ended when only damaged rows still need an old key."""
    left = {pk for pks in two_keys(1000) for pk in pks} - set(done.damaged.values())
    is_over = not left and next(due(rotation, 1), None) is None
    figures: dict[str, Any] = {
        "folders": done.n_folders,
        "rows": done.n_rows,
        "files": done.n_files,
        "dropped": done.n_dropped,
    }
    with transaction.atomic():
        rotation.n_folders, rotation.n_rows = F("n_folders") + done.n_folders, F("n_rows") + done.n_rows
        rotation.ended_at = timezone.now() if is_over else None
        rotation.save(update_fields=["n_folders", "n_rows", "ended_at"])
        rotation.refresh_from_db()
        trail.record("key.rotated", subject=rotation.pk, ended=is_over, damaged=len(done.damaged), **figures)


# --- which folders

_DUE = """SELECT k.dossier_id FROM dossiers_dossierkey k
  JOIN vault_organisationkey o ON o.id = k.organisation_key_id AND o.destroyed_at IS NULL
 WHERE k.dossier_id > %s AND k.made_at < %s AND k.rotation IS DISTINCT FROM %s
   AND (%s::uuid IS NULL OR o.organisation_id = %s::uuid) AND NOT EXISTS (
     SELECT 1 FROM dossiers_dossierkey n WHERE n.dossier_id = k.dossier_id AND n.version <> k.version)
 ORDER BY k.dossier_id LIMIT %s"""
_TWO = """SELECT dossier_id FROM dossiers_dossierkey WHERE dossier_id > %s GROUP BY dossier_id
 HAVING count(*) > 1 AND max(made_at) <= statement_timestamp() - make_interval(secs => %s)
 ORDER BY dossier_id LIMIT %s"""


def due(rotation: Rotation, batch: int) -> Iterator[list[UUID]]:
    """The folders that still have their old key alone, in one pass by id. Erased and cut off ones have none."""
    asked = [rotation.made_before, rotation.pk, rotation.organisation_id, rotation.organisation_id]
    return _pages(_DUE, asked, batch)


def two_keys(batch: int, ripe_for: float = 0) -> Iterator[list[UUID]]:
    """The folders that are in the middle of it; with ``ripe_for``, those whose newest key is that many seconds old."""
    return _pages(_TWO, [ripe_for], batch)


def _pages(query: str, asked: list[Any], batch: int) -> Iterator[list[UUID]]:
    last = UUID(int=0)
    while True:
        with as_keeper() as cursor:
            cursor.execute(query, [last, *asked, batch])
            found = [row[0] for row in cursor.fetchall()]
        if not found:
            return
        yield found
        last = found[-1]


# --- the second version

# The folder is locked against an erasure that would not see the new key; whom somebody holds is for the next run.
_LOCK = """SELECT d.id, k.version, o.organisation_id, o.lineage FROM dossiers_dossier d
  JOIN dossiers_dossierkey k ON k.dossier_id = d.id JOIN vault_organisationkey o ON o.id = k.organisation_key_id
 WHERE d.id = ANY(%s) AND d.erased_at IS NULL FOR SHARE OF d SKIP LOCKED"""
_INSERT = """INSERT INTO dossiers_dossierkey
   (id, dossier_id, version, organisation_key_id, wrapped, commit, made_at, rotation)
  SELECT v.id, v.dossier, v.version, v.by, v.wrapped, v.commit, statement_timestamp(), %s
    FROM unnest(%s::uuid[], %s::uuid[], %s::int[], %s::uuid[], %s::bytea[], %s::bytea[])
      v(id, dossier, version, by, wrapped, commit)"""


def _draw(rotation: Rotation, folders: list[UUID]) -> int:
    """A new key for each of these folders, in one transaction; how many."""
    with as_keeper() as cursor:
        cursor.execute(_LOCK, [folders])
        rows = [_new_key(*row) for row in cursor.fetchall()]
        if rows:
            cursor.execute(_INSERT, [rotation.pk, *map(list, zip(*rows, strict=True))])
    return len(rows)


def _new_key(dossier: UUID, version: int, organisation: UUID, lineage: str) -> tuple[Any, ...]:
    key, by = os.urandom(32), current_key(organisation, lineage).pk
    wrapped = wrap(organisation_kek(by), key, key_place(dossier, version + 1))
    return uuid4(), dossier, version + 1, by, wrapped, commitment(extract(key))


# --- sealing anew

_KEYS = """SELECT k.dossier_id, k.version, k.organisation_key_id, k.wrapped, k.commit FROM dossiers_dossierkey k
  JOIN vault_organisationkey o ON o.id = k.organisation_key_id AND o.destroyed_at IS NULL
 WHERE k.dossier_id = ANY(%s)"""


def _carry_on(folders: list[UUID], done: Rotated) -> None:
    """Once everybody knows the new keys, seal with them whatever is sealed with an old one."""
    wait_for_others(settings.KEY_PATIENCE)
    known = _ciphers(folders)
    for table in sealed.tables():
        while _some_rows(table, known, done):
            continue
    n_files, damaged = reseal_files(known)
    done.n_files += n_files
    done.damaged |= damaged


def _ciphers(folders: list[UUID]) -> dict[UUID, Ciphers]:
    """What opens these folders; those with one version only were left out or erased meanwhile."""
    keys: dict[UUID, list[Wrapped]] = {}
    with as_keeper() as cursor:
        cursor.execute(_KEYS, [folders])
        for dossier, *columns in cursor.fetchall():
            keys.setdefault(dossier, []).append(Wrapped(*columns))
    return {dossier: Ciphers(dossier, found) for dossier, found in keys.items() if len(found) > 1}


def _some_rows(table: sealed.SealedTable, known: dict[UUID, Ciphers], done: Rotated) -> bool:
    """Up to ``ROWS`` rows of one table in one transaction; whether there may be more."""
    newest = {dossier: ciphers.version for dossier, ciphers in known.items()}
    fresh = []
    with as_keeper() as cursor:
        rows = table.old_rows(cursor, newest, list(done.damaged), ROWS)
        for pk, dossier, *tokens in rows:
            try:
                fresh.append((pk, table.renewed(known[dossier], pk, tokens)))
            except VaultError:
                done.damaged[pk] = dossier
        if fresh:
            table.put(cursor, fresh)
    done.n_rows += len(fresh)
    return bool(rows)


# --- letting go

_DELETE = """DELETE FROM dossiers_dossierkey k USING unnest(%s::uuid[], %s::int[]) w(id, version)
 WHERE k.dossier_id = w.id AND k.version < w.version"""


def _drop(folders: list[UUID]) -> int:
    """Delete the old versions that no token and no file names any more; how many."""
    wait_for_others(settings.KEY_PATIENCE)
    newest = {dossier: ciphers.version for dossier, ciphers in _ciphers(folders).items()}
    with as_keeper() as cursor:
        needed = {pk for table in sealed.tables() for pk in table.old_folders(cursor, newest)}
        free = {pk: version for pk, version in newest.items() if pk not in needed | old_files(newest)}
        cursor.execute(_DELETE, [list(free), list(free.values())])
        return int(cursor.rowcount)
