"""Issues: a problem of many, described so that nobody is recognised, analysed, and taken up (R-10, R-12, R-26, R-35, R-44)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import deidentify
from cases.issue_policy import ISSUERS, seat_for
from cases.issue_states import ISSUE
from cases.issue_words import Bearing, Change, IssueStatus
from cases.models import AdvocacyAction, Case, Concern, Issue, IssueEvidence, IssueLink, IssueMove, issue_code
from foundation.accounts import actions as accounts
from foundation.accounts.models import Seat, Unit, User
from foundation.audit import trail
from foundation.core import policy
from foundation.core.errors import Forbidden, Refused
from foundation.dossiers import actions as dossiers
from foundation.dossiers.models import VIEW, Kind


@dataclass(frozen=True)
class Facts:
    """What an issue is: words without a person, regions, and codes."""

    title: str
    description: str
    areas: str
    risks: list[str]
    groups: list[str] = field(default_factory=list)
    drivers: list[str] = field(default_factory=list)
    rights: list[str] = field(default_factory=list)
    frameworks: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Evidence:
    """A fact, from where it comes, how far that is relied on and what is known of it (PS-5)."""

    kind: str
    reliability: str
    info_status: str
    text: str


def issue_seats(unit: Unit) -> list[Seat]:
    """The seats that work on issues here and above: also those that somebody will be appointed to later."""
    above = list(unit.upwards())
    found = {(seat.unit_id, seat.role): seat for seat in Seat.objects.filter(unit__in=above, role__in=ISSUERS)}
    return [found.get((unit.pk, role)) or accounts.seat_of(unit, role) for unit in above for role in ISSUERS]


@transaction.atomic
def open_issue(facts: Facts, *, by: User, is_confirmed: bool) -> Issue:
    """A new issue, in a folder that the leads and officers for dialogue here and above open."""
    seat = seat_for(by, ISSUERS)
    if seat is None:
        raise Forbidden("actor.not_allowed", _("Your seat does not allow this."))
    check_facts(facts, seat.unit, is_confirmed=is_confirmed)
    groups = dict.fromkeys((one.group_id for one in issue_seats(seat.unit)), VIEW)
    dossier = dossiers.open_dossier(Kind.ISSUE, seat.unit, by=by, groups=groups)
    issue = Issue(dossier=dossier, unit=seat.unit, opened_by=by, **vars(facts))
    issue.clean_fields(exclude=["dossier", "unit", "opened_by"])
    dossiers.insert_with_code(issue, "code", issue_code)
    _note(issue, "open", by)
    trail.record("issue.opened", dossier=dossier.pk, subject=issue.pk, risks=issue.risks)
    return issue


def check_facts(facts: Facts, unit: Unit, *, is_confirmed: bool) -> None:
    """Something is written, a risk is named, and nobody is recognised in it (W-05, HS-15)."""
    for name in ("title", "description", "areas"):
        if not getattr(facts, name).strip():
            raise Refused(f"issue.{name}", _("Write something here."), name)
        deidentify.require_nobody(getattr(facts, name), name, places=service_points(unit))
    if not facts.risks:
        raise Refused("issue.risks", _("Choose at least one protection risk."), "risks")
    deidentify.require_confirmed(f"{facts.title}\n{facts.description}", is_confirmed)


def service_points(unit: Unit) -> list[str]:
    """Names of places finer than a region."""
    return [place.name for place in unit.upwards() if place.kind == "service_point"]


def lock_issue(issue: Issue) -> Issue:
    """The row as it is now, locked to the end of the transaction."""
    rows = Issue.objects.select_for_update(of=("self",)).select_related("dossier", "unit")
    locked: Issue = rows.get(pk=issue.pk)
    return locked


def _locked(issue: Issue, verb: str, by: User) -> Issue:
    locked = lock_issue(issue)
    policy.require(by, verb, locked)
    return locked


@transaction.atomic
def revise_issue(issue: Issue, facts: Facts, *, by: User, is_confirmed: bool) -> Issue:
    """Change what it says."""
    locked = _locked(issue, "revise", by)
    check_facts(facts, locked.unit, is_confirmed=is_confirmed)
    for name, value in vars(facts).items():
        setattr(locked, name, value)
    locked.clean_fields(exclude=["dossier", "unit", "opened_by"])
    locked.save(update_fields=[*vars(facts)])
    trail.record("issue.revised", dossier=locked.dossier_id, subject=locked.pk)
    return locked


def _move(issue: Issue, verb: str, by: User, *names: str, note: str = "") -> Issue:
    row, former = ISSUE.check(verb, issue.status), issue.status
    issue.status = row.target or issue.came_from
    issue.came_from = former if issue.status == IssueStatus.DORMANT else ""
    issue.status_at = timezone.now()
    issue.save(update_fields=["status", "came_from", "status_at", *names])
    _note(issue, verb, by, note)
    trail.record("issue.moved", dossier=issue.dossier_id, subject=issue.pk, move=verb, status=issue.status)
    return issue


def _note(issue: Issue, verb: str, by: User, note: str = "") -> None:
    move = IssueMove(dossier_id=issue.dossier_id, issue=issue, verb=verb, actor=by, note=note or None)
    move.dossier = issue.dossier
    move.save(force_insert=True)


@transaction.atomic
def analyse(issue: Issue, bearing: Iterable[str], analysis: str, *, by: User, has_context: bool) -> Issue:
    """Why those who have the duty do not meet it (R-26), and whether the context was analysed (R-12)."""
    locked = _locked(issue, "analyse", by)
    chosen = sorted(set(bearing) & set(Bearing.values))
    if not chosen:
        raise Refused("issue.bearing", _("Choose at least one."), "bearing")
    _require_words(analysis, "analysis", locked)
    locked.bearing, locked.analysis, locked.has_context = chosen, analysis, has_context
    return _move(locked, "analyse", by, "bearing", "analysis", "has_context")


def _require_words(text: str, name: str, issue: Issue) -> None:
    if not text.strip():
        raise Refused(f"issue.{name}", _("Write something here."), name)
    deidentify.require_nobody(text, name, places=service_points(issue.unit))


@transaction.atomic
def plan_strategy(issue: Issue, strategy: str, *, by: User) -> Issue:
    """Only where specialised work is run (R-35, R-44). Without an analysis of the context it is a warning (R-12)."""
    locked = lock_issue(issue)
    if not locked.unit.runs_specialised:
        raise Refused(
            "issue.basic", _("This unit gives a basic response and runs no specialised work: it plans no strategy.")
        )
    policy.require(by, "plan_strategy", locked)
    _require_words(strategy, "strategy", locked)
    locked.strategy = strategy
    return _move(locked, "plan_strategy", by, "strategy")


@transaction.atomic
def begin_dialogue(issue: Issue, note: str = "", *, by: User) -> Issue:
    """Dialogue or advocacy has begun."""
    return _move(_locked(issue, "begin_dialogue", by), "begin_dialogue", by, note=note)


@transaction.atomic
def assess_outcome(issue: Issue, change: str, outcome: str, *, by: User) -> Issue:
    """What came of it: a change that we contributed to, or none."""
    locked = _locked(issue, "assess_outcome", by)
    if change not in Change.values:
        raise Refused("issue.change", _("Choose what has changed."), "change")
    _require_words(outcome, "outcome", locked)
    locked.change, locked.outcome = change, outcome
    return _move(locked, "assess_outcome", by, "change", "outcome")


@transaction.atomic
def turn_issue(issue: Issue, verb: str, note: str = "", *, by: User) -> Issue:
    """A verb of the table that needs no more than a note: rest, wake, take_up_again, close."""
    locked = _locked(issue, verb, by)
    if verb in ("rest", "close") and not note.strip():
        raise Refused("issue.note", _("Say why."), "note")
    if note:
        deidentify.require_nobody(note, "note", places=service_points(locked.unit))
    return _move(locked, verb, by, note=note)


@transaction.atomic
def add_evidence(issue: Issue, evidence: Evidence, *, by: User) -> IssueEvidence:
    """A fact that is nobody's case."""
    locked = _locked(issue, "add_evidence", by)
    _require_words(evidence.text, "text", locked)
    made = IssueEvidence(dossier=locked.dossier, issue=locked, added_by=by, **vars(evidence))
    made.clean_fields(exclude=["dossier", "issue", "added_by"])
    made.save(force_insert=True)
    trail.record("issue.evidence_added", dossier=locked.dossier_id, subject=made.pk, reliability=made.reliability)
    return made


@transaction.atomic
def link_case(issue: Issue, case: Case, *, by: User) -> IssueLink:
    """Say, in the folder of the case, that it is one of those behind the issue."""
    policy.require(by, "link_issue", case)
    policy.require(by, "link", issue)
    if IssueLink.objects.filter(issue=issue, case=case).exists():
        raise Refused("issue.linked", _("This case is linked already."), "issue")
    made = IssueLink(dossier=case.dossier, issue=issue, case=case, linked_by=by)
    made.save(force_insert=True)
    trail.record("issue.linked", dossier=case.dossier_id, subject=made.pk)
    return made


@transaction.atomic
def link_concern(issue: Issue, concern: Concern, *, by: User) -> IssueLink:
    """Say, in the folder of a concern in which nobody is known, that it is one of those behind the issue (R-27, R-40)."""
    policy.require(by, "link", issue)
    made = IssueLink(dossier=concern.dossier, issue=issue, concern=concern, linked_by=by)
    made.save(force_insert=True)
    trail.record("issue.linked", dossier=concern.dossier_id, subject=made.pk)
    return made


@transaction.atomic
def unlink_case(link: IssueLink, *, by: User) -> None:
    """It is not one of them."""
    policy.require(by, "link_issue", link.case)
    trail.record("issue.unlinked", dossier=link.dossier_id, subject=link.pk)
    link.delete()


@transaction.atomic
def plan_action(issue: Issue, target: str, text: str, due_on: date | None, *, by: User) -> AdvocacyAction:
    """Something that is to be done about a law, a practice, a norm (R-38)."""
    locked = _locked(issue, "act", by)
    _require_words(text, "text", locked)
    made = AdvocacyAction(dossier=locked.dossier, issue=locked, target=target, text=text, due_on=due_on, planned_by=by)
    made.clean_fields(exclude=["dossier", "issue", "planned_by"])
    made.save(force_insert=True)
    trail.record("issue.action_planned", dossier=locked.dossier_id, subject=made.pk, target=target)
    return made


@transaction.atomic
def finish_action(action: AdvocacyAction, result: str, *, by: User) -> AdvocacyAction:
    """It was done; what came of it."""
    locked = _locked(action.issue, "act", by)
    _require_words(result, "result", locked)
    action.dossier = locked.dossier
    action.done_on, action.result = timezone.localdate(), result
    action.save(update_fields=["done_on", "result"])
    trail.record("issue.action_done", dossier=locked.dossier_id, subject=action.pk)
    return action
