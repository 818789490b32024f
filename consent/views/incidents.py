"""Data incidents: reported by anybody in three fields, handled by the officers step by step (domain.md §4.3)."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from consent import actions, pages
from consent import office_forms as forms
from consent.actions import incidents as moves
from consent.models import DataIncident, IncidentMove
from consent.rooms import DECIDERS
from consent.terms import INCIDENT, IncidentState
from consent.views.who import me, require_seat, zone_of
from foundation.accounts.models import Role, User
from foundation.accounts.stepup import asked_again
from foundation.audit import trail
from foundation.core import policy
from foundation.core.errors import DomainError
from foundation.dossiers.models import Clock

SHOWN = 100
RELATED = ("dossier", "unit", "reported_by", "taken_by", "silence_asked_by", "silence_agreed_by")
TONES = {
    IncidentState.DETECTED: ("late", "emergency"), IncidentState.CONTAINED: ("act", "open"),
    IncidentState.ASSESSED: ("act", "open"), IncidentState.NOTIFIED: ("act", "clock"),
    IncidentState.NOT_NOTIFIABLE: ("act", "clock"), IncidentState.CLOSED: ("good", "done"),
}  # fmt: skip
LABELS: dict[str, str | Promise] = {
    "take_on": gettext_lazy("Take it on"),
    "contain": gettext_lazy("It goes on no longer"),
    "assess": gettext_lazy("Assess it"),
    "notify": gettext_lazy("The authority was told"),
    "dismiss": gettext_lazy("No authority need be told"),
    "tell_people": gettext_lazy("The people concerned were told"),
    "ask_silence": gettext_lazy("Telling the people would endanger them"),
    "agree_silence": gettext_lazy("Agree that they are not told, and to what is done instead"),
    "refuse_silence": gettext_lazy("Do not agree: they are told"),
    "note": gettext_lazy("Write a note"),
    "close": gettext_lazy("Close it"),
}
CLOCKS: dict[str, str | Promise] = {
    "incident_alert": gettext_lazy("An officer takes it on"),
    "incident_decision": gettext_lazy("It is assessed"),
    "incident_authority": gettext_lazy("The authority is told"),
}
Form = Callable[..., Any]
FORMS: dict[str, Form] = {
    "take_on": forms.Nothing, "assess": forms.Assess, "agree_silence": forms.SaidIfNeeded,
    "refuse_silence": forms.SaidIfNeeded,
}  # fmt: skip
BY_TWO = {"agree_silence", "refuse_silence"}


def n_waiting(actor: Any) -> int:
    """What is open, for the card."""
    rows = DataIncident.objects.visible_to(actor).exclude(state=IncidentState.CLOSED)
    return int(rows.count()) if actor.holds(Role.DATA_OFFICER) else sum(_waits_for(row, actor) for row in rows[:SHOWN])


def _waits_for(row: DataIncident, actor: Any) -> bool:
    return policy.allows(actor, "agree_silence", row)


def _back() -> dict[str, str]:
    return {"url": reverse("consent:incidents"), "label": _("Data incidents")}


@login_required
@require_safe
def incidents(request: HttpRequest) -> HttpResponse:
    """What is open first, the oldest of it first; then what is closed."""
    actor = require_seat(request, *DECIDERS)
    found = list(DataIncident.objects.by_need(actor).select_related("unit", "taken_by")[:SHOWN])
    trail.record("incident.listed", ids=[row.pk for row in found])
    groups = (
        (_("Open"), [row for row in found if row.state != IncidentState.CLOSED]),
        (_("Closed incidents"), [row for row in found if row.state == IncidentState.CLOSED]),
    )
    sections = [{"title": title, "rows": [_line(row, actor) for row in rows]} for title, rows in groups if rows]
    return pages.listing(
        request, title=_("Data incidents"), sections=sections,
        lede=_("Something was lost, sent wrongly, seen or changed. First stop it, then judge it, then tell who must know."),
        add={"url": reverse("consent:incident_report"), "label": _("Report an incident")},
        empty={"title": _("No incident"), "text": _("Whoever works here can report one, from the foot of every page.")},
        aside={"title": _("The clocks"), "text": _(
            "An officer takes it on within an hour. It is assessed within a day. Where the law asks for it, the authority "
            "is told within 72 hours; people whose danger is high are told at once, unless that would endanger them."
        )},
    )  # fmt: skip


def _tag(row: DataIncident) -> dict[str, Any]:
    return pages.tag(row.get_state_display(), *TONES[IncidentState(row.state)])


def _line(row: DataIncident, actor: User) -> dict[str, Any]:
    return {
        "url": reverse("consent:incident", args=[row.pk]), "title": row.get_source_display(), "code": row.code,
        "tag": _tag(row), "at": pages.when(row.detected_at, actor), "lines": [row.unit.name],
    }  # fmt: skip


@login_required
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    """Three fields, for whoever works here; then only the officers read what was written."""
    actor = me(request)
    form = forms.Report(pages.posted(request), zone=zone_of(actor))
    if form.is_valid():
        try:
            made = actions.report_incident(actions.Noticed(**form.cleaned_data), by=actor)
            messages.success(request, _("Thank you. The data-protection officer has been told."))
            return redirect("consent:incident", made.pk)
        except DomainError as error:
            pages.refuse(form, error)
    return pages.step(
        request, form, heading=_("Report a data incident"),
        back={"url": reverse("cases:day"), "label": _("Your day")}, submit=_("Report it"),
        lede=_("Better once too often. The data-protection officer reads it at once; nobody is blamed for reporting."),
        warn={"title": _("If somebody is in danger now"), "text": _("Phone first, then write here.")},
    )  # fmt: skip


def _fetch(request: HttpRequest, pk: UUID) -> DataIncident:
    found: DataIncident = policy.fetch(request.user, DataIncident, pk, related=RELATED)
    return found


@login_required
@require_safe
def incident(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Where it stands; for who may open it, every word and every step."""
    row = _fetch(request, pk)
    trail.record("incident.read", dossier=row.dossier_id, subject=row.pk, whole=row.is_open)
    steps = [
        {"url": reverse("consent:incident_step", args=[row.pk, verb]), "label": label}
        for verb, label in LABELS.items()
        if _offers(row, verb) and policy.allows(request.user, verb, row)
    ]
    is_ours = any(seat.role in DECIDERS for seat in me(request).seats)
    return pages.record(
        request, over=row.unit.name, heading=_("Data incident"), code=row.code, tag=_tag(row),
        back=_back() if is_ours else {"url": reverse("cases:day"), "label": _("Your day")},
        rows=_facts(row, me(request)), steps=steps, moves=_moves(row, me(request)),
        aside=None if row.is_open else {"title": _("What you see here"), "text": _(
            "Where it stands. What was written is read by the data-protection officers alone, so that nobody is put at risk "
            "by it a second time."
        )},
    )  # fmt: skip


def _offers(row: DataIncident, verb: str) -> bool:
    """Whether the verb makes sense now: what was done already is not offered again."""
    done = {
        "take_on": row.taken_at, "tell_people": row.people_told_at, "ask_silence": row.silence_asked_by_id,
        "notify": not row.is_notifiable, "dismiss": row.is_notifiable,
    }  # fmt: skip
    return not done.get(verb)


def _facts(row: DataIncident, actor: User) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = [
        {"key": _("How it came to light"), "value": row.get_source_display()},
        {"key": _("Noticed"), "value": pages.when(row.noticed_at, actor)},
        {"key": _("Reported"), "value": pages.when(row.detected_at, actor)},
    ]
    if row.is_open:
        rows.append({"key": _("What happened"), "value": row.text or _("See the reason above."), "typed": True})
        rows.append({"key": _("Does it still go on?"), "value": row.get_still_going_display()})
    if row.taken_by is not None:
        rows.append({"key": _("Taken on by"), "value": row.taken_by.name})
    if row.is_high_risk is not None:
        rows.append({"key": _("The danger is high"), "value": _("Yes") if row.is_high_risk else _("No")})
    running = Clock.objects.visible_to(actor).filter(subject_id=row.pk, stopped_at=None).order_by("due_at")
    return rows + [{"key": CLOCKS[c.code], "value": _due(c, actor)} for c in running if c.code in CLOCKS]


def _due(clock: Clock, actor: User) -> str:
    return _("by %(when)s") % {"when": pages.when(clock.due_at, actor)}


def _moves(row: DataIncident, actor: User) -> list[dict[str, Any]]:
    if not row.is_open:
        return []
    found = IncidentMove.objects.filter(incident=row).select_related("by", "dossier").order_by("-at")
    return [
        {"title": LABELS[m.verb], "at": pages.when(m.at, actor), "by": m.by.name, "text": m.text or ""} for m in found
    ]


@login_required
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, pk: UUID, verb: str) -> HttpResponse:
    """One of the verbs: a small form on GET, done on POST."""
    row = _fetch(request, pk)
    INCIDENT.check(verb, row.state)
    policy.require(me(request), verb, row)
    return asked_again(_step)(request, row, verb) if verb in BY_TWO else _step(request, row, verb)


def _step(request: HttpRequest, row: DataIncident, verb: str) -> HttpResponse:
    form = FORMS.get(verb, forms.Said)(pages.posted(request))
    if form.is_valid():
        try:
            _do(row, verb, form.cleaned_data, me(request))
            return redirect("consent:incident", row.pk)
        except DomainError as error:
            pages.refuse(form, error)
    trail.record("incident.read", dossier=row.dossier_id, subject=row.pk, whole=True)
    back = {"url": reverse("consent:incident", args=[row.pk]), "label": _("Back to the incident")}
    return pages.step(
        request, form, over=_("Data incident"), heading=LABELS[verb], code=row.code, back=back,
        submit=LABELS[verb],
    )  # fmt: skip


def _do(row: DataIncident, verb: str, said: dict[str, Any], by: User) -> None:
    if verb == "take_on":
        moves.take_on(row, by=by)
    elif verb in BY_TWO:
        moves.decide_silence(row, said["text"], is_agreed=verb == "agree_silence", by=by)
    else:
        action = moves.close_incident if verb == "close" else getattr(moves, verb)
        action(row, said.pop("text"), **said, by=by)
