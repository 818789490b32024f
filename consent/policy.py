"""Who may sign, refuse, end and review an exceptional disclosure (asking is a verb of the case); who publishes a notice."""

from typing import Any

from consent.models import BestInterestNote, ExceptionalDisclosure, NoticeProposal
from consent.models.notice import writes_notices
from consent.states import EXCEPTION, ProposalState
from foundation.core import policy


def signs(actor: Any, row: ExceptionalDisclosure) -> bool:
    """Somebody else than who asked, on one of the seats that were asked (HS-20)."""
    return bool(actor.pk != row.requested_by_id and set(row.deciders) & set(actor.group_ids))


def _can(verb: str, row: ExceptionalDisclosure) -> bool:
    return row.status in EXCEPTION.moves[verb].sources


def _asked(actor: Any, row: ExceptionalDisclosure) -> bool:
    return bool(actor.pk == row.requested_by_id and actor.seats)


def _is_to_review(row: ExceptionalDisclosure) -> bool:
    return _can("review", row) and row.valid_from is not None and row.reviewed_at is None


def _publishes(actor: Any, proposal: NoticeProposal) -> bool:
    """Somebody else than who wrote it (HS-20)."""
    return writes_notices(actor) and actor.pk != proposal.written_by_id and proposal.state == ProposalState.WAITING


def _takes_back(actor: Any, proposal: NoticeProposal) -> bool:
    return writes_notices(actor) and proposal.state == ProposalState.WAITING


def install() -> None:
    """Register the rules."""
    policy.register(
        ExceptionalDisclosure,
        {
            "read": lambda a, e: True,
            "authorise": lambda a, e: signs(a, e) and _can("authorise", e),
            "refuse": lambda a, e: signs(a, e) and _can("refuse", e),
            "take_back": lambda a, e: _asked(a, e) and _can("take_back", e),
            "end": lambda a, e: (_asked(a, e) or signs(a, e)) and _can("end", e),
            "review": lambda a, e: signs(a, e) and _is_to_review(e),
        },
    )
    policy.register(
        NoticeProposal,
        {
            "read": lambda a, p: writes_notices(a),
            "propose": lambda a, p: writes_notices(a),
            "publish": _publishes,
            "take_back": _takes_back,
        },
    )
    policy.register(
        BestInterestNote,
        {"read": lambda a, n: True, "answer": lambda a, n: bool(a.seats) and a.pk != n.written_by_id},
    )
