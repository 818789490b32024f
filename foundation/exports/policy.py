"""Who may do what with a list that leaves. Nobody approves what he asked for himself (HS-20)."""

from typing import Any

from foundation.accounts.models import Role
from foundation.core import policy
from foundation.exports.models import Export
from foundation.exports.sources import source_of

LEADS = (Role.FOCAL_POINT, Role.DEPUTY, Role.MANAGER)


def leads(actor: Any) -> bool:
    """Whether the actor now holds a lead's seat."""
    return any(seat.role in LEADS for seat in actor.seats)


def _own(actor: Any, export: Export) -> bool:
    return export.asked_by_id == actor.pk and source_of(export.source).may_ask(actor)


def _other(actor: Any, export: Export) -> bool:
    return export.asked_by_id != actor.pk and leads(actor)


def install() -> None:
    """Register the rules."""
    policy.register(
        Export,
        {
            "read": lambda a, e: True,
            **dict.fromkeys(("make", "download", "drop"), _own),
            **dict.fromkeys(("approve", "refuse"), _other),
        },
    )
