"""Who reads reports (domain.md §11.2), and who writes an assessment and agrees to it as the second person (HS-20)."""

from typing import Any

from cases.policy import LEADS, has_seat
from foundation.core import policy
from riskanalysis.models import READERS, Release, RiskAssessment
from riskanalysis.risks import State


def reads(actor: Any) -> bool:
    """Whether the actor holds a seat that reads reports."""
    return any(seat.role in READERS for seat in actor.seats)


def _own_draft(actor: Any, row: RiskAssessment) -> bool:
    return bool(actor.seats) and row.author_id == actor.pk and row.status == State.DRAFT


def _signs(actor: Any, row: RiskAssessment) -> bool:
    """Somebody else than who wrote it, on a seat of the ladder."""
    return has_seat(actor, LEADS) and row.author_id != actor.pk and row.status == State.PROPOSED


def install() -> None:
    """Register the rules."""
    policy.register(Release, {"read": lambda a, r: reads(a)})
    policy.register(RiskAssessment, {"read": lambda a, r: True, "describe": _own_draft, "sign": _signs})
