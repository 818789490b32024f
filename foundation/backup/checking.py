"""Are two archives whole, and do they belong together?"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from foundation.backup import archive
from foundation.backup.errors import BackupError
from foundation.backup.manifest import DATA, KEYS, Manifest


@dataclass(frozen=True)
class Pair:
    """What both say of themselves."""

    data: Manifest
    keys: Manifest


def pair(data: Path, keys: Path, identities: list[Any]) -> Pair:
    """Read both to the end. ``BackupError`` unless they are whole, of one installation, the keys not older than the data."""
    found = Pair(_one(data, identities, DATA), _one(keys, identities, KEYS))
    if found.data.installation != found.keys.installation:
        raise BackupError("these archives belong to two different installations")
    if found.keys.moment < found.data.moment:
        raise BackupError(
            f"the keys ({found.keys.made_at}) are older than the data ({found.data.made_at}): what was written in between"
            " could not be read. Take keys of the same backup or of a later one."
        )
    return found


def _one(path: Path, identities: list[Any], part: str) -> Manifest:
    manifest = archive.read(path, identities, archive.nothing)
    if manifest.part != part:
        raise BackupError(f"{path} is an archive of {manifest.part}, not of {part}")
    return manifest
