"""The root key in HashiCorp Vault's transit engine: it never leaves Vault, which wraps and unwraps over HTTPS.

The place of a key goes along as associated data, so that Vault itself refuses one that was moved. The token comes from
a file that an agent may renew at any time. Needs the extra ``vault`` (hvac).
"""

import base64
import binascii
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings

from foundation.core.keyring import KeyringError
from foundation.vault.crypto import VaultError

SECONDS = (3, 5)  # to connect, to answer
_WRONG = ("message authentication failed", "invalid ciphertext")


def _client() -> Any:
    try:
        import hvac
    except ImportError:
        raise KeyringError("the key provider vault needs the package hvac (install amparo[vault])") from None
    try:
        token = Path(settings.VAULT_TOKEN_FILE).read_text("ascii").strip()
    except (OSError, ValueError):
        raise KeyringError(f"AMPARO_VAULT_TOKEN_FILE: no token of Vault in {settings.VAULT_TOKEN_FILE!r}") from None
    options = {"namespace": settings.VAULT_NAMESPACE or None, "verify": settings.VAULT_CA or True}
    return hvac.Client(url=settings.VAULT_URL, token=token, timeout=SECONDS, **options)


@contextmanager
def _said(what: str) -> Iterator[None]:
    """Say in the operator's words what Vault or the way to it refused."""
    from hvac import exceptions
    from requests import RequestException

    where = f"Vault at {settings.VAULT_URL}"
    try:
        yield
    except exceptions.Forbidden:
        raise KeyringError(f"{where} does not allow this token to {what}; see its policy") from None
    except exceptions.InvalidPath:
        raise KeyringError(f"{where} has no key {settings.VAULT_KEY!r} under {settings.VAULT_MOUNT!r}") from None
    except exceptions.InvalidRequest as problem:
        words = "; ".join(problem.errors or [])
        if any(sign in words for sign in _WRONG):
            raise VaultError("unwrap") from None
        raise KeyringError(f"{where} could not {what}: {words}") from None
    except exceptions.VaultError as problem:
        raise KeyringError(f"{where} could not {what} ({type(problem).__name__})") from None
    except RequestException as problem:
        raise KeyringError(f"{where} does not answer ({type(problem).__name__})") from None


class Transit:
    """One key of the transit engine. ``kek`` is ``vault:<mount>/<key>:<version>``."""

    def __init__(self, mount: str, key: str) -> None:
        self.mount, self.key = mount, key

    @classmethod
    def of_settings(cls) -> "Transit":
        """The key that the environment names."""
        return cls(settings.VAULT_MOUNT, settings.VAULT_KEY)

    def current(self) -> str:
        """The newest version, as Vault says."""
        client = _client()
        with _said("read the key's versions"):
            facts = client.secrets.transit.read_key(name=self.key, mount_point=self.mount)["data"]
        return self._kek(facts["latest_version"])

    def wrap(self, key: bytes, place: bytes) -> tuple[str, bytes]:
        """With the newest version."""
        client = _client()
        with _said("encrypt"):
            answer = client.secrets.transit.encrypt_data(
                name=self.key, plaintext=_text(key), associated_data=_text(place), mount_point=self.mount
            )
        ciphertext: str = answer["data"]["ciphertext"]
        return self._kek(ciphertext.split(":")[1].removeprefix("v")), ciphertext.encode()

    def unwrap(self, kek: str, wrapped: bytes, place: bytes) -> bytes:
        """With the key that the ``kek`` names; Vault reads the version from what it once gave out."""
        mount, _, key = kek.split(":")[1].rpartition("/")
        client = _client()
        with _said("decrypt"):
            answer = client.secrets.transit.decrypt_data(
                name=key, ciphertext=wrapped.decode(), associated_data=_text(place), mount_point=mount
            )
        try:
            return base64.b64decode(answer["data"]["plaintext"], validate=True)
        except (binascii.Error, KeyError, TypeError):
            raise VaultError("unwrap") from None

    def rotate(self) -> str:
        """Let Vault make a new version."""
        client = _client()
        with _said("rotate the key"):
            client.secrets.transit.rotate_key(name=self.key, mount_point=self.mount)
        return self.current()

    def _kek(self, version: Any) -> str:
        return f"vault:{self.mount}/{self.key}:{version}"


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
