"""Writes: one function per verb."""

from cases.actions.case import accept, add_note, assign, follow_up, note_event, plan_follow_up, start_response
from cases.actions.concern import answer_escalation, describe, discard, explain_limits, start, submit
from cases.actions.triage import triage

__all__ = [
    "accept", "add_note", "answer_escalation", "assign", "describe", "discard", "explain_limits", "follow_up",
    "note_event", "plan_follow_up", "start", "start_response", "submit", "triage",
]  # fmt: skip
