"""The root keys, from a file that only the application can read. They never touch the database's disk in production.

The file is JSON: ``{"version": 1, "root": {"current": 1, "keys": {"1": <base64, 32 B>}}, "seal": {…}}``. ``root`` may be
left out where the root key is kept elsewhere (``foundation.vault.providers``). It is read once per process, and once more
when a version is asked for that was not there: somebody may have added it meanwhile.
"""

import base64
import binascii
import json
import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from foundation.core.disk import sync_directory
from foundation.core.errors import Unreadable


class KeyringError(Unreadable):
    """The root keys are missing, damaged or not the ones that are needed. The message is for the operator."""


@dataclass(frozen=True)
class Ring:
    """Versions of one root key; new things use ``current``."""

    current: int
    keys: dict[int, bytes]

    def key(self, version: int) -> bytes:
        """32 bytes, or ``KeyringError`` for a version that is not here."""
        try:
            return self.keys[version]
        except KeyError:
            raise KeyringError(f"the keyring {settings.KEYRING} has no root key of version {version}") from None


@dataclass(frozen=True)
class Keyring:
    """Both rings: ``root`` wraps the organisations' keys, ``seal`` signs the trail."""

    root: Ring
    seal: Ring

    def kek(self, version: int) -> AESGCM:
        """The root key as a cipher."""
        return AESGCM(self.root.key(version))


def _ring(data: dict[str, object]) -> Ring:
    keys = data["keys"]
    current = data["current"]
    if not isinstance(keys, dict) or not isinstance(current, int):
        raise ValueError("keyring format")
    decoded = {int(version): base64.b64decode(key, validate=True) for version, key in keys.items()}
    if current not in decoded or any(len(key) != 32 for key in decoded.values()):
        raise ValueError("keyring content")
    return Ring(current, decoded)


@lru_cache(maxsize=1)
def keyring() -> Keyring:
    """The keyring of this process. Raises ``KeyringError`` when it is missing or damaged: nothing starts half."""
    return parsed(content())


def content() -> str:
    """What stands in the file now. ``KeyringError`` when it cannot be read."""
    if not settings.KEYRING:
        raise KeyringError("AMPARO_KEYRING names no file")
    try:
        return Path(settings.KEYRING).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise KeyringError(f"the keyring {settings.KEYRING} cannot be read ({type(problem).__name__})") from None


def parsed(text: str) -> Keyring:
    """The keyring in a file's text. The refusal of a damaged one quotes nothing of it."""
    try:
        data = json.loads(text)
        root = _ring(data["root"]) if "root" in data else Ring(0, {})
        return Keyring(root, _ring(data["seal"]))
    except (ValueError, KeyError, TypeError, AttributeError, binascii.Error):
        raise KeyringError(f"the keyring {settings.KEYRING} is damaged") from None


def root_key(version: int) -> bytes:
    """The root key of a version; the file is read anew before a version is said to be missing."""
    if version not in keyring().root.keys:
        keyring.cache_clear()
    return keyring().root.key(version)


def change_root(ring: Ring) -> None:
    """Write the root keys anew and leave everything else in the file as it is.

    The file is replaced as a whole: after a crash, or on a full disk, the old one is still there. ``KeyringError`` then.
    """
    data: dict[str, Any] = json.loads(content())
    data["root"] = written(ring)
    parsed(json.dumps(data))
    replace(Path(settings.KEYRING), json.dumps(data))
    keyring.cache_clear()


def written(ring: Ring) -> dict[str, Any]:
    """A ring as it stands in the file."""
    keys = {str(version): base64.b64encode(key).decode() for version, key in ring.keys.items()}
    return {"current": ring.current, "keys": keys}


def drawn() -> dict[str, Any]:
    """A new ring as it stands in the file: version 1, random."""
    return written(Ring(1, {1: os.urandom(32)}))


def replace(path: Path, text: str) -> None:
    """Put a text into a private file, whole or not at all; its owner and mode stay. ``KeyringError`` if it cannot be."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        _write(draft, text)
        if path.exists():
            facts = path.stat()
            os.chown(draft, facts.st_uid, facts.st_gid)
            draft.chmod(facts.st_mode & 0o777)
        draft.replace(path)
        sync_directory(path.parent)
    except OSError as problem:
        with suppress(OSError):
            draft.unlink()
        raise KeyringError(f"{path} could not be written ({problem.strerror}); nothing was changed") from None


def _write(path: Path, text: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
