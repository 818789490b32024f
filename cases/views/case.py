"""Pages of a case: the list, the overview, notes, follow-ups, who owns it."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases import actions
from cases.forms.case import AssignForm, FollowUpForm, NoteForm, PlanForm
from cases.identity import bar, clocks_of, open_case, reader_lines, readers_of, zone_of
from cases.models import Case
from cases.story import escalation, notes_of, tell, timeline
from cases.vocabulary import Category, Exposure, HarmForm
from foundation.audit import trail
from foundation.core import policy
from foundation.core.errors import DomainError
from foundation.core.words import moment_words
from foundation.dossiers.models import Kind

PAGE = 25


@login_required
@require_safe
def case_list(request: HttpRequest) -> HttpResponse:
    """The newest cases that this person can open; more than one page is said, never how many."""
    rows = Case.objects.newest(request.user, Kind.CASE, PAGE + 1).with_key()
    found = list(rows.select_related("unit", "person", "owner"))
    trail.record("case.listed", ids=[case.pk for case in found[:PAGE]])
    items = [_line(case) for case in found[:PAGE]]
    return render(request, "cases/case_list.html", {"cases": items, "has_more": len(found) > PAGE})


def _line(case: Case) -> dict[str, Any]:
    case.person.__dict__["_cipher"] = case.cipher()
    opened = moment_words(case.opened_at, timezone.now(), ZoneInfo(case.unit.time_zone))
    return {"case": case, "alias": case.person.alias, "opened": opened}


@login_required
@require_safe
def overview(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A case at a glance. Opening it stands in the trail."""
    case = open_case(request.user, pk)
    trail.record("case.read", dossier=case.dossier_id, subject=case.pk)
    clocks, readers = clocks_of(case), readers_of(case.dossier)
    story, lines = tell(case, request.user, limit=PAGE), reader_lines(readers)
    context = {
        "case": case,
        "bar": bar(case, "case", clocks=clocks, n_readers=len(lines)),
        "cards": [escalation(case, readers, clocks), *(card for part in story.parts for card in part.cards)],
        "timeline": timeline(case, story, clocks),
        "readers": lines,
        "held": [item for part in story.parts for item in part.held],
        "concern": _concern(case),
        "can": policy.abilities(request.user, case),
        "form": NoteForm(),
    }
    return render(request, "cases/case.html", context)


def _concern(case: Case) -> dict[str, Any]:
    concern, kinds = case.concern, case.classification or {}
    known = [HarmForm(form).label.lower() for form in kinds.get("harm_forms", [])]
    known += [Exposure(kinds["exposure"]).label.lower()] if kinds.get("exposure") else []
    category = concern.known.get("category")
    said = moment_words(concern.submitted_at or case.opened_at, timezone.now(), zone_of(case))
    title = Category(category).label if category else concern.code
    return {"title": title, "kinds": ", ".join(map(str, known)), "at": said, "row": concern}


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


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def notes(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The notes of a case, and a new one."""
    case = open_case(request.user, pk)
    form = NoteForm(request.POST or None)
    if form.is_valid():
        try:
            actions.add_note(case, by=request.user, text=form.cleaned_data["text"])  # type: ignore[arg-type]
            return redirect("cases:case_notes", pk)
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
    trail.record("case.read", dossier=case.dossier_id, subject=case.pk)
    zone, now = zone_of(case), timezone.now()
    items = [
        {"title": e.title, "detail": e.detail, "at": moment_words(e.at, now, zone)} for e in notes_of(case)
    ]
    context = {"case": case, "bar": bar(case, "case_notes", clocks=clocks_of(case)), "timeline": items, "form": form}
    return render(request, "cases/case_notes.html", context, status=422 if form.errors else 200)
