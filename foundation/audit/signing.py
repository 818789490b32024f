"""What the installation signs besides the seals of its trail: certificates. The one place that knows the key for it."""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from foundation.core.keyring import KeyringError, keyring

CONTEXT = b"amparo.certificate|"


def _signer(version: int) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(keyring().seal.key(version))


def sign(data: bytes) -> tuple[int, bytes]:
    """The key's version and an Ed25519 signature over ``amparo.certificate|`` and the data."""
    version = keyring().seal.current
    return version, _signer(version).sign(CONTEXT + data)


def public_key(version: int) -> str:
    """The key to check with, 64 hexadecimal digits, for who checks with other tools."""
    return _signer(version).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()


def is_signed(version: int, data: bytes, signature: bytes) -> bool:
    """Whether this installation signed exactly this."""
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key(version)))
        key.verify(signature, CONTEXT + data)
    except (InvalidSignature, KeyringError):
        return False
    return True
