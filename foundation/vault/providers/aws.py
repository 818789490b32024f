"""The root key in AWS KMS: it never leaves KMS. Needs the extra ``aws`` (boto3); credentials come the way boto3 finds them.

The place of a key is the encryption context, so that KMS itself refuses one that was moved, and CloudTrail shows which
key was opened when. KMS keeps the versions of a key to itself: ``kek`` is ``aws:<arn>``.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from django.conf import settings

from foundation.core.keyring import KeyringError
from foundation.vault.crypto import VaultError

_WRONG = ("InvalidCiphertextException", "IncorrectKeyException")


def _client() -> Any:
    return made_client(settings.AWS_REGION, settings.AWS_ENDPOINT)


@lru_cache(maxsize=4)
def made_client(region: str, endpoint: str) -> Any:
    """A client of KMS: boto3 reads a large description to make one, so it is made once. It renews credentials itself."""
    try:
        from boto3.session import Session
        from botocore.config import Config
    except ImportError:
        raise KeyringError("the key provider aws needs the package boto3 (install amparo[aws])") from None
    patient = Config(connect_timeout=3, read_timeout=5, retries={"total_max_attempts": 2})
    with _said("be reached"):
        return Session().client("kms", region_name=region or None, endpoint_url=endpoint or None, config=patient)


@contextmanager
def _said(what: str) -> Iterator[None]:
    """Say in the operator's words what KMS or the way to it refused."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as problem:
        code = problem.response.get("Error", {}).get("Code", "")
        if code in _WRONG:
            raise VaultError("unwrap") from None
        raise KeyringError(f"AWS KMS did not {what} ({code}); see the key's policy and AMPARO_AWS_KEY") from None
    except BotoCoreError as problem:
        raise KeyringError(f"AWS KMS could not {what} ({type(problem).__name__})") from None


class Kms:
    """One symmetric key of KMS, named by id, alias or ARN."""

    def __init__(self, key: str) -> None:
        self.key = key

    @classmethod
    def of_settings(cls) -> "Kms":
        """The key that the environment names."""
        return cls(settings.AWS_KEY)

    def current(self) -> str:
        """The key behind the name: an alias may come to point at another one."""
        client = _client()
        with _said("describe the key"):
            return f"aws:{client.describe_key(KeyId=self.key)['KeyMetadata']['Arn']}"

    def wrap(self, key: bytes, place: bytes) -> tuple[str, bytes]:
        """With the key in use."""
        client = _client()
        with _said("encrypt"):
            answer = client.encrypt(KeyId=self.key, Plaintext=key, EncryptionContext=_context(place))
        return f"aws:{answer['KeyId']}", answer["CiphertextBlob"]

    def unwrap(self, kek: str, wrapped: bytes, place: bytes) -> bytes:
        """With the very key that wrapped it, whatever the ciphertext says."""
        client, arn = _client(), kek.partition(":")[2]
        with _said("decrypt"):
            answer = client.decrypt(KeyId=arn, CiphertextBlob=wrapped, EncryptionContext=_context(place))
        plain: bytes = answer["Plaintext"]
        return plain

    def rotate(self) -> str:
        """KMS rotates a key by itself, or by its own console; another key is a change of ``AMPARO_AWS_KEY``."""
        raise KeyringError("AWS KMS rotates its keys itself; to use another key, change AMPARO_AWS_KEY")


def _context(place: bytes) -> dict[str, str]:
    return {"amparo": place.hex()}
