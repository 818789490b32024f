"""Who may do what with an assessment of readiness and with a training; two people on each (HS-20)."""

from typing import Any

from foundation.accounts import oversight
from foundation.core import policy
from foundation.readiness import seats
from foundation.readiness.models import ReadinessAssessment, Training
from foundation.readiness.states import READINESS, TRAINING


def _can(row: ReadinessAssessment, verb: str) -> bool:
    return row.state in READINESS.moves[verb].sources


def _writes(verb: str) -> policy.Rule:
    return lambda a, r: _can(r, verb) and seats.holds_over(a, seats.WRITERS, r.unit)


def _decides(verb: str) -> policy.Rule:
    """Somebody else than who wrote and who submitted it."""
    return lambda a, r: (
        _can(r, verb)
        and a.pk not in (r.drafted_by_id, r.submitted_by_id)
        and seats.holds_over(a, seats.SECONDS, r.unit)
    )


def records(actor: Any, user: Any) -> bool:
    """Whether the actor records trainings of this person: a manager or data-protection officer above them, never oneself."""
    return actor.pk != user.pk and oversight.watches(actor, user, seats.SECONDS)


def _confirms(actor: Any, row: Training) -> bool:
    is_other = actor.pk not in (row.recorded_by_id, row.user_id)
    return (
        row.state in TRAINING.moves["confirm"].sources
        and is_other
        and seats.holds_in_society(actor, seats.WRITERS, row.user)
    )


def _ends(actor: Any, row: Training) -> bool:
    return row.state in TRAINING.moves["end"].sources and records(actor, row.user)


def install() -> None:
    """Register the rules."""
    policy.register(
        ReadinessAssessment,
        {
            "read": lambda a, r: seats.reads(a, r.unit),
            "fill": _writes("submit"),
            "submit": _writes("submit"),
            "drop": _writes("drop"),
            "approve": _decides("approve"),
            "give_back": _decides("give_back"),
        },
    )
    policy.register(
        Training,
        {
            "read": lambda a, t: a.pk == t.user_id or seats.holds_in_society(a, seats.WRITERS, t.user),
            "confirm": _confirms,
            "refuse": _confirms,
            "end": _ends,
        },
    )
