"""Small secrets that stand under an organisation's key (a webhook's, a second factor's): who keeps them, so that the key
can be exchanged. Each app registers its own (from its ``ready()``); a key that still holds a secret is not let go.
"""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class Holder:
    """A kind of secret.

    ``n_under`` counts those under one organisation key; ``renew`` seals up to so many of them anew under the
    organisation's newest key, in the caller's transaction, passing over rows that somebody else holds.
    """

    n_under: Callable[[UUID], int]
    renew: Callable[[UUID, int], int]


HOLDERS: dict[str, Holder] = {}


def register(name: str, holder: Holder) -> None:
    """Announce a kind of secret."""
    HOLDERS[name] = holder


def n_under(key: UUID) -> int:
    """How many secrets of all kinds need this organisation key."""
    return sum(holder.n_under(key) for holder in HOLDERS.values())
