"""Writes: one function per verb of the life-cycle."""

from referrals.actions.answering import Reply, act_as_recipient, hear, viewed
from referrals.actions.appointing import (
    appoint,
    end_appointment,
    hear_appointment,
    hear_appointment_result,
    tell_appointment,
)
from referrals.actions.assisting import (
    Need,
    answer_assistance,
    follow_needs,
    give_assistance,
    not_give_assistance,
    plan_assistance,
)
from referrals.actions.attempting import hear_attempt, log_attempt
from referrals.actions.capacity import approve_capacity, declare_capacity, drop_capacity
from referrals.actions.carrying import enter_code, make_code
from referrals.actions.chasing import chase
from referrals.actions.confirming import Kept, confirm_withdrawal, hear_confirmation
from referrals.actions.correcting import pass_on
from referrals.actions.ending import close_unverified
from referrals.actions.gaps import note_gap, report_gap
from referrals.actions.handing import follow, move_house
from referrals.actions.items import request_item
from referrals.actions.narrowing import narrow_packages
from referrals.actions.opening import open_item, refuse_item
from referrals.actions.preparing import Offer, prepare, revise
from referrals.actions.referring import (
    Feedback,
    advise,
    answer,
    cancel,
    expire,
    mark_error,
    return_to_draft,
    submit,
    verify,
)
from referrals.actions.resting import rest, wake
from referrals.actions.saving import Call, look_back
from referrals.actions.sending import send
from referrals.actions.telling import tell, tell_result
from referrals.actions.tokens import end_tokens
from referrals.actions.withdrawing import cascade, end_exception, end_with_case, renew, settle, uncount

__all__ = [
    "Call",
    "Feedback",
    "Kept",
    "Need",
    "Offer",
    "Reply",
    "act_as_recipient",
    "advise",
    "answer",
    "answer_assistance",
    "appoint",
    "approve_capacity",
    "cancel",
    "cascade",
    "chase",
    "close_unverified",
    "confirm_withdrawal",
    "declare_capacity",
    "drop_capacity",
    "end_appointment",
    "end_exception",
    "end_tokens",
    "end_with_case",
    "enter_code",
    "expire",
    "follow",
    "follow_needs",
    "give_assistance",
    "hear",
    "hear_appointment",
    "hear_appointment_result",
    "hear_attempt",
    "hear_confirmation",
    "log_attempt",
    "look_back",
    "make_code",
    "mark_error",
    "move_house",
    "narrow_packages",
    "not_give_assistance",
    "note_gap",
    "open_item",
    "pass_on",
    "plan_assistance",
    "prepare",
    "refuse_item",
    "renew",
    "report_gap",
    "request_item",
    "rest",
    "return_to_draft",
    "revise",
    "send",
    "settle",
    "submit",
    "tell",
    "tell_appointment",
    "tell_result",
    "uncount",
    "verify",
    "viewed",
    "wake",
]  # fmt: skip
