"""What an archive says of itself. It stands at the end of the stream, when everything is known."""

import json
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from foundation.backup.errors import BackupError

FORMAT = 1
DATA, KEYS = "data", "keys"


@dataclass
class Manifest:
    """One archive. Data and keys of one backup share ``backup`` and ``made_at``: they show the same moment.

    ``installation`` is the id of the erasure ledger. ``streams``: name → hash, size and parts; ``counts``: table → rows;
    ``columns``: of the key tables; ``head``: of the trail's seals; ``last_xid``: the newest transaction in the trail.
    """

    part: str
    backup: str
    made_at: str
    installation: str
    version: str = ""
    postgres: str = ""
    head: str = ""
    last_xid: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    columns: dict[str, list[str]] = field(default_factory=dict)
    streams: dict[str, dict[str, Any]] = field(default_factory=dict)
    format: int = FORMAT

    def encode(self) -> bytes:
        """JSON that a person can read too."""
        return json.dumps(asdict(self), indent=1, sort_keys=True).encode()

    @classmethod
    def decode(cls, data: bytes) -> "Manifest":
        """The manifest; ``BackupError`` for one that this version does not know."""
        try:
            said = json.loads(data)
            if said["format"] != FORMAT:
                raise BackupError(f"the archive has format {said['format']}; this version of Amparo reads {FORMAT}")
            return cls(**said)
        except (ValueError, KeyError, TypeError):
            raise BackupError("the archive holds no manifest that can be read") from None

    @property
    def moment(self) -> datetime:
        """When it was made."""
        return datetime.fromisoformat(self.made_at)
