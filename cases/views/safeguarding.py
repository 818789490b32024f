"""The channel for what concerns our own people: reporting for everybody, the rest for the safeguarding seats alone."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from cases import safeguarding_words as words
from cases.actions import moving
from cases.actions import safeguarding as actions
from cases.forms import safeguarding as forms
from cases.identity import bar, clocks_of, open_case
from cases.models import SafeguardingReport
from cases.safeguarding_counts import counts
from cases.safeguarding_terms import REPORT, ReportState
from cases.views.guards import keeps_words, refuse, status_of, typed
from cases.views.who import me
from foundation.accounts.models import Role
from foundation.accounts.stepup import asked_again
from foundation.audit import trail
from foundation.core import policy
from foundation.core.errors import Absent, DomainError, Forbidden
from foundation.dossiers.models import Kind

SHOWN = 100
RECEIPT = "safeguarding_code"


@keeps_words
def report(request: HttpRequest) -> HttpResponse:
    """Anybody signed in reports, in a few fields; afterwards they see the code and nothing else."""
    form = forms.ReportForm(me(request), typed(request))
    if form.is_valid():
        data = form.cleaned_data
        told = actions.Told(data["text"], form.who(), data["accused_words"], may_ask=data["may_ask"])
        try:
            request.session[RECEIPT] = actions.report_conduct(told, by=me(request))
            return redirect("cases:safeguarding_received")
        except DomainError as error:
            refuse(form, error)
    context = {"form": form, "phone": settings.SAFEGUARDING_CONTACT}
    return render(request, "cases/safeguarding_ask.html", context, status=status_of(form))


@login_required
@require_safe
def received(request: HttpRequest) -> HttpResponse:
    """It was received, under this code; shown once."""
    code = request.session.pop(RECEIPT, "")
    return render(request, "cases/safeguarding_received.html", {"code": code, "phone": settings.SAFEGUARDING_CONTACT})


@login_required
@require_safe
def reports(request: HttpRequest) -> HttpResponse:
    """The reports whose list names this person; the data-protection officer sees how many there are, and no more."""
    actor, now = me(request), timezone.now()
    if actor.holds(Role.SAFEGUARDING):
        rows = SafeguardingReport.objects.with_key().newest(actor, Kind.GUARDED, SHOWN)
        found = list(rows.select_related("unit"))
        trail.record("safeguarding.listed", ids=[row.pk for row in found])
        items = [words.line(row, actor, now) for row in found]
        return render(request, "cases/safeguarding.html", {"items": items})
    if actor.holds(Role.DATA_OFFICER):
        trail.record("safeguarding.counted")
        return render(request, "cases/safeguarding.html", {"items": [], "rows": counts(actor)})
    raise Forbidden("actor.not_allowed", _("Your seat does not allow this."))


def _fetch(request: HttpRequest, pk: UUID) -> SafeguardingReport:
    """A report whose list names this person, while they hold the seat; for anybody else there is nothing here (HS-16)."""
    found: SafeguardingReport = policy.fetch(request.user, SafeguardingReport, pk, related=("dossier", "unit"))
    if not policy.allows(request.user, "read", found):
        raise Absent("record.absent", _("There is nothing at this address."))
    return found


def _leads_on(verb: str) -> Any:
    return REPORT.moves[verb].sources


@login_required
@require_safe
def one(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One report: what was reported, what was done, what can be done now."""
    found, now = _fetch(request, pk), timezone.now()
    trail.record("safeguarding.read", dossier=found.dossier_id, subject=found.pk)
    context = {
        "report": found, "tag": words.tag(found), "rows": words.facts(found, now, me(request)),
        "moves": words.moves(found, now, me(request)), "steps": words.steps(found, me(request), _leads_on),
        "is_new": found.state == ReportState.RECEIVED,
    }  # fmt: skip
    return render(request, "cases/safeguarding_report.html", context)


FORMS: dict[str, Any] = {
    "note": forms.NoteForm, "hand_on": forms.HandOnForm, "ask_close": forms.CloseForm, "keep_open": forms.KeepOpenForm,
}  # fmt: skip


@login_required
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, pk: UUID, verb: str) -> HttpResponse:
    """One step; closing asks who it is once more."""
    found = _fetch(request, pk)
    if verb not in words.VERBS:
        raise Absent("record.absent", _("There is nothing at this address."))
    policy.require(request.user, verb, found)
    REPORT.check(verb, found.state)
    return _closing(request, found, verb) if verb == "close" else _step(request, found, verb)


@asked_again
def _closing(request: HttpRequest, found: SafeguardingReport, verb: str) -> HttpResponse:
    return _step(request, found, verb)


def _step(request: HttpRequest, found: SafeguardingReport, verb: str) -> HttpResponse:
    data = typed(request)
    form = forms.AboutForm(me(request), data) if verb == "bar" else FORMS.get(verb, Form)(data)
    if form.is_bound and form.is_valid():
        try:
            _carry_out(found, verb, form, request)
            return _onward(request, found)
        except DomainError as error:
            refuse(form, error)
    trail.record("safeguarding.read", dossier=found.dossier_id, subject=found.pk)
    context = {"report": found, "form": form, "title": words.VERBS[verb]}
    return render(request, "cases/safeguarding_step.html", context, status=status_of(form))


def _carry_out(found: SafeguardingReport, verb: str, form: Any, request: HttpRequest) -> None:
    by = me(request)
    if verb == "bar":
        who = form.who()
        if who is None:
            raise DomainError("safeguarding.who", _("Choose who it is about."), "accused")
        actions.bar(found, who, by=by)
    elif verb in ("take_on", "close"):
        getattr(actions, verb)(found, by=by)
    else:
        getattr(actions, verb)(found, **form.cleaned_data, by=by)


def _onward(request: HttpRequest, found: SafeguardingReport) -> HttpResponse:
    """Whoever has just been taken off the list goes to it."""
    is_seen = SafeguardingReport.objects.visible_to(me(request)).filter(pk=found.pk).exists()
    return redirect("cases:safeguarding_report", found.pk) if is_seen else redirect("cases:safeguarding")


@keeps_words
def move_note(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Scenario 12: a note of a case speaks of one of our own people. It leaves the case; the case goes on."""
    case = open_case(request.user, pk)
    policy.require(request.user, "note", case)
    form = forms.MoveNoteForm(case, me(request), typed(request))
    if form.is_valid():
        told = actions.Told(form.cleaned_data["text"], form.who())
        try:
            moving.move_note(case, form.notes[form.cleaned_data["note"]], told, by=me(request))
            return redirect("cases:case_notes", pk)
        except DomainError as error:
            refuse(form, error)
    trail.record("case.read", dossier=case.dossier_id, subject=case.pk)
    context = {"case": case, "bar": bar(case, "case_notes", clocks=clocks_of(case)), "form": form}
    return render(request, "cases/safeguarding_note.html", context, status=status_of(form))
