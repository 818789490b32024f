"""Who reads reports: managers and data-protection officers, of their own unit and those below (domain.md §11.2)."""

from typing import Any

from foundation.core import policy
from riskanalysis.models import READERS, Release


def reads(actor: Any) -> bool:
    """Whether the actor holds a seat that reads reports."""
    return any(seat.role in READERS for seat in actor.seats)


def install() -> None:
    """Register the rules."""
    policy.register(Release, {"read": lambda a, r: reads(a)})
