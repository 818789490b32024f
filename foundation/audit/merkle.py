"""A Merkle root over leaf hashes (RFC 6962 style: 0x00 before leaves, 0x01 before nodes)."""

from collections.abc import Sequence
from hashlib import sha256


def root(leaves: Sequence[bytes]) -> bytes:
    """32 bytes; the root of nothing is the hash of nothing. An odd node moves up unchanged."""
    level = [sha256(b"\x00" + leaf).digest() for leaf in leaves]
    while len(level) > 1:
        pairs = [sha256(b"\x01" + a + b).digest() for a, b in zip(level[::2], level[1::2], strict=False)]
        level = pairs + ([level[-1]] if len(level) % 2 else [])
    return level[0] if level else sha256(b"").digest()
