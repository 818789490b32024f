"""The root key in the keyring file: on a tmpfs, or a systemd credential; in development, in the state directory."""

import os

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from foundation.core import keyring as rings
from foundation.core.keyring import KeyringError, Ring, change_root, keyring, root_key
from foundation.vault.crypto import bare, wrap


def number_of(kek: str) -> int:
    """The version in ``file:2``."""
    number = kek.partition(":")[2]
    if not number.isdecimal():
        raise KeyringError(f"{kek!r} names no root key of a keyring")
    return int(number)


class Keyfile:
    """AES-256-GCM with the root key of the keyring, bound to the place."""

    def current(self) -> str:
        """The version that the file calls current."""
        ring = keyring().root
        if not ring.keys:
            raise KeyringError("the keyring has no root key, and AMPARO_KEY_PROVIDER names nobody else who keeps one")
        return f"file:{ring.current}"

    def wrap(self, key: bytes, place: bytes) -> tuple[str, bytes]:
        """With the current version, as the file has it at this moment."""
        rings.keyring.cache_clear()
        kek = self.current()
        return kek, wrap(AESGCM(root_key(number_of(kek))), key, place)

    def unwrap(self, kek: str, wrapped: bytes, place: bytes) -> bytes:
        """With the version that wrapped it."""
        return bare(AESGCM(root_key(number_of(kek))), wrapped, place)

    def rotate(self) -> str:
        """Add a version to the file and make it current."""
        rings.keyring.cache_clear()
        ring = keyring().root
        number = max(ring.keys, default=0) + 1
        change_root(Ring(number, {**ring.keys, number: os.urandom(32)}))
        return f"file:{number}"
