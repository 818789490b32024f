"""Legal holds: what must not be erased, asked for by one person and decided by another; ended in the same way (HS-20)."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from consent import actions, pages
from consent import office_forms as forms
from consent.models import LegalHold
from consent.office import LEADS
from consent.rooms import DECIDERS
from consent.terms import HOLD, HoldState
from consent.views.who import me, require_seat
from foundation.accounts.models import User
from foundation.accounts.stepup import asked_again
from foundation.audit import trail
from foundation.core import policy

SHOWN = 100
RELATED = ("unit", "asked_by", "decided_by", "end_asked_by", "end_decided_by")
TONES = {
    HoldState.ASKED: ("act", "open"), HoldState.HELD: ("good", "done"), HoldState.ENDING: ("act", "open"),
    HoldState.REFUSED: ("", ""), HoldState.ENDED: ("", ""),
}  # fmt: skip
LABELS: dict[str, str | Promise] = {
    "agree": gettext_lazy("Agree to the hold"),
    "refuse": gettext_lazy("Do not agree to the hold"),
    "ask_end": gettext_lazy("Ask for the hold to be ended"),
    "end": gettext_lazy("Agree that the hold ends"),
    "keep": gettext_lazy("Let the hold go on"),
}


def n_waiting(actor: Any) -> int:
    """What this person may decide on, for the card."""
    rows = LegalHold.objects.visible_to(actor).filter(state__in=(HoldState.ASKED, HoldState.ENDING))
    return sum(_is_mine(row, actor) for row in rows[:SHOWN])


def _is_mine(row: LegalHold, actor: Any) -> bool:
    return policy.allows(actor, "agree", row) or policy.allows(actor, "end", row)


def _back() -> dict[str, str]:
    return {"url": reverse("consent:holds"), "label": _("Legal holds")}


@login_required
@require_safe
def holds(request: HttpRequest) -> HttpResponse:
    """What waits for this person first, then what is held, then what is over."""
    actor = require_seat(request, *DECIDERS, *LEADS)
    found = list(LegalHold.objects.visible_to(actor).select_related(*RELATED).order_by("-asked_at")[:SHOWN])
    trail.record("hold.listed", ids=[row.pk for row in found])
    mine = [row for row in found if _is_mine(row, actor)]
    rest = [row for row in found if row not in mine]
    over = {HoldState.REFUSED, HoldState.ENDED}
    groups = (
        (_("Waiting for you, the second person"), mine),
        (_("Held, or asked for"), [row for row in rest if row.state not in over]),
        (_("Over"), [row for row in rest if row.state in over]),
    )  # fmt: skip
    sections = [{"title": title, "rows": [_line(row) for row in rows]} for title, rows in groups if rows]
    return pages.listing(
        request, title=_("Legal holds"), sections=sections,
        lede=_("A folder that must not be erased: two people begin it, and two people end it."),
        empty={"title": _("Nothing is held"), "text": _("Who works on a case asks for a hold on the page of the case.")},
    )  # fmt: skip


def _tag(row: LegalHold) -> dict[str, Any]:
    if row.is_due:
        return pages.tag(_("Look at it again"), "late", "urgent")
    return pages.tag(row.get_state_display(), *TONES[HoldState(row.state)])


def _line(row: LegalHold) -> dict[str, Any]:
    return {
        "url": reverse("consent:hold", args=[row.pk]), "title": row.get_ground_display(), "code": row.reference,
        "tag": _tag(row), "at": pages.on(row.until), "lines": [row.unit.name],
    }  # fmt: skip


def _fetch(request: HttpRequest, pk: UUID) -> LegalHold:
    found: LegalHold = policy.fetch(request.user, LegalHold, pk, related=RELATED)
    return found


def _facts(row: LegalHold, actor: User) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = [
        {"key": _("Ground"), "value": row.get_ground_display()},
        {"key": _("To be looked at again on"), "value": pages.on(row.until)},
        {"key": _("Asked for by"), "lines": [row.asked_by.name, pages.when(row.asked_at, actor)]},
    ]
    for key, who in (
        (_("Decided by"), row.decided_by), (_("Its end was asked for by"), row.end_asked_by),
        (_("Ended by"), row.end_decided_by),
    ):  # fmt: skip
        if who is not None:
            rows.append({"key": key, "value": who.name})
    return rows


@login_required
@require_safe
def hold(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One hold: why, until when, who decided; the case behind it stays shut to who only decides."""
    row = _fetch(request, pk)
    trail.record("hold.listed", dossier=row.dossier_id, subject=row.pk)
    steps = [
        {"url": reverse("consent:hold_step", args=[row.pk, verb]), "label": label}
        for verb, label in LABELS.items()
        if policy.allows(request.user, verb, row)
    ]
    return pages.record(
        request, over=row.unit.name, heading=_("Legal hold"), code=row.reference, back=_back(),
        tag=_tag(row), rows=_facts(row, me(request)), steps=steps,
    )  # fmt: skip


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, pk: UUID, verb: str) -> HttpResponse:
    """One of the verbs; whoever decides confirms that it is them."""
    row = _fetch(request, pk)
    HOLD.check(verb, row.state)
    policy.require(me(request), verb, row)
    return _step(request, row, verb)


@asked_again
def _step(request: HttpRequest, row: LegalHold, verb: str) -> HttpResponse:
    if request.method == "POST":
        _do(row, verb, me(request))
        return redirect("consent:holds")
    trail.record("hold.listed", dossier=row.dossier_id, subject=row.pk)
    back = {"url": reverse("consent:hold", args=[row.pk]), "label": _("Back to the hold")}
    return pages.step(
        request, forms.Nothing(), over=row.unit.name, heading=LABELS[verb], code=row.reference,
        back=back, rows=_facts(row, me(request)), submit=LABELS[verb],
    )  # fmt: skip


def _do(row: LegalHold, verb: str, by: User) -> None:
    if verb == "ask_end":
        actions.ask_end(row, by=by)
    elif verb in ("agree", "refuse"):
        actions.decide_hold(row, is_agreed=verb == "agree", by=by)
    else:
        actions.decide_end(row, is_agreed=verb == "end", by=by)
