"""Concerns, re-directions, cases, notes and follow-ups.

What a person said is encrypted; what stays readable says only where a matter stands.
"""

from cases.models.case import NOTE_LENGTH, Case, CaseNote, FollowUp
from cases.models.concern import SUMMARY_LENGTH, Concern, Redirection, case_code
from cases.models.erasure import Erasure, ErasureQuerySet

__all__ = [
    "NOTE_LENGTH",
    "SUMMARY_LENGTH",
    "Case",
    "CaseNote",
    "Concern",
    "Erasure",
    "ErasureQuerySet",
    "FollowUp",
    "Redirection",
    "case_code",
]
