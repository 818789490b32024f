"""Carrying out erasures that were agreed to: the outbox's channel and the sweep."""

from cases.actions import erasing
from foundation.core.errors import DomainError
from foundation.outbox.delivery import DeliveryError
from foundation.outbox.models import Message


def deliver(message: Message) -> None:
    """Carry out the erasure that the message names; what is in the way stands on its page, and it is tried again."""
    if message.reference is None:
        raise DeliveryError("no_reference", is_final=True)
    try:
        erasing.carry_out(message.reference)
    except DomainError as problem:
        erasing.note_problem(message.reference, problem.code)
        raise DeliveryError(problem.code) from problem


def sweep() -> int:
    """Go on with what was interrupted, or waited for the ledger; returns how many were finished."""
    done = 0
    for pk in erasing.unfinished():
        try:
            erasing.carry_out(pk)
            done += 1
        except DomainError as problem:
            erasing.note_problem(pk, problem.code)
    return done
