"""The life-cycles of issues and harm reports as tables (domain.md §11.3)."""

from django.db import models
from django.utils.translation import pgettext_lazy

from cases.issue_words import IssueStatus as S
from foundation.core.states import LifeCycle, move

ACTIVE = frozenset({S.IDENTIFIED, S.ANALYSED, S.STRATEGY, S.DIALOGUE, S.ASSESSED})
ISSUE = LifeCycle(
    [
        move("analyse", {S.IDENTIFIED, S.ANALYSED}, S.ANALYSED, "lead"),
        move("plan_strategy", {S.ANALYSED}, S.STRATEGY, "lead"),
        move("begin_dialogue", {S.ANALYSED, S.STRATEGY}, S.DIALOGUE, "lead"),
        move("assess_outcome", {S.DIALOGUE}, S.ASSESSED, "lead"),
        move("take_up_again", {S.ASSESSED}, S.DIALOGUE, "lead"),
        move("rest", ACTIVE, S.DORMANT, "lead"),
        move("wake", {S.DORMANT}, None, "lead"),
        move("close", {S.ASSESSED, S.DORMANT, S.IDENTIFIED}, S.CLOSED, "lead"),
    ]
)
ISSUE_RETURNS = {"wake": ACTIVE}


class HarmStatus(models.TextChoices):
    """Where a harm report stands."""

    REPORTED = "reported", pgettext_lazy("harm report", "Reported")
    TAKEN_ON = "taken_on", pgettext_lazy("harm report", "Being looked into")
    CLOSED = "closed", pgettext_lazy("harm report", "Closed, with what we changed")


HARM = LifeCycle(
    [
        move("take_on", {HarmStatus.REPORTED}, HarmStatus.TAKEN_ON, "reader"),
        move("note", {HarmStatus.TAKEN_ON}, None, "reader"),
        move("close", {HarmStatus.TAKEN_ON}, HarmStatus.CLOSED, "reader"),
    ]
)
