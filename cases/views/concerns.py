"""Concerns: the list, a new one, where one stands, checking and handing over, throwing a draft away."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cases import actions
from cases.forms.concern import Step
from cases.models import Concern
from cases.moments import stamp, zone_of
from cases.policy import REPORTERS
from cases.states import ConcernStatus
from cases.views import drafts, summary, triage
from cases.views.drafts import Draft, fetch, is_own_draft
from cases.views.guards import keeps_words, page, refuse, renew, typed
from cases.views.steps import frame
from cases.views.who import me
from foundation.accounts.models import Unit, User
from foundation.audit import trail
from foundation.core.errors import Absent, DomainError, Forbidden
from foundation.core.words import due_words
from foundation.dossiers.models import Clock, Kind

SHOWN = 25
KINDS = (Kind.DRAFT, Kind.CONCERN, Kind.CASE)


def reporting_unit(actor: User) -> Unit | None:
    """The unit in whose name this person records concerns: of the first seat that may."""
    return next((seat.unit for seat in actor.seats if seat.role in REPORTERS), None)


@login_required
@require_safe
def concerns(request: HttpRequest) -> HttpResponse:
    """The newest concerns that this person wrote or that their seats may follow."""
    actor, zone = me(request), zone_of(me(request))
    found = [c for kind in KINDS for c in Concern.objects.newest(actor, kind, SHOWN).select_related("unit", "dossier")]
    newest = sorted(found, key=lambda concern: concern.dossier.created_at, reverse=True)[:SHOWN]
    rows = [
        {"concern": c, "saved": stamp(c.saved_at, zone), "is_draft": c.status == ConcernStatus.DRAFT} for c in newest
    ]
    trail.record("concern.listed", n=len(rows))
    parts = [[row for row in rows if row["is_draft"]], [row for row in rows if not row["is_draft"]]]
    context = {"drafts": parts[0], "others": parts[1], "may_start": reporting_unit(actor) is not None}
    return render(request, "cases/concerns.html", context)


@login_required
@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """A new draft, in the language of the page."""
    unit = reporting_unit(me(request))
    if unit is None:
        raise Forbidden("actor.not_allowed", _("Your seat does not allow this."))
    concern = actions.start(by=me(request), unit=unit, language=get_language() or "en")
    return redirect("cases:concern", pk=concern.pk)


@login_required
@require_safe
def concern(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The list of questions for its author, what was said for who may open it, where it stands for who follows it."""
    found = fetch(me(request), pk)
    trail.record("concern.read", dossier=found.dossier_id, subject=found.pk, whole=found.is_open)
    if is_own_draft(me(request), found):
        return _tasks(request, Draft(found))
    return triage.concern_page(request, found) if found.is_open else _status(request, found)


def _tasks(request: HttpRequest, draft: Draft) -> HttpResponse:
    groups = [drafts.FIRST, drafts.NOW, drafts.AGREED]
    first, now, agreed = (draft.tasks(steps) for steps in groups)
    saved_at = stamp(draft.concern.saved_at, zone_of(me(request))) if draft.concern.revision else ""
    context = {"concern": draft.concern, "first": first, "now": now, "agreed": agreed, "saved_at": saved_at}
    return render(request, "cases/concern_tasks.html", context)


def _status(request: HttpRequest, found: Concern) -> HttpResponse:
    running = Clock.objects.running().visible_to(me(request)).filter(subject_id=found.pk, code="triage")
    clock = running.select_related("group__seat__unit").first()
    due = due_words(clock.due_at, timezone.now(), zone_of(me(request))) if clock else None
    context = {"concern": found, "clock": clock, "due": due, "sent": _sent(found, me(request))}
    return render(request, "cases/concern_status.html", context)


def _sent(found: Concern, actor: User) -> str:
    return stamp(found.submitted_at, zone_of(actor)) if found.submitted_at else ""


@keeps_words
def check(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Everything once more, and handing over. A second press leads to where it stands."""
    try:
        draft = Draft(fetch(me(request), pk))
    except Absent:
        return redirect("cases:concern", pk=_successor(request, pk))
    if not is_own_draft(me(request), draft.concern):
        return redirect("cases:concern", pk=pk)
    if missing := draft.needs("check"):
        return redirect(f"cases:{missing}", pk=pk)
    form = Step(typed(request), initial={"revision": draft.concern.revision})
    if form.is_bound and form.is_valid() and (onward := _hand_over(request, draft.concern, form)):
        return onward
    return page(request, "check", form, **frame(draft, "check", me(request)), **summary.of(draft))


def _hand_over(request: HttpRequest, draft: Concern, form: Step) -> HttpResponse | None:
    """Where to go; ``None`` after a refusal. A press that came at the same moment as another leads to the list."""
    try:
        handed = actions.submit(draft, by=me(request), revision=form.cleaned_data["revision"])
    except DomainError as error:
        if error.code == "concern.handed_over":
            return redirect("cases:concerns")
        refuse(form, error)
        draft.refresh_from_db(fields=["revision", "saved_at"])
        renew(form, draft.revision)
        return None
    request.session["handed_over"] = [str(draft.pk), str(handed.pk)]
    return redirect("cases:concern", pk=handed.pk)


def _successor(request: HttpRequest, pk: UUID) -> str:
    """The anonymous concern that remained of a draft that this session has just handed over."""
    former, successor = request.session.get("handed_over", ["", ""])
    if former != str(pk):
        raise Absent("record.absent", _("There is nothing at this address."))
    return str(successor)


@keeps_words
def discard(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Throw the draft away; a page of its own says what is destroyed."""
    found = fetch(me(request), pk)
    if not is_own_draft(me(request), found):
        return redirect("cases:concern", pk=pk)
    if request.method == "POST":
        actions.discard(found, by=me(request))
        messages.success(request, _("The draft was destroyed. Nothing of it remains."))
        return redirect("cases:concerns")
    keep = [{"url": reverse("cases:concern", args=[pk]), "label": _("Keep it and go back")}]
    context: dict[str, Any] = {"concern": found, "rows": summary.destroyed(found), "keep": keep}
    return render(request, "cases/discard.html", context)
