"""Writes: counting, freezing reports, assessing the risk of a case, measuring what became of it."""

from riskanalysis.actions.assessing import answer, discard_assessment, name_threat, start_assessment
from riskanalysis.actions.counting import count, count_concern, count_referral
from riskanalysis.actions.counting_closings import count_closure
from riskanalysis.actions.deciding import Choice, agree, decide, disagree
from riskanalysis.actions.measuring import clear, measure, tell_of_help
from riskanalysis.actions.releasing import release_due

__all__ = [
    "Choice", "agree", "answer", "clear", "count", "count_closure", "count_concern", "count_referral", "decide",
    "disagree", "discard_assessment", "measure", "name_threat", "release_due", "start_assessment", "tell_of_help",
]  # fmt: skip
