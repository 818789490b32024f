"""Issues: a problem of many, without a person (R-10, R-26, R-27, R-35, R-38)."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cases import issue_page
from cases.actions import issues as actions
from cases.forms import issue as forms
from cases.identity import open_case
from cases.issue_page import SHOWN, linkable
from cases.issue_policy import ISSUERS
from cases.issue_states import ACTIVE
from cases.models import AdvocacyAction, Issue
from cases.policy import has_seat
from cases.views.guards import keeps_words, refuse, typed
from cases.views.who import me
from foundation.accounts.models import User
from foundation.audit import trail
from foundation.core import policy
from foundation.core.errors import DomainError, Forbidden, WrongState
from foundation.dossiers.models import Kind


def fetch(actor: Any, pk: UUID) -> Issue:
    """An issue whose folder this person can open."""
    found: Issue = policy.fetch(actor, Issue, pk, related=("dossier", "unit"))
    return found


def _require(request: HttpRequest) -> None:
    if not has_seat(request.user, ISSUERS):
        raise Forbidden("actor.not_allowed", _("Your seat does not allow this."))


@login_required
@require_safe
def issues(request: HttpRequest) -> HttpResponse:
    """What is worked on, and what rests or is over; newest first."""
    _require(request)
    actor = me(request)
    found = list(Issue.objects.with_key().newest(actor, Kind.ISSUE, SHOWN + 1))
    trail.record("issue.read", ids=[issue.pk for issue in found[:SHOWN]])
    groups = ((_("Being worked on"), True), (_("Resting or over"), False))
    sections = [
        {"title": title, "rows": [issue_page.line(i, actor) for i in found[:SHOWN] if (i.status in ACTIVE) == is_on]}
        for title, is_on in groups
    ]
    context = {"sections": [s for s in sections if s["rows"]], "has_more": len(found) > SHOWN}
    return render(request, "cases/issues.html", context)


@keeps_words
def new(request: HttpRequest) -> HttpResponse:
    """Describe a problem of many."""
    _require(request)
    form = forms.IssueForm(typed(request))
    if form.is_valid():
        try:
            facts, is_confirmed = _facts(form)
            made = actions.open_issue(facts, by=me(request), is_confirmed=is_confirmed)
            return redirect("cases:issue", made.pk)
        except DomainError as error:
            refuse(form, error)
    back = {"url": reverse("cases:issues"), "label": _("Issues")}
    lede = _("A problem that many have. Nobody stands in it: no name, no day, no exact place.")
    return _step_page(request, form, back, heading=_("Describe a problem of many"), lede=lede)


def _facts(form: forms.IssueForm) -> tuple[actions.Facts, bool]:
    data = dict(form.cleaned_data)
    return actions.Facts(**{k: v for k, v in data.items() if k != "is_confirmed"}), data["is_confirmed"]


def _step_page(request: HttpRequest, form: Form, back: dict[str, str], **more: Any) -> HttpResponse:
    context = {"form": form, "back": back, "submit": _("Save"), **more}
    return render(request, "cases/issue_step.html", context, status=422 if form.errors else 200)


@login_required
@require_safe
def issue(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Where it stands. Opening it stands in the trail."""
    found = fetch(request.user, pk)
    trail.record("issue.read", dossier=found.dossier_id, subject=found.pk)
    return render(request, "cases/issue.html", issue_page.page(found, me(request)))


@keeps_words
def revise(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change what it says."""
    found = fetch(request.user, pk)
    policy.require(request.user, "revise", found)
    names = [name for name in forms.IssueForm.base_fields if name != "is_confirmed"]
    form = forms.IssueForm(typed(request), initial={name: getattr(found, name) for name in names})
    if form.is_valid():
        try:
            facts, is_confirmed = _facts(form)
            actions.revise_issue(found, facts, by=me(request), is_confirmed=is_confirmed)
            return redirect("cases:issue", pk)
        except DomainError as error:
            refuse(form, error)
    trail.record("issue.read", dossier=found.dossier_id, subject=found.pk)
    return _step_page(request, form, _here(found), heading=_("Change the description"))


def _here(issue: Issue) -> dict[str, str]:
    return {"url": reverse("cases:issue", args=[issue.pk]), "label": _("Issue")}


@keeps_words
def step(request: HttpRequest, pk: UUID, verb: str) -> HttpResponse:
    """One verb: a small form, done on POST."""
    found = fetch(request.user, pk)
    if request.method != "POST" and not policy.allows(request.user, verb, found):
        raise WrongState("state.not_from_here", _("This has moved on in the meantime and cannot be done now."))
    policy.require(request.user, verb, found)
    form = forms.STEPS[verb](typed(request))
    if form.is_valid():
        try:
            carry_out(found, verb, form.cleaned_data, me(request))
            return redirect("cases:issue", pk)
        except DomainError as error:
            refuse(form, error)
    trail.record("issue.read", dossier=found.dossier_id, subject=found.pk)
    warning = issue_page.warning(found) if verb == "plan_strategy" else ""
    warn = {"title": _("No analysis of the context"), "text": warning} if warning else None
    return _step_page(request, form, _here(found), heading=issue_page.LABELS[verb], code=found.code, warn=warn)


def carry_out(issue: Issue, verb: str, data: dict[str, Any], by: User) -> None:
    """Call the action of a verb with what its form holds."""
    if verb == "analyse":
        actions.analyse(issue, data["bearing"], data["analysis"], by=by, has_context=data["has_context"])
    elif verb == "add_evidence":
        actions.add_evidence(issue, actions.Evidence(**data), by=by)
    elif verb == "act":
        actions.plan_action(issue, data["target"], data["text"], data["due_on"], by=by)
    elif verb in ("plan_strategy", "begin_dialogue", "assess_outcome"):
        getattr(actions, verb)(issue, *data.values(), by=by)
    else:
        actions.turn_issue(issue, verb, data["note"], by=by)


@keeps_words
def action_done(request: HttpRequest, pk: UUID, action: UUID) -> HttpResponse:
    """An action was done; what came of it."""
    found = fetch(request.user, pk)
    row: AdvocacyAction = policy.fetch(request.user, AdvocacyAction, action, related=("issue", "dossier"))
    policy.require(request.user, "act", found)
    form = forms.ResultForm(typed(request))
    if form.is_valid():
        try:
            actions.finish_action(row, form.cleaned_data["result"], by=me(request))
            return redirect("cases:issue", pk)
        except DomainError as error:
            refuse(form, error)
    trail.record("issue.read", dossier=found.dossier_id, subject=found.pk)
    rows = [{"key": _("Action"), "value": row.text, "typed": True}]
    return _step_page(request, form, _here(found), heading=_("What came of it?"), rows=rows)


@keeps_words
def link(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say that this case is one of those behind an issue; nobody learns of it who cannot open the case."""
    case = open_case(request.user, pk)
    policy.require(request.user, "link_issue", case)
    listed = linkable(me(request))
    form = forms.LinkForm([(key, i.title) for key, i in listed.items()], typed(request))
    if form.is_valid():
        try:
            actions.link_case(listed[form.cleaned_data["issue"]], case, by=me(request))
            return redirect("cases:case", pk)
        except DomainError as error:
            refuse(form, error)
    trail.record("case.read", dossier=case.dossier_id, subject=case.pk)
    none = {"title": _("No issue is open"), "text": _("Describe the problem of many first, or ask your focal point.")}
    back = {"url": reverse("cases:case", args=[pk]), "label": _("Case")}
    heading, warn = _("Link the case to an issue"), None if listed else none
    return _step_page(request, form, back, heading=heading, code=case.code, warn=warn)
