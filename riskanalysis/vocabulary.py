"""What is counted: cubes of at most three dimensions, in codes of fixed vocabularies (domain.md §8.5, §10)."""

from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.closures import Reason, Result
from cases.vocabulary import Category, Outcome, ReporterKind, Urgency
from consent.vocabulary import AgeBand, Gender
from referrals.vocabulary import DeclineReason, ServiceType
from riskanalysis.outcomes import Category as RiskOutcome
from riskanalysis.risks import Met

RULE = "1"
"""The version of the disclosure rule, for the foot of every table."""


class Kept(models.TextChoices):
    """Whether triage kept its limit."""

    KEPT = "kept", _("In time")
    LATE = "late", _("Late")


class Ending(models.TextChoices):
    """What became of a referral that was sent."""

    GIVEN = "given", _("Service given")
    NOT_GIVEN = "not_given", _("Service not given")
    DECLINED = "declined", pgettext_lazy("referral", "Declined")
    NO_ANSWER = "no_answer", _("No answer")
    CALLED_OFF = "called_off", _("Called off")
    OPEN = "open", _("Still open")


class Waited(models.TextChoices):
    """How long somebody waited from being heard until the first referral was sent, against ``FAIR_WAIT_HOURS``."""

    SHORT = "short", _("Within the limit")
    LONG = "long", _("Longer than the limit")


class Answered(models.TextChoices):
    """What a partner answered to an offer."""

    ACCEPTED = "accepted", pgettext_lazy("referral", "Accepted")
    DECLINED = "declined", pgettext_lazy("referral", "Declined")
    NONE = "none", _("No answer")


class Followed(models.TextChoices):
    """Whether the person was reached again after the case was opened (domain.md §8.5, 8)."""

    REACHED = "reached", _("Reached again")
    TRIED = "tried", _("Tried, and not reached")
    NONE = "none", _("No follow-up")


class Moved(models.TextChoices):
    """Which part of the risk got better (domain.md §8.5, 10)."""

    THREAT = "threat", _("Less threat")
    VULNERABILITY = "vulnerability", _("Less vulnerability")
    CAPACITY = "capacity", _("More capacity")
    SEVERAL = "several", _("More than one part")
    NOTHING = "nothing", _("None")
    UNKNOWN = "unknown", pgettext_lazy("component", "Not known")


@dataclass(frozen=True)
class Dimension:
    """A vocabulary as one side of a table. ``is_ordered``: only neighbours may be taken together."""

    title: Any
    labels: dict[str, Any]
    is_ordered: bool = False


def _labels(choices: Any) -> dict[str, Any]:
    return dict(choices.choices)


MONTH = "month"
DIMENSIONS: dict[str, Dimension] = {
    "category": Dimension(_("What it is about"), _labels(Category)),
    "urgency": Dimension(_("Urgency"), _labels(Urgency), is_ordered=True),
    "outcome": Dimension(_("What triage ended with"), _labels(Outcome)),
    "reporter": Dimension(_("Who brought it"), _labels(ReporterKind)),
    "kept": Dimension(_("Triaged"), _labels(Kept)),
    MONTH: Dimension(_("Month"), {}, is_ordered=True),
    "service": Dimension(_("Service"), _labels(ServiceType)),
    "ending": Dimension(_("What became of it"), _labels(Ending)),
    "why": Dimension(_("Why it was declined"), _labels(DeclineReason)),
    "age": Dimension(_("Age"), _labels(AgeBand)),
    "gender": Dimension(_("Sex or gender"), _labels(Gender)),
    "reason": Dimension(_("Why it was closed"), _labels(Reason)),
    "result": Dimension(_("For the person, compared with the beginning"), _labels(Result)),
    "risk": Dimension(_("What became of the risk"), _labels(RiskOutcome)),
    "moved": Dimension(_("Which part of the risk got better"), _labels(Moved)),
    "needs": Dimension(_("Were the needs met?"), _labels(Met)),
    "followed": Dimension(_("Follow-up"), _labels(Followed)),
}

CONCERN, CONCERN_REPORTER, CONCERN_KEPT = "concern", "concern_reporter", "concern_kept"
SENT, SENT_AGE, SENT_WHO = "sent", "sent_age", "sent_who"
ENDED, DECLINED = "ended", "declined"
WAIT_AGE, WAIT_GENDER = "wait_age", "wait_gender"
ANSWER_AGE, ANSWER_GENDER = "answer_age", "answer_gender"
CLOSED, CLOSED_RISK, CLOSED_MOVED = "closed", "closed_risk", "closed_moved"
CLOSED_NEEDS, CLOSED_FOLLOWED = "closed_needs", "closed_followed"
CUBES: dict[str, tuple[str, ...]] = {
    CONCERN: ("category", "urgency", "outcome"),
    CONCERN_REPORTER: ("reporter", "urgency"),
    CONCERN_KEPT: ("urgency", "kept"),
    SENT: ("service",),
    SENT_AGE: ("service", "age"),
    SENT_WHO: ("age", "gender"),
    ENDED: ("service", "ending"),
    DECLINED: ("service", "why"),
    WAIT_AGE: ("urgency", "age", "waited"),
    WAIT_GENDER: ("urgency", "gender", "waited"),
    ANSWER_AGE: ("urgency", "age", "answered"),
    ANSWER_GENDER: ("urgency", "gender", "answered"),
    CLOSED: ("reason", "result"),
    CLOSED_RISK: ("risk", "result"),
    CLOSED_MOVED: ("risk", "moved"),
    CLOSED_NEEDS: ("needs", "result"),
    CLOSED_FOLLOWED: ("followed", "result"),
}
"""Cube → its dimensions. Each is counted for itself, so that nothing says which category and which age belong together."""
