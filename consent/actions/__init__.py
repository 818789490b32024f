"""Recording and withdrawing decisions, and what is known of the person."""

from consent.actions.hooks import renewed, withdrawn
from consent.actions.person import change_person
from consent.actions.recording import Asked, current, record
from consent.actions.withdrawing import withdraw

__all__ = ["Asked", "change_person", "current", "record", "renewed", "withdraw", "withdrawn"]
