"""What the chain of seals is made of: seals, and where a chain of keys begins."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

NOTHING = sha256(b"").digest()
"""What comes before the first seal."""
EVOLVING = 0
"""The key version of seals whose keys move on; before, a version of the keyring's sealing key, which stood still."""


@dataclass(frozen=True)
class Seal:
    """What a seal's hash is made of. ``next_key`` is the public key of the next seal, empty while the key stood still."""

    number: int
    previous: bytes
    root: bytes
    from_xid: int
    to_xid: int
    n_events: int
    at: datetime
    next_key: bytes = b""

    def hash(self) -> bytes:
        """32 bytes."""
        text = f"{self.number}|{self.from_xid}|{self.to_xid}|{self.n_events}|{self.at.isoformat()}"
        text += f"|{self.next_key.hex()}" if self.next_key else ""
        return sha256(b"|".join((self.previous, self.root, text.encode()))).digest()


@dataclass(frozen=True)
class Start:
    """The first seal of a chain of keys: its number, the hash of the seal before, the public key that signs it."""

    number: int
    previous: bytes
    public: bytes
