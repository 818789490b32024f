"""What is wrapped by what, in counts and names, never a secret; and what of it is not as it should be."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from foundation.accounts.models import Organisation
from foundation.core.errors import Unreadable
from foundation.custody import holders, sealed
from foundation.custody.keeper import as_keeper
from foundation.custody.models import Rotation
from foundation.dossiers.models import Ciphers, Wrapped, open_key
from foundation.vault import canary
from foundation.vault.crypto import VaultError, version_of
from foundation.vault.models import HOUSE, OrganisationKey
from foundation.vault.providers import provider


@dataclass(frozen=True)
class Line:
    """One sentence of the report; ``is_wrong`` if somebody has to act."""

    words: str
    is_wrong: bool = False


def report(*, is_deep: bool = False) -> Iterator[Line]:
    """Everything, from the root down; ``is_deep`` opens every key and every token too (a minute for 100,000 cases)."""
    yield from _root()
    yield from _organisations()
    yield from _folders()
    if is_deep:
        yield from _opened()


def _root() -> Iterator[Line]:
    try:
        current = provider().current()
        canary.require()
    except Unreadable as problem:
        yield Line(f"Root key: {problem}", is_wrong=True)
        return
    yield Line(f"Root key in use: {current}; the canary opens")
    for kek, n in canary.roots_in_use():
        old = "" if kek == current else "; wrap them anew with `rewrap_keys`"
        yield Line(f"  {kek} wraps {n} organisation keys{old}", is_wrong=bool(old))


def _organisations() -> Iterator[Line]:
    names = dict(Organisation.objects.values_list("pk", "name")) | {HOUSE: "(canary)"}
    n_wrapped = _counted("SELECT organisation_key_id, count(*) FROM dossiers_dossierkey GROUP BY 1")
    rows = list(OrganisationKey.objects.order_by("organisation_id", "version"))
    newest = {(row.organisation_id, row.lineage): row.version for row in rows}
    yield Line(f"Organisation keys: {len(rows)}")
    for row in rows:
        whose = f"{names.get(row.organisation_id, row.organisation_id)}{f' ({row.lineage})' if row.lineage else ''}"
        words = f"  {whose}, version {row.version}: "
        words += f"{n_wrapped.get(row.pk, 0)} folder keys, {holders.n_under(row.pk)} secrets"
        if row.destroyed_at:
            yield Line(f"{words}; cut off on {row.destroyed_at:%Y-%m-%d}, the key is destroyed")
        elif row.version < newest[row.organisation_id, row.lineage]:
            yield Line(f"{words}; replaced, `rewrap_keys` lets it go", is_wrong=True)
        else:
            yield Line(words)


_LOST = """SELECT count(*) FROM dossiers_dossier d WHERE d.erased_at IS NULL
 AND NOT EXISTS (SELECT 1 FROM dossiers_dossierkey k WHERE k.dossier_id = d.id)"""


def _folders() -> Iterator[Line]:
    versions = _counted("SELECT version, count(*) FROM dossiers_dossierkey GROUP BY 1 ORDER BY 1")
    yield Line(f"Folder keys: {sum(versions.values())}")
    for version, n in versions.items():
        yield Line(f"  version {version}: {n}")
    n_two = _one("SELECT count(*) FROM (SELECT 1 FROM dossiers_dossierkey GROUP BY dossier_id HAVING count(*) > 1) k")
    if n_two:
        yield Line(f"  {n_two} folders have an old key beside the new one; go on with `rotate_dossiers`", is_wrong=True)
    for row in Rotation.objects.filter(ended_at=None):
        words = (
            f"  a rotation of {row.began_at:%Y-%m-%d %H:%M} has not ended: {row.n_folders} folders, {row.n_rows} rows"
        )
        yield Line(f"{words}; go on with `rotate_dossiers`", is_wrong=True)
    n_lost = _one(_LOST)
    if n_lost:
        yield Line(f"  {n_lost} folders are not erased and have no key: nobody can open them", is_wrong=True)


def _counted(query: str) -> dict[Any, int]:
    with as_keeper() as cursor:
        cursor.execute(query)
        return dict(cursor.fetchall())


def _one(query: str) -> int:
    with as_keeper() as cursor:
        cursor.execute(query)
        return int(cursor.fetchone()[0])


# --- everything opened

_IDS = "SELECT DISTINCT dossier_id FROM dossiers_dossierkey WHERE dossier_id > %s ORDER BY 1 LIMIT %s"
_KEYS = """SELECT k.dossier_id, k.version, k.organisation_key_id, k.wrapped, k.commit FROM dossiers_dossierkey k
  JOIN vault_organisationkey o ON o.id = k.organisation_key_id AND o.destroyed_at IS NULL WHERE k.dossier_id = ANY(%s)"""
PAGE, SHOWN = 2000, 50


def _opened() -> Iterator[Line]:
    """Every key unwrapped, every token opened. Folders of organisations that were cut off are left out."""
    n_keys, n_tokens, wrong = 0, 0, list[str]()
    for keys in _pages():
        known = {pk: Ciphers(pk, found) for pk, found in keys.items()}
        wrong += [f"key {pk} v{row.version}" for pk, found in keys.items() for row in found if not _opens(pk, row)]
        n_keys += sum(map(len, keys.values()))
        for table in sealed.tables():
            n, bad = _tokens(table, known)
            n_tokens, wrong = n_tokens + n, wrong + bad
    yield Line(f"Opened: {n_keys} folder keys, {n_tokens} tokens; {len(wrong)} do not open", is_wrong=bool(wrong))
    yield from (Line(f"  {place}", is_wrong=True) for place in wrong[:SHOWN])


def _pages() -> Iterator[dict[UUID, list[Wrapped]]]:
    last = UUID(int=0)
    while True:
        with as_keeper() as cursor:
            cursor.execute(_IDS, [last, PAGE])
            folders = [row[0] for row in cursor.fetchall()]
            cursor.execute(_KEYS, [folders])
            rows = cursor.fetchall()
        if not folders:
            return
        last = folders[-1]
        keys: dict[UUID, list[Wrapped]] = {}
        for dossier, *columns in rows:
            keys.setdefault(dossier, []).append(Wrapped(*columns))
        yield keys


def _opens(dossier: UUID, row: Wrapped) -> bool:
    try:
        open_key(dossier, *row)
    except VaultError:
        return False
    return True


def _tokens(table: sealed.SealedTable, known: dict[UUID, Ciphers]) -> tuple[int, list[str]]:
    n, wrong = 0, []
    with as_keeper() as cursor:
        rows = table.rows(cursor, list(known))
    for pk, dossier, *tokens in rows:
        for column, token in zip(table.columns, tokens, strict=True):
            n += token is not None
            if token is not None and not _is_whole(table.name, column, pk, known[dossier], bytes(token)):
                wrong.append(f"{table.name}.{column} {pk}")
    return n, wrong


def _is_whole(table: str, column: str, row: UUID, ciphers: Ciphers, token: bytes) -> bool:
    try:
        ciphers.of(version_of(token)).open(table, column, row, token)
    except VaultError:
        return False
    return True
