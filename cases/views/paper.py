"""A case on paper: first what for, then the sheet with its footer."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cases.actions.paper import print_case
from cases.contributions import Event
from cases.forms.paper import PaperForm
from cases.identity import clocks_of, open_case, readers_of, zone_of
from cases.knowing import said
from cases.models import Case
from cases.story import escalation, tell
from cases.views.guards import page, typed
from cases.views.who import me
from foundation.audit import trail
from foundation.core import policy
from foundation.core.words import day_words
from foundation.dossiers import actions as dossiers


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def paper(request: HttpRequest, pk: UUID) -> HttpResponse:
    """GET asks what must be on it and what for; POST shows the sheet, and that it was made stands in the trail."""
    case = open_case(request.user, pk)
    policy.require(request.user, "print", case)
    form = PaperForm(typed(request))
    if not form.is_valid():
        trail.record("case.read", dossier=case.dossier_id, subject=case.pk)
        return page(request, "case_print", form, case=case)
    parts, reason = form.cleaned_data["parts"], form.cleaned_data["reason"]
    reference = print_case(case, parts, reason, by=me(request))
    return render(
        request, "cases/paper.html", {"case": case, "reference": reference, **_sheet(case, parts, me(request))}
    )


def _sheet(case: Case, parts: list[str], actor: Any) -> dict[str, Any]:
    story, clocks = tell(case, actor), clocks_of(case)
    follow_up = clocks.get("follow_up")
    readers = readers_of(case, dossiers.readers(case.dossier))
    cards = [escalation(case, readers, clocks), *(card for part in story.parts for card in part.cards)]
    rows = [row for row in story.decisions if not row.superseded_at]
    return {
        "cards": [{**card, "url": "", "link": ""} for card in cards] if "steps" in parts else [],
        "wishes": case.concern.wishes if "wishes" in parts else "",
        "decisions": [said(case, row, story) for row in rows] if "consent" in parts else [],
        "timeline": [_event(case, event) for event in story.events] if "history" in parts else [],
        "follow_up": _moment(case, follow_up.due_at) if follow_up else "",
    }


def _event(case: Case, event: Event) -> dict[str, str]:
    return {"title": event.title, "detail": event.detail, "at": _moment(case, event.at)}


def _moment(case: Case, at: datetime) -> str:
    """Day and time in full: on paper there is no today."""
    zone = zone_of(case)
    return _("%(date)s, %(time)s") % {"date": day_words(at, zone), "time": at.astimezone(zone).strftime("%H:%M")}
