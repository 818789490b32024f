"""Recording and withdrawing decisions, and what is known of the person."""

from consent.actions.hooks import Unconfirmed, exception_ended, narrowed, renewed, unconfirmed, unsigned, withdrawn
from consent.actions.person import change_person
from consent.actions.recording import Asked, current, record
from consent.actions.withdrawing import hold, narrow, take_everything_back, tell_result, withdraw

__all__ = [
    "Asked", "Unconfirmed", "change_person", "current", "exception_ended", "hold", "narrow", "narrowed", "record", "renewed",
    "take_everything_back", "tell_result", "unconfirmed", "unsigned", "withdraw", "withdrawn",
]  # fmt: skip
