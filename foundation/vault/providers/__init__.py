"""Who keeps the root key: a file, HashiCorp Vault, or AWS KMS. They wrap and unwrap the organisations' keys.

``AMPARO_KEY_PROVIDER`` chooses who wraps what is new. What is stored names its root key (``kek``: ``file:2``,
``vault:transit/amparo:3``, ``aws:<arn>``), so that two providers may serve while keys move from one to the other.
"""

from collections.abc import Callable
from typing import Protocol

from django.conf import settings

from foundation.core.keyring import KeyringError
from foundation.vault.providers import aws, file, transit


class Provider(Protocol):
    """Keeps the root key. Raises ``KeyringError`` with words for the operator when it cannot or may not do its work."""

    def current(self) -> str:
        """The ``kek`` that new keys are wrapped by now."""

    def wrap(self, key: bytes, place: bytes) -> tuple[str, bytes]:
        """A key wrapped for its place, and the ``kek`` that did it."""

    def unwrap(self, kek: str, wrapped: bytes, place: bytes) -> bytes:
        """The key again; ``VaultError`` when bytes or place are not those that were wrapped."""

    def rotate(self) -> str:
        """Make a new version of the root key and use it from now on; returns its ``kek``."""


_KINDS: dict[str, Callable[[], Provider]] = {
    "file": file.Keyfile,
    "vault": transit.Transit.of_settings,
    "aws": aws.Kms.of_settings,
}


def provider(kek: str = "") -> Provider:
    """The provider in use, or the one that a ``kek`` names."""
    kind = (kek or settings.KEY_PROVIDER).partition(":")[0]
    if kind not in _KINDS:
        known = ", ".join(_KINDS)
        raise KeyringError(f"AMPARO_KEY_PROVIDER: nobody called {kind!r} keeps keys; there are {known}")
    return _KINDS[kind]()
