"""Recording and withdrawing decisions, what is said to people and known of them, what they ask, and the office of data
protection.
"""

from consent.actions.basis import Place, current_bases, decide_review, open_review, set_basis
from consent.actions.holding import ask_end, ask_hold, decide_end, decide_hold, hold_on, is_held, require_free
from consent.actions.hooks import (
    Corrected,
    Unconfirmed,
    corrected,
    exception_ended,
    narrowed,
    renewed,
    resumed,
    suspended,
    unconfirmed,
    unsigned,
    withdrawn,
)
from consent.actions.impact import (
    About,
    Words,
    approve_assessment,
    draft_assessment,
    drop_assessment,
    in_force,
    require_assessment,
)
from consent.actions.incidents import Noticed, open_incident, report_incident
from consent.actions.notices import propose_notice, publish_notice, take_back_notice
from consent.actions.person import change_person
from consent.actions.recording import Asked, current, record, record_obstacle
from consent.actions.schedule import agree_rule, refuse_rule, rule_for, schedule_of, set_rule
from consent.actions.suspending import outdate, resume, suspend
from consent.actions.withdrawing import hold, narrow, take_everything_back, tell_result, withdraw

__all__ = [
    "About", "Asked", "Corrected", "Noticed", "Place", "Unconfirmed", "Words", "agree_rule", "approve_assessment",
    "ask_end", "ask_hold", "change_person", "corrected", "current", "current_bases", "decide_end", "decide_hold",
    "decide_review", "draft_assessment", "drop_assessment", "exception_ended", "hold", "hold_on", "in_force", "is_held",
    "narrow", "narrowed", "open_incident", "open_review", "outdate", "propose_notice", "publish_notice", "record",
    "record_obstacle",
    "refuse_rule", "renewed", "report_incident", "require_assessment", "require_free", "resume", "resumed", "rule_for",
    "schedule_of", "set_basis", "set_rule", "suspend", "suspended", "take_back_notice", "take_everything_back",
    "tell_result", "unconfirmed", "unsigned", "withdraw", "withdrawn",
]  # fmt: skip
