"""The root keys, from a file that only the application can read. They never touch the database's disk in production.

The file is JSON: ``{"version": 1, "root": {"current": 1, "keys": {"1": <base64, 32 B>}}, "seal": {…}}``.
"""

import base64
import binascii
import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings


class KeyringError(Exception):
    """The root keys are missing, damaged or not the ones that are needed."""


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
            raise KeyringError("root key version") from None


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
        raise KeyringError("keyring format")
    decoded = {int(version): base64.b64decode(key, validate=True) for version, key in keys.items()}
    if current not in decoded or any(len(key) != 32 for key in decoded.values()):
        raise KeyringError("keyring content")
    return Ring(current, decoded)


@lru_cache(maxsize=1)
def keyring() -> Keyring:
    """The keyring of this process. Raises ``KeyringError`` when it is missing or damaged: nothing starts half."""
    try:
        data = json.loads(Path(settings.KEYRING).read_text("utf-8"))
        return Keyring(_ring(data["root"]), _ring(data["seal"]))
    except (OSError, ValueError, KeyError, TypeError, binascii.Error) as problem:
        raise KeyringError("keyring") from problem
