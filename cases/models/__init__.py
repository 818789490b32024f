"""Concerns, re-directions, cases, notes and follow-ups.

What a person said is encrypted; what stays readable says only where a matter stands.
"""

from cases.models.case import NOTE_LENGTH, Case, CaseNote, FollowUp
from cases.models.closure import WORDS_LENGTH, Closure
from cases.models.concern import SUMMARY_LENGTH, Concern, Redirection, case_code
from cases.models.erasure import Erasure, ErasureQuerySet
from cases.models.handover import Ceiling, HandOver, HandOverQuerySet
from cases.models.issue import AdvocacyAction, Issue, IssueEvidence, IssueLink, IssueMove, issue_code
from cases.models.learning import HarmReport, LessonLearned
from cases.models.plan import ADVICE_LENGTH, STEP_LENGTH, Conference, PlanStep
from cases.models.safeguarding import REPORT_LENGTH, SafeguardingBar, SafeguardingMove, SafeguardingReport

__all__ = [
    "ADVICE_LENGTH",
    "NOTE_LENGTH",
    "REPORT_LENGTH",
    "STEP_LENGTH",
    "SUMMARY_LENGTH",
    "WORDS_LENGTH",
    "AdvocacyAction",
    "Case",
    "CaseNote",
    "Ceiling",
    "Closure",
    "Concern",
    "Conference",
    "Erasure",
    "ErasureQuerySet",
    "FollowUp",
    "HandOver",
    "HandOverQuerySet",
    "HarmReport",
    "Issue",
    "IssueEvidence",
    "IssueLink",
    "IssueMove",
    "LessonLearned",
    "PlanStep",
    "Redirection",
    "SafeguardingBar",
    "SafeguardingMove",
    "SafeguardingReport",
    "case_code",
    "issue_code",
]
