"""Writes: one function per verb."""

from cases.actions.case import accept, add_note, assign, follow_up, note_event, plan_follow_up, start_response
from cases.actions.concern import answer_escalation, describe, discard, explain_limits, start, submit
from cases.actions.erasing import authorise_erasure, refuse_erasure, request_erasure, take_back_erasure
from cases.actions.triage import triage

__all__ = [
    "accept", "add_note", "answer_escalation", "assign", "authorise_erasure", "describe", "discard", "explain_limits",
    "follow_up", "note_event", "plan_follow_up", "refuse_erasure", "request_erasure", "start", "start_response", "submit",
    "take_back_erasure", "triage",
]  # fmt: skip
