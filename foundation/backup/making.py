"""Make a backup: one archive of data, one of keys, of the same moment, in two places."""

import re
import tomllib
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings

from foundation.audit import sealkey, seals
from foundation.backup import age, archive
from foundation.backup.database import KEY_TABLES, Snapshot, snapshot
from foundation.backup.errors import BackupError
from foundation.backup.manifest import DATA, KEYS, Manifest
from foundation.dossiers.ledger import Ledger, LedgerError

NAME = re.compile(r"amparo-(\d{8}T\d{6}Z)-[0-9a-f]{8}-(data|keys)\.age")
DRAFTS = "drafts"
DATABASE, LEDGER, FILES, KEYRING, TABLES = "database", "ledger", "files", "keyring", "tables"


@dataclass(frozen=True)
class Made:
    """Both archives, what they say of themselves, and older ones that were removed."""

    data: age.Sealed
    keys: age.Sealed
    manifest: Manifest
    removed: tuple[Path, ...] = ()


def make(data_to: Path, keys_to: Path, recipients: list[Any], key_recipients: list[Any] | None = None) -> Made:
    """Read the whole installation as of now into two archives. Either both are there in the end, or none.

    ``key_recipients`` open the archive of keys; without them the same recipients open both.
    """
    _check_places(data_to, keys_to)
    installation = _installation()
    _seal()
    with snapshot() as moment:
        manifest = _manifest(moment, installation)
        stem = f"amparo-{manifest.moment:%Y%m%dT%H%M%SZ}-{manifest.backup[:8]}"
        data = _seal_data(moment, manifest, data_to / f"{stem}-{DATA}.age", recipients)
        with ExitStack() as undo:
            undo.callback(data.path.unlink, missing_ok=True)
            keys = _seal_keys(moment, manifest, keys_to / f"{stem}-{KEYS}.age", key_recipients or recipients)
            undo.pop_all()
    return Made(data, keys, manifest)


def _seal() -> None:
    """Seal what is finished, where this process has the key. Elsewhere the worker did, seconds ago; what it did not seal yet
    is in the backup all the same, and a trail that cannot be sealed is no reason to have no backup."""
    with suppress(sealkey.SealKeyError):
        if sealkey.path().exists():
            seals.seal()


def _check_places(data_to: Path, keys_to: Path) -> None:
    for place in (data_to, keys_to):
        if not place.is_dir():
            raise BackupError(f"{place} is not a directory")
    if data_to.resolve() == keys_to.resolve():
        raise BackupError("data and keys must not lie in one directory: whoever finds it would have both")


def _installation() -> str:
    try:
        return str(next(Ledger.of_installation().lines()).id)
    except LedgerError as problem:
        raise BackupError(f"{problem.message} ({settings.ERASURE_LEDGER or 'AMPARO_LEDGER is not set'})") from None


def _manifest(moment: Snapshot, installation: str) -> Manifest:
    return Manifest(
        part=DATA,
        backup=str(uuid.uuid4()),
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        installation=installation,
        version=_version(),
        postgres=str(moment.one("SHOW server_version")),
        head=moment.head(),
        last_xid=moment.last_xid(),
        counts=moment.counts(),
    )


def _version() -> str:
    try:
        return str(tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text("utf-8"))["project"]["version"])
    except OSError:
        return ""


def _seal_data(moment: Snapshot, manifest: Manifest, path: Path, recipients: list[Any]) -> age.Sealed:
    streams = _data(moment)
    return age.seal(archive.packed(streams, lambda: manifest), path, recipients)


def _data(moment: Snapshot) -> Iterator[archive.Stream]:
    """The database, the erasure ledger as it is now, and the sealed files, which nobody changes once they are written."""
    yield archive.Stream(DATABASE, moment.dumped())
    yield archive.Stream(LEDGER, _blocks(Path(settings.ERASURE_LEDGER)))
    store = Path(settings.FILES_PATH)
    for path in sorted(store.rglob("*")) if store.is_dir() else []:
        if path.is_file() and DRAFTS not in path.parts and not path.name.startswith("."):
            yield archive.Stream(f"{FILES}/{path.relative_to(store).as_posix()}", _blocks(path))


def _blocks(path: Path) -> Iterator[bytes]:
    """What a file holds; nothing if it was removed meanwhile, as an erased file is."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return
    with file:
        while block := file.read(256 * 1024):
            yield block


def _seal_keys(moment: Snapshot, data: Manifest, path: Path, recipients: list[Any]) -> age.Sealed:
    columns = {table: moment.columns(table) for table in KEY_TABLES}
    counts = {f"public.{table}": data.counts[f"public.{table}"] for table in KEY_TABLES}
    manifest = replace(data, part=KEYS, columns=columns, counts=counts, streams={})
    return age.seal(archive.packed(_keys(moment, columns), lambda: manifest), path, recipients)


def _keys(moment: Snapshot, columns: dict[str, list[str]]) -> Iterator[archive.Stream]:
    for table, names in columns.items():
        yield archive.Stream(f"{TABLES}/{table}", moment.copied(table, names))
    if settings.KEYRING and Path(settings.KEYRING).is_file():
        yield archive.Stream(KEYRING, _blocks(Path(settings.KEYRING)))


def remove_old(place: Path, part: str, days: int, now: datetime | None = None) -> list[Path]:
    """Remove archives of this part that are older; the newest one stays whatever its age."""
    limit = (now or datetime.now(UTC)) - timedelta(days=days)
    found = sorted((path for path in place.iterdir() if _is_of(path, part)), key=lambda path: path.name)
    old = [path for path in found[:-1] if _made(path) < limit]
    for path in old:
        path.unlink()
    return old


def _is_of(path: Path, part: str) -> bool:
    known = NAME.fullmatch(path.name)
    return known is not None and known[2] == part


def _made(path: Path) -> datetime:
    known = NAME.fullmatch(path.name)
    if known is None:
        raise BackupError(f"{path.name} is no archive")
    return datetime.strptime(known[1], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
