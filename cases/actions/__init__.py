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
from cases.actions.closing import Ending, agree_closure, ask_closure, reopen, return_closure, take_back_closure
from cases.actions.concern import answer_escalation, describe, discard, explain_limits, start, submit
from cases.actions.erasing import authorise_erasure, refuse_erasure, request_erasure, take_back_erasure
from cases.actions.files import add_file, file_of, open_file, remove_file
from cases.actions.handing import (
    ask_other,
    ask_transfer,
    decline,
    reassign_all,
    set_ceiling,
    take,
    take_back_hand_over,
)  # fmt: skip
from cases.actions.planning import add_step, confer, end_step, finish_response, go_on, plan_nothing, wait
from cases.actions.rights import ask_right, close_right, copy_right, take_back_right
from cases.actions.triage import triage

__all__ = [
    "Ending", "accept", "add_file", "add_note", "add_step", "agree_closure", "answer_escalation", "ask_closure",
    "ask_other", "ask_right", "ask_transfer", "assign", "authorise_erasure", "close_right", "confer", "copy_right",
    "decline", "describe", "discard", "end_step", "explain_limits", "file_of", "finish_response", "follow_up",
    "go_on", "mark_assessed", "note_event", "open_file", "plan_follow_up", "plan_nothing", "reassign_all",
    "refuse_erasure", "remove_file", "reopen", "request_erasure", "return_closure", "set_ceiling", "set_urgency",
    "start", "start_response", "submit", "take", "take_back_closure", "take_back_erasure", "take_back_hand_over",
    "take_back_right", "triage", "wait",
]  # fmt: skip
