"""Writes: one function per verb."""

from cases.actions.case import (
    accept,
    add_note,
    assign,
    follow_up,
    mark_assessed,
    note_event,
    plan_follow_up,
    set_urgency,
    start_response,
)  # fmt: skip
from cases.actions.concern import answer_escalation, describe, discard, explain_limits, start, submit
from cases.actions.erasing import authorise_erasure, refuse_erasure, request_erasure, take_back_erasure
from cases.actions.files import add_file, file_of, open_file, remove_file
from cases.actions.rights import ask_right, close_right, copy_right, take_back_right
from cases.actions.triage import triage

__all__ = [
    "accept", "add_file", "add_note", "answer_escalation", "ask_right", "assign", "authorise_erasure", "close_right",
    "copy_right", "describe", "discard", "explain_limits", "file_of", "follow_up", "mark_assessed",
    "note_event", "open_file", "plan_follow_up", "refuse_erasure", "remove_file", "request_erasure", "set_urgency",
    "start", "start_response", "submit",
    "take_back_erasure", "take_back_right", "triage",
]  # fmt: skip
