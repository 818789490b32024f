"""Reports of harm and lessons: what went wrong for people, and what is learned (R-11, R-30; PS-18)."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from cases.actions import learning as actions
from cases.forms import issue as forms
from cases.issue_policy import seat_for
from cases.models import HarmReport, LessonLearned
from cases.views.guards import keeps_words, refuse, typed
from cases.views.who import me
from cases.vocabulary import Risk
from consent.pages import tag, when
from foundation.accounts.models import Appointment, User
from foundation.audit import trail
from foundation.core import policy
from foundation.core.errors import DomainError, Forbidden, WrongState
from foundation.dossiers.models import Kind

SHOWN = 50
TONES = {"reported": ("act", "open"), "taken_on": ("act", "clock"), "closed": ("good", "done")}
LABELS = {
    "take_on": gettext_lazy("Look into it"), "note": gettext_lazy("Write what was found"),
    "close": gettext_lazy("Say what was changed"),
}  # fmt: skip


def _ours(request: HttpRequest) -> Any:
    seat = seat_for(request.user, actions.EVERYBODY)
    if seat is None:
        raise Forbidden("actor.not_allowed", _("Your seat does not allow this."))
    return seat.unit.organisation_id


@login_required
@require_safe
def harms(request: HttpRequest) -> HttpResponse:
    """What one reported, and what one is to look into."""
    _ours(request)
    found = list(HarmReport.objects.with_key().newest(me(request), Kind.HARM, SHOWN))
    trail.record("harm.read", ids=[row.pk for row in found])
    rows = [_line(row, request.user) for row in found]
    return render(request, "cases/harms.html", {"rows": rows})


def _line(row: HarmReport, actor: Any) -> dict[str, Any]:
    return {
        "url": reverse("cases:harm", args=[row.pk]), "title": row.get_kind_display(), "code": row.code,
        "tag": tag(row.get_status_display(), *TONES[row.status]), "lines": [when(row.reported_at, actor)],
    }  # fmt: skip


def _people(request: HttpRequest) -> list[tuple[str, str]]:
    rows = Appointment.objects.in_force().filter(
        seat__unit__organisation=_ours(request), user__is_machine=False, user__is_active=True
    )
    known = {str(a.user_id): a.user.name for a in rows.select_related("user") if a.user_id != request.user.pk}
    return sorted(known.items(), key=lambda pair: pair[1])


@keeps_words
def harm_new(request: HttpRequest) -> HttpResponse:
    """Say that somebody is worse off through what we did or left undone. Anybody who works here may."""
    form = forms.HarmForm(_people(request), typed(request))
    if form.is_valid():
        data = form.cleaned_data
        about = User.objects.get(pk=data["about"]) if data["about"] else None
        try:
            made = actions.report_harm(data["kind"], data["text"], about, by=me(request))
            return redirect("cases:harm", made.pk)
        except DomainError as error:
            refuse(form, error)
    lede = _("Read by the focal points and managers above you, never by whom it speaks of.")
    return _page(request, form, "cases:harms", heading=_("Report harm"), lede=lede)


def _page(request: HttpRequest, form: Form, back: str, **more: Any) -> HttpResponse:
    labels = {"cases:harms": _("Reports of harm"), "cases:lessons": _("Lessons")}
    context = {"form": form, "back": {"url": reverse(back), "label": labels[back]}, "submit": _("Save"), **more}
    return render(request, "cases/learning_step.html", context, status=422 if form.errors else 200)


def _facts(row: HarmReport, actor: Any) -> list[dict[str, Any]]:
    said = ((_("What happened"), row.text), (_("What was found"), row.notes), (_("What was changed"), row.changed))
    rows: list[dict[str, Any]] = [{"key": key, "value": text, "typed": True} for key, text in said if text]
    rows.append({"key": _("Reported by"), "lines": [row.reported_by.name, when(row.reported_at, actor)]})
    if row.taken_by is not None:
        rows.append({"key": _("Looked into by"), "value": row.taken_by.name})
    return rows


def _fetch(request: HttpRequest, pk: UUID) -> HarmReport:
    found: HarmReport = policy.fetch(
        request.user, HarmReport, pk, related=("dossier", "unit", "reported_by", "taken_by")
    )
    trail.record("harm.read", dossier=found.dossier_id, subject=found.pk)
    return found


@login_required
@require_safe
def harm(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One report."""
    row = _fetch(request, pk)
    can = policy.abilities(request.user, row)
    context = {
        "report": row, "tag": tag(row.get_status_display(), *TONES[row.status]), "rows": _facts(row, request.user),
        "steps": [
            {"url": reverse("cases:harm_step", args=[pk, verb]), "label": LABELS[verb]} for verb in LABELS if can[verb]
        ],
    }  # fmt: skip
    return render(request, "cases/harm.html", context)


@keeps_words
def harm_step(request: HttpRequest, pk: UUID, verb: str) -> HttpResponse:
    """Look into it, note, close."""
    row = _fetch(request, pk)
    if request.method != "POST" and not policy.allows(request.user, verb, row):
        raise WrongState("state.not_from_here", _("This has moved on in the meantime and cannot be done now."))
    policy.require(request.user, verb, row)
    form = forms.HARM_STEPS[verb](typed(request))
    if form.is_valid():
        call: Any = {"take_on": actions.take_on_harm, "note": actions.note_harm, "close": actions.close_harm}[verb]
        try:
            call(row, *form.cleaned_data.values(), by=me(request))
            return redirect("cases:harm", pk)
        except DomainError as error:
            refuse(form, error)
    return _page(request, form, "cases:harms", heading=LABELS[verb], code=row.code, rows=_facts(row, request.user))


@login_required
@require_safe
def lessons(request: HttpRequest) -> HttpResponse:
    """What was learned, the newest first; by kind of risk with ``?risk=``; as a sheet for the printer too."""
    _ours(request)
    risk = request.GET.get("risk", "")
    rows = LessonLearned.objects.visible_to(me(request)).order_by("-written_at")
    if risk in Risk.values:
        rows = rows.filter(tags__contains=[risk])
    found = list(rows.select_related("written_by")[:200])
    trail.record("lesson.read", n=len(found))
    released = [_lesson(row, request.user) for row in found if row.released_at]
    waiting = [_lesson(row, request.user) for row in found if not row.released_at and _may_see(row, request.user)]
    risks = [{"value": value, "label": label, "current": value == risk} for value, label in Risk.choices]
    return render(request, "cases/lessons.html", {"released": released, "waiting": waiting, "risks": risks})


def _may_see(row: LessonLearned, actor: Any) -> bool:
    return row.written_by_id == actor.pk or policy.allows(actor, "release", row)


def _lesson(row: LessonLearned, actor: Any) -> dict[str, Any]:
    tags = [str(Risk(code).label) for code in row.tags]
    is_out = row.released_at is not None
    url = "" if is_out or not policy.allows(actor, "release", row) else reverse("cases:lesson_release", args=[row.pk])
    shown = tag(row.get_kind_display()) if is_out else tag(_("Waits for another person"), "act", "clock")
    return {
        "title": row.text,
        "lines": tags,
        "tag": shown,
        "at": when(row.written_at, actor),
        "url": url,
    }


@keeps_words
def lesson_new(request: HttpRequest) -> HttpResponse:
    """Write a lesson."""
    _ours(request)
    form = forms.LessonForm(typed(request))
    if form.is_valid():
        data = form.cleaned_data
        try:
            actions.write_lesson(
                data["kind"], data["text"], data["tags"], by=me(request), is_confirmed=data["is_confirmed"]
            )
            return redirect("cases:lessons")
        except DomainError as error:
            refuse(form, error)
    lede = _("Another person reads it before the whole Society does.")
    return _page(request, form, "cases:lessons", heading=_("Write a lesson"), lede=lede)


@keeps_words
def lesson_release(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Another person finds nobody in it, and releases it."""
    row: LessonLearned = policy.fetch(request.user, LessonLearned, pk)
    policy.require(request.user, "release", row)
    form = forms.Nothing(typed(request))
    if form.is_valid():
        actions.release_lesson(row, by=me(request))
        return redirect("cases:lessons")
    trail.record("lesson.read", subject=row.pk, n=1)
    rows = [{"key": _("Lesson"), "value": row.text, "typed": True}]
    heading, submit = _("Can the whole Society read this?"), _("Release it: nobody can be recognised")
    return _page(request, form, "cases:lessons", heading=heading, rows=rows, submit=submit)
