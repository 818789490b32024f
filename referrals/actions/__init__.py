"""Writes: one function per verb of the life-cycle."""

from referrals.actions.answering import Reply, act_as_recipient, confirm_withdrawal, viewed
from referrals.actions.handing import follow
from referrals.actions.preparing import Offer, prepare, revise
from referrals.actions.referring import advise, answer, cancel, expire, mark_error, return_to_draft, submit, verify
from referrals.actions.sending import send
from referrals.actions.telling import tell
from referrals.actions.tokens import end_tokens
from referrals.actions.withdrawing import cascade, end_with_case, renew, settle

__all__ = [
    "Offer", "Reply", "act_as_recipient", "advise", "answer", "cancel", "cascade", "confirm_withdrawal", "end_tokens",
    "end_with_case", "expire", "follow", "mark_error", "prepare", "renew", "return_to_draft", "revise", "send", "settle",
    "submit", "tell", "verify", "viewed",
]  # fmt: skip
