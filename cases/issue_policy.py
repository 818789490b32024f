"""Who may do what with issues, lessons and reports of harm."""

from typing import Any

from cases.issue_states import ACTIVE, HARM, ISSUE, HarmStatus
from cases.issue_words import IssueStatus
from cases.models import HarmReport, Issue, LessonLearned
from cases.policy import LEADS, has_seat
from foundation.accounts.models import OrganisationKind, Role, Seat
from foundation.core import policy

ISSUERS = (*LEADS, Role.DIALOGUE)
"""Who opens issues and works on them; their seats, here and above, are on the folder's list."""


def seat_for(actor: Any, roles: tuple[Role, ...]) -> Seat | None:
    """The first seat with one of these roles in a National Society."""
    for seat in actor.seats:
        if seat.role in roles and seat.unit.organisation.kind == OrganisationKind.NATIONAL_SOCIETY:
            found: Seat = seat
            return found
    return None


def _issues(actor: Any, issue: Issue) -> bool:
    return has_seat(actor, ISSUERS) and issue.status != IssueStatus.CLOSED


def _moves(verb: str) -> policy.Rule:
    return lambda a, i: has_seat(a, ISSUERS) and i.status in ISSUE.moves[verb].sources


def _represents(actor: Any, issue: Issue) -> bool:
    """After the analysis, before the outcome."""
    ready = (IssueStatus.ANALYSED, IssueStatus.STRATEGY, IssueStatus.DIALOGUE)
    return has_seat(actor, ISSUERS) and issue.status in ready


def _strategy(actor: Any, issue: Issue) -> bool:
    return bool(_moves("plan_strategy")(actor, issue) and issue.unit.runs_specialised)


def _handles(verb: str) -> policy.Rule:
    return lambda a, h: a.pk != h.reported_by_id and h.status in HARM.moves[verb].sources and h.is_open


def _closes(actor: Any, report: HarmReport) -> bool:
    return report.status == HarmStatus.TAKEN_ON and actor.pk != report.reported_by_id and report.is_open


def _releases(actor: Any, lesson: LessonLearned) -> bool:
    """Somebody else than who wrote it (HS-20)."""
    mine = {seat.unit.organisation_id for seat in actor.seats if seat.role in ISSUERS}
    return lesson.released_at is None and lesson.written_by_id != actor.pk and lesson.organisation_id in mine


def install() -> None:
    """Register the rules."""
    policy.register(
        Issue,
        {
            "read": lambda a, i: True,
            "revise": _issues,
            "add_evidence": _issues,
            "link": _issues,
            "act": lambda a, i: has_seat(a, ISSUERS) and i.status in ACTIVE,
            "represent": _represents,
            **{verb: _moves(verb) for verb in ISSUE.moves if verb != "plan_strategy"},
            "plan_strategy": _strategy,
        },
    )
    policy.register(
        HarmReport,
        {"read": lambda a, h: True, "take_on": _handles("take_on"), "note": _handles("note"), "close": _closes},
    )
    policy.register(LessonLearned, {"read": lambda a, x: True, "release": _releases})
