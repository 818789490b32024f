"""Issues as their pages show them."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.forms.issue import LAWS
from cases.issue_words import Bearing, Driver, Group, IssueStatus, Right
from cases.models import AdvocacyAction, Case, Concern, Issue, IssueEvidence, IssueLink, IssueMove
from cases.vocabulary import Risk
from consent.pages import on, tag, when
from foundation.audit import trail
from foundation.core import policy
from foundation.core.legible import SHUT, legible
from foundation.dossiers.models import Kind

SHOWN = 50
TONES: dict[str, tuple[str, str]] = {
    IssueStatus.DIALOGUE: ("act", "open"), IssueStatus.ASSESSED: ("good", "done"),
    IssueStatus.DORMANT: ("private", "pause"), IssueStatus.CLOSED: ("private", "done"),
}  # fmt: skip
LABELS = {
    "add_evidence": gettext_lazy("Add evidence"),
    "analyse": gettext_lazy("Analyse why the duty is not met"),
    "plan_strategy": gettext_lazy("Agree on a strategy"),
    "begin_dialogue": gettext_lazy("Dialogue or advocacy begins"),
    "act": gettext_lazy("Plan an advocacy action"),
    "assess_outcome": gettext_lazy("Say what has changed"),
    "take_up_again": gettext_lazy("Take it up again"),
    "rest": gettext_lazy("Let it rest"),
    "wake": gettext_lazy("Go on with it"),
    "close": gettext_lazy("Close the issue"),
}
MOVES = {
    "open": gettext_lazy("The issue was opened"),
    "analyse": gettext_lazy("It was analysed"),
    "plan_strategy": gettext_lazy("A strategy was agreed"),
    "begin_dialogue": gettext_lazy("Dialogue or advocacy began"),
    "assess_outcome": gettext_lazy("What has changed was assessed"),
    "take_up_again": gettext_lazy("It was taken up again"),
    "rest": gettext_lazy("It rests"),
    "wake": gettext_lazy("It goes on"),
    "close": gettext_lazy("It was closed"),
}


def line(issue: Issue, actor: Any) -> dict[str, Any]:
    """A row of the list."""
    words = [str(Risk(code).label) for code in issue.risks[:2]]
    return {
        "url": reverse("cases:issue", args=[issue.pk]), "title": legible(lambda: issue.title, SHUT), "code": issue.code,
        "tag": state(issue), "lines": [*words, when(issue.opened_at, actor)],
    }  # fmt: skip


def state(issue: Issue) -> dict[str, Any]:
    """Its tag."""
    return tag(issue.get_status_display(), *TONES.get(issue.status, ("", "")))


def page(issue: Issue, actor: Any) -> dict[str, Any]:
    """The context of the page: a number of queries that no row adds to."""
    can = policy.abilities(actor, issue)
    links = [(reverse("cases:issue_step", args=[issue.pk, verb]), label) for verb, label in LABELS.items() if can[verb]]
    if can["represent"]:
        url = reverse("referrals:represent_issue", args=[issue.pk])
        links.append((url, gettext_lazy("Raise it with an authority, naming nobody")))
    if can["revise"]:
        links.append((reverse("cases:issue_revise", args=[issue.pk]), gettext_lazy("Change the description")))
    return {
        "issue": issue, "tag": state(issue), "rows": facts(issue), "steps": [{"url": u, "label": w} for u, w in links],
        "warning": warning(issue),
        "evidence": evidence(issue), "actions": actions(issue, may=can["act"]), "cases": linked(issue, actor),
        "concerns": concerns_behind(issue, actor),
        "moves": moves(issue, actor),
    }  # fmt: skip


def warning(issue: Issue) -> str:
    """R-12: a warning, and no stop."""
    is_past = issue.status in (IssueStatus.ANALYSED, IssueStatus.STRATEGY, IssueStatus.DIALOGUE)
    if is_past and not issue.has_context:
        return _(
            "The context was not analysed: risks, gender and diversity, with the people concerned. Do it first if you can."
        )
    return ""


def facts(issue: Issue) -> list[dict[str, Any]]:
    """The rows of the summary list; what is not said is left out."""
    coded: tuple[tuple[str, list[str], Any], ...] = (
        (_("Protection risks"), issue.risks, dict(Risk.choices)), (_("Groups at risk"), issue.groups, dict(Group.choices)),
        (_("Driven by"), issue.drivers, dict(Driver.choices)), (_("At stake"), issue.rights, dict(Right.choices)),
        (_("Protected by"), issue.frameworks, dict(LAWS)), (_("Why the duty is not met"), issue.bearing, dict(Bearing.choices)),
    )  # fmt: skip
    said = (
        (_("Analysis"), issue.analysis), (_("Strategy"), issue.strategy), (_("Outcome"), issue.outcome),
    )  # fmt: skip
    rows: list[dict[str, Any]] = [{"key": _("What is happening"), "value": issue.description, "typed": True}]
    rows.append({"key": _("Regions"), "value": issue.areas, "typed": True})
    rows += [{"key": key, "lines": [words[c] for c in codes if c in words]} for key, codes, words in coded if codes]
    rows += [{"key": key, "value": text, "typed": True} for key, text in said if text]
    if issue.change:
        rows.append({"key": _("Changed"), "value": issue.get_change_display()})
    return rows


def evidence(issue: Issue) -> list[dict[str, Any]]:
    """What is known, the newest first."""
    found = []
    for row in IssueEvidence.objects.filter(issue=issue).order_by("-added_at"):
        row.dossier = issue.dossier
        lines = [row.get_info_status_display(), row.get_kind_display(), row.get_reliability_display()]
        found.append({"title": row.text, "lines": lines, "tag": tag(row.reliability)})
    return found


def actions(issue: Issue, *, may: bool) -> list[dict[str, Any]]:
    """What is done and was done about it."""
    found = []
    for row in AdvocacyAction.objects.filter(issue=issue).order_by("-planned_at"):
        row.dossier = issue.dossier
        is_open = row.done_on is None
        url = reverse("cases:action_done", args=[issue.pk, row.pk]) if may and is_open else ""
        shown = tag(_("Planned"), "act", "clock") if is_open else tag(_("Done"), "good", "done")
        lines = [row.get_target_display(), *([row.result] if row.result else [])]
        found.append({"title": row.text, "lines": lines, "tag": shown, "at": on(row.done_on or row.due_on), "url": url})
    return found


def linkable(actor: Any) -> dict[str, Issue]:
    """The issues behind which this person may put a case or a concern, newest first; that they were read is recorded."""
    known = list(Issue.objects.with_key().newest(actor, Kind.ISSUE, SHOWN))
    trail.record("issue.read", ids=[issue.pk for issue in known])
    return {str(issue.pk): issue for issue in known if policy.allows(actor, "link", issue)}


def concerns_behind(issue: Issue, actor: Any) -> list[dict[str, Any]]:
    """The concerns behind it that this person can open; of the others nothing is said."""
    ids = list(IssueLink.objects.visible_to(actor).filter(issue=issue).values_list("concern", flat=True))
    rows = Concern.objects.visible_to(actor).filter(pk__in=ids).order_by("-submitted_at")
    return [{"url": reverse("cases:concern", args=[row.pk]), "code": row.code} for row in rows]


def linked(issue: Issue, actor: Any) -> list[dict[str, Any]]:
    """The cases behind it that this person can open; of the others nothing is said, not even how many."""
    ids = list(IssueLink.objects.visible_to(actor).filter(issue=issue).values_list("case", flat=True))
    rows = Case.objects.visible_to(actor).filter(pk__in=ids).order_by("-opened_at")
    return [{"url": reverse("cases:case", args=[case.pk]), "code": case.code} for case in rows]


def moves(issue: Issue, actor: Any) -> list[dict[str, Any]]:
    """What was done, newest first."""
    found = []
    for row in IssueMove.objects.filter(issue=issue).select_related("actor").order_by("-at"):
        row.dossier = issue.dossier
        found.append(
            {"title": MOVES[row.verb], "at": when(row.at, actor), "by": row.actor.name, "text": row.note or ""}
        )
    return found
