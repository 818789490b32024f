"""Who may do what with representations and with the register of authorities (HS-08, HS-13, HS-20)."""

from collections.abc import Callable
from typing import Any

from cases.policy import LEADS, has_seat
from foundation.accounts.models import Role
from foundation.core import policy
from referrals.models import Authority, Representation
from referrals.models.authority import kept_by
from referrals.speech import SpeechStatus
from referrals.speech_states import OPEN, OUTSIDE, SPEECH

SIGNING = (*LEADS, Role.DIALOGUE)
CLEARING = {"cleared_manager_id": (Role.MANAGER,), "cleared_by_id": (Role.FOCAL_POINT, Role.DEPUTY)}
UNDECIDED = frozenset({SpeechStatus.CHECK, SpeechStatus.APPROVAL})


def works_on(actor: Any, speech: Representation) -> bool:
    """Who wrote it, who owns the case, and the leads (of an issue also the officer for dialogue) who open its folder."""
    owner = speech.case.owner_id if speech.case is not None else None
    seats = LEADS if speech.case_id else SIGNING
    return actor.pk in (speech.written_by_id, owner) or has_seat(actor, seats)


def is_other(actor: Any, speech: Representation) -> bool:
    """Somebody else than who wrote it, on a seat that signs."""
    return actor.pk != speech.written_by_id and has_seat(actor, SIGNING)


def _step(verb: str, who: Callable[[Any, Representation], bool]) -> policy.Rule:
    return lambda a, s: s.status in SPEECH.moves[verb].sources and who(a, s)


def _revises(actor: Any, speech: Representation) -> bool:
    before = {SpeechStatus.DRAFT, SpeechStatus.CHECK, SpeechStatus.RETURNED}
    return speech.status in before and works_on(actor, speech)


def _clears(actor: Any, speech: Representation) -> bool:
    """A signature that is missing, from the seat that it needs, by somebody who has not signed."""
    if not speech.needs_clearance or speech.status not in UNDECIDED or speech.sent_at:
        return False
    if actor.pk in (speech.cleared_by_id, speech.cleared_manager_id):
        return False
    return any(getattr(speech, name) is None and has_seat(actor, roles) for name, roles in CLEARING.items())


def _sends(actor: Any, speech: Representation) -> bool:
    return speech.status == SpeechStatus.APPROVAL and speech.approved_by_id is not None and works_on(actor, speech)


def _approves(actor: Any, speech: Representation) -> bool:
    return speech.status == SpeechStatus.APPROVAL and speech.approved_by_id is None and is_other(actor, speech)


def _watches(actor: Any, speech: Representation) -> bool:
    return speech.watch_until is not None and works_on(actor, speech)


def _keeps(actor: Any, authority: Authority) -> bool:
    return authority.organisation_id in kept_by(actor)


def install() -> None:
    """Register the rules."""
    mine = ("examine", "rewrite", "submit", "received", "answered", "no_reply", "follow_up", "close", "end")
    rules: dict[str, policy.Rule] = {verb: _step(verb, works_on) for verb in mine}
    policy.register(
        Representation,
        {
            **rules,
            "read": lambda a, s: True,
            "revise": _revises,
            "clear": _clears,
            "give_back": _step("give_back", is_other),
            "approve": _approves,
            "send": _sends,
            "resume": _step("resume", is_other),
            "suspect": lambda a, s: s.status in OPEN and works_on(a, s),
            "promise": lambda a, s: s.status in OUTSIDE and works_on(a, s),
            "watch": _watches,
        },
    )
    policy.register(Authority, {"read": lambda a, r: True, "change": _keeps})
