"""Pages of a case: the list, the overview, notes, follow-ups, who owns it."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from cases import actions, ending_words
from cases.exception_words import of_case
from cases.forms.case import AssignForm, FollowUpForm, NoteForm, PlanForm
from cases.identity import announced, bar, clocks_of, open_case, reader_lines, readers_of, zone_of
from cases.issue_words import Right
from cases.models import Case
from cases.policy import LEADS, has_seat
from cases.story import escalation, notes_of, tell, timeline
from cases.views.guards import keeps_words, page, refuse, typed
from cases.views.who import me
from cases.vocabulary import Category, Context, Exposure, HarmForm
from foundation.accounts.models import User
from foundation.audit import trail
from foundation.core import policy
from foundation.core.errors import DomainError
from foundation.core.legible import SHUT, legible
from foundation.core.words import moment_words
from foundation.dossiers import actions as dossiers
from foundation.dossiers.models import Kind

PAGE = 25


@login_required
@require_safe
def case_list(request: HttpRequest) -> HttpResponse:
    """The newest cases that this person can open; more than one page is said, never how many."""
    rows = Case.objects.with_key().newest(me(request), Kind.CASE, PAGE + 1)
    found = list(rows.select_related("unit", "person", "owner"))
    trail.record("case.listed", ids=[case.pk for case in found[:PAGE]])
    items = [_line(case) for case in found[:PAGE]]
    may_take_out = has_seat(me(request), LEADS)
    context = {"cases": items, "has_more": len(found) > PAGE, "may_take_out": may_take_out}
    return render(request, "cases/case_list.html", context)


def _line(case: Case) -> dict[str, Any]:
    opened = moment_words(case.opened_at, timezone.now(), ZoneInfo(case.unit.time_zone))
    return {"case": case, "alias": legible(lambda: _alias(case), SHUT), "opened": opened}


def _alias(case: Case) -> str | None:
    case.person.__dict__["_cipher"] = case.cipher()
    alias: str | None = case.person.alias
    return alias


@login_required
@require_safe
def overview(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A case at a glance. Opening it stands in the trail."""
    case = open_case(request.user, pk)
    trail.record("case.read", dossier=case.dossier_id, subject=case.pk)
    clocks, rows = clocks_of(case), dossiers.readers(case.dossier)
    readers = readers_of(case, rows)
    story, lines = tell(case, request.user, limit=PAGE), reader_lines(readers)
    context = {
        "case": case,
        "bar": bar(case, "case", clocks=clocks, n_readers=len(lines)),
        "cards": [escalation(case, readers, clocks), *(card for part in story.parts for card in part.cards)],
        "timeline": timeline(case, story, clocks),
        "readers": lines,
        "announced": announced(case, rows),
        **{name: story.added(name) for name in ("held", "more", "sections")},
        "concern": _concern(case),
        "exceptions": [*of_case(case), *(item for part in story.parts for item in part.warnings)],
        "can": policy.abilities(request.user, case),
        "form": NoteForm(),
        "closed": ending_words.panel(case),
    }
    return render(request, "cases/case.html", context)


def _concern(case: Case) -> dict[str, Any]:
    concern, kinds = case.concern, case.classification or {}
    known = [HarmForm(form).label.lower() for form in kinds.get("harm_forms", [])]
    known += [Exposure(kinds["exposure"]).label.lower()] if kinds.get("exposure") else []
    known += [str(Context(kinds["context"]).label)] if kinds.get("context") else []
    at_stake = [str(Right(code).label) for code in kinds.get("rights", [])]
    category = concern.known.get("category")
    said = moment_words(concern.submitted_at or case.opened_at, timezone.now(), zone_of(case))
    title = Category(category).label if category else concern.code
    return {"title": title, "kinds": ", ".join(map(str, known)), "rights": at_stake, "at": said, "row": concern}


@login_required
@require_safe
def history(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Everything that happened in a case, newest first."""
    case = open_case(request.user, pk)
    trail.record("case.read", dossier=case.dossier_id, subject=case.pk)
    clocks = clocks_of(case)
    items = timeline(case, tell(case, request.user), clocks, limit=None)
    context = {"case": case, "bar": bar(case, "case_history", clocks=clocks), "timeline": items}
    return render(request, "cases/case_history.html", context)


@keeps_words
def notes(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The notes of a case, and a new one."""
    case = open_case(request.user, pk)
    form = NoteForm(typed(request))
    if form.is_valid():
        try:
            actions.add_note(case, by=me(request), text=form.cleaned_data["text"])
            return redirect("cases:case_notes", pk)
        except DomainError as error:
            refuse(form, error)
    trail.record("case.read", dossier=case.dossier_id, subject=case.pk)
    return page(request, "case_notes", form, case=case, timeline=_notes(case), bar=_plain_bar(case, "case_notes"))


def _plain_bar(case: Case, current: str) -> dict[str, Any]:
    return bar(case, current, clocks=clocks_of(case))


def _notes(case: Case) -> list[dict[str, Any]]:
    zone, now = zone_of(case), timezone.now()
    return [{"title": e.title, "detail": e.detail, "at": moment_words(e.at, now, zone)} for e in notes_of(case)]


@keeps_words
def follow_up(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Agree when to ask how it went, or say how it went. Fields: ``due_at``; or ``result`` and ``text``."""
    case = open_case(request.user, pk)
    clocks = clocks_of(case)
    with timezone.override(zone_of(case)):
        form = (FollowUpForm if "follow_up" in clocks else PlanForm)(typed(request))
        if form.is_valid():
            try:
                _follow(case, form, me(request))
                return redirect("cases:case", pk)
            except DomainError as error:
                refuse(form, error)
        trail.record("case.read", dossier=case.dossier_id, subject=case.pk)
        context = {"case": case, "bar": bar(case, "case", clocks=clocks), "is_planned": "follow_up" in clocks}
        return page(request, "case_follow_up", form, **context)


def _follow(case: Case, form: Form, by: User) -> None:
    if isinstance(form, PlanForm):
        actions.plan_follow_up(case, by=by, due_at=form.cleaned_data["due_at"])
    else:
        actions.follow_up(case, by=by, **form.cleaned_data)


@login_required
@require_POST
def accept(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The owner takes the case on."""
    actions.accept(open_case(request.user, pk), by=me(request))
    return redirect("cases:case", pk)


@keeps_words
def assign(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Give the case to another owner. Who gives away the only seat that could open it comes back to the list."""
    case = open_case(request.user, pk)
    policy.require(request.user, "assign", case)
    form = AssignForm(case, typed(request))
    if form.is_valid():
        try:
            actions.assign(
                case, form.cleaned_data["owner"], by=me(request), load_reason=form.cleaned_data["load_reason"]
            )
            is_seen = Case.objects.visible_to(me(request)).filter(pk=pk).exists()
            return redirect("cases:case", pk) if is_seen else redirect("cases:cases")
        except DomainError as error:
            refuse(form, error)
    trail.record("case.read", dossier=case.dossier_id, subject=case.pk)
    return page(request, "case_assign", form, case=case, bar=_plain_bar(case, "case"))
