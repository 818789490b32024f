"""Recording and withdrawing decisions, what is known of the person, and what is said to people."""

from consent.actions.hooks import Unconfirmed, exception_ended, narrowed, renewed, unconfirmed, unsigned, withdrawn
from consent.actions.notices import propose_notice, publish_notice, take_back_notice
from consent.actions.person import change_person
from consent.actions.recording import Asked, current, record, record_obstacle
from consent.actions.withdrawing import hold, narrow, take_everything_back, tell_result, withdraw

__all__ = [
    "Asked", "Unconfirmed", "change_person", "current", "exception_ended", "hold", "narrow", "narrowed", "propose_notice",
    "publish_notice", "record", "record_obstacle", "renewed", "take_back_notice", "take_everything_back", "tell_result",
    "unconfirmed", "unsigned", "withdraw", "withdrawn",
]  # fmt: skip
