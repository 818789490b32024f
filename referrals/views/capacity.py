"""What a unit declares that it can give itself: the list, a declaration, the second person's decision (R-17, P10)."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cases.views.guards import status_of, typed
from cases.views.who import me
from cases.vocabulary import Category
from consent.pages import on
from foundation.accounts.models import Unit
from foundation.core import policy
from foundation.core.errors import Absent, DomainError, Forbidden
from referrals import actions
from referrals.assistance_terms import CapacityState, own_types
from referrals.capacity import units_of
from referrals.forms.assistance import CapacityForm
from referrals.models import CapacityDeclaration
from referrals.views.guards import refuse

SHOWN = (CapacityState.PROPOSED, CapacityState.APPROVED)
VERBS = {"approve": actions.approve_capacity, "drop": actions.drop_capacity}


def _units(request: HttpRequest) -> list[Unit]:
    found = units_of(me(request))
    if not found:
        raise Forbidden("actor.not_allowed", _("Your seat does not allow this."))
    return found


@login_required
@require_safe
def declarations(request: HttpRequest) -> HttpResponse:
    """Each unit that this person speaks for, what it can give, and what waits for a second person."""
    units = _units(request)
    rows = CapacityDeclaration.objects.filter(unit__in=units, state__in=SHOWN).select_related("declared_by", "unit")
    of: dict[UUID, list[CapacityDeclaration]] = {}
    for row in rows.order_by("state"):
        of.setdefault(row.unit_id, []).append(row)
    items = [_item(unit, of.get(unit.pk, []), request) for unit in units]
    return render(request, "referrals/capacity.html", {"units": items})


def _item(unit: Unit, rows: list[CapacityDeclaration], request: HttpRequest) -> dict[str, Any]:
    return {
        "name": unit.name,
        "url": reverse("referrals:capacity_declare", args=[unit.pk]),
        "rows": [_row(row, request) for row in rows],
    }


def _row(row: CapacityDeclaration, request: HttpRequest) -> dict[str, Any]:
    is_over = row.state == CapacityState.APPROVED and row.valid_until < timezone.localdate()
    tags = {"proposed": ("act", "clock"), "approved": ("good", "done")}
    tone, icon = ("late", "clock") if is_over else tags[row.state]
    steps = [
        {"url": reverse(f"referrals:capacity_{verb}", args=[row.pk]), "label": label}
        for verb, label in (("approve", _("Approve it")), ("drop", _("Do not approve it")))
        if row.state == CapacityState.PROPOSED and policy.allows(request.user, verb, row)
    ]
    text = _("Over: declare it anew") if is_over else row.get_state_display()
    return {"tag": {"text": text, "tone": tone, "icon": icon}, "facts": _facts(row), "steps": steps}


def _facts(row: CapacityDeclaration) -> list[dict[str, Any]]:
    names = dict(own_types())
    facts: list[dict[str, Any]] = [
        {"key": Category(risk).label, "lines": [names.get(code, code) for code in types]}
        for risk, types in row.known.items()
    ]
    days = _("%(first)s to %(last)s") % {"first": on(row.valid_from), "last": on(row.valid_until)}
    return [*facts, {"key": _("It holds"), "value": days}, {"key": _("Declared by"), "value": row.declared_by.name}]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def declare(request: HttpRequest, unit: UUID) -> HttpResponse:
    """Say what a unit can give itself; another person approves it."""
    found = next((one for one in _units(request) if one.pk == unit), None)
    if found is None:
        raise Absent("record.absent", _("There is nothing at this address."))
    latest = CapacityDeclaration.objects.filter(unit=found, state__in=SHOWN).order_by("-declared_at").first()
    today = timezone.localdate()
    initial = {"valid_from": today, "valid_until": today + timedelta(days=180)}
    form = CapacityForm(found, latest.known if latest else {}, typed(request), initial=initial)
    if form.is_valid():
        data = form.cleaned_data
        try:
            actions.declare_capacity(found, form.lines, data["valid_from"], data["valid_until"], by=me(request))
            return redirect("referrals:capacity")
        except DomainError as error:
            refuse(form, error)
    context = {"form": form, "over": found.name, "title": _("What can this unit give itself?")}
    context["submit"] = _("Hand it to a second person")
    return render(request, "referrals/capacity_form.html", context, status=status_of(form))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: HttpRequest, pk: UUID, verb: str) -> HttpResponse:
    """The second person agrees or not; whoever proposed it can take it back."""
    units = [unit.pk for unit in _units(request)]
    row = CapacityDeclaration.objects.filter(pk=pk, unit__in=units).select_related("unit", "declared_by").first()
    if row is None:
        raise Absent("record.absent", _("There is nothing at this address."))
    if request.method == "POST":
        VERBS[verb](row, by=me(request))
        return redirect("referrals:capacity")
    policy.require(request.user, verb, row)
    context = {"over": row.unit.name, "rows": _facts(row), "form": None}
    words = {"approve": _("Approve what the unit declares"), "drop": _("Do not approve what the unit declares")}
    return render(request, "referrals/capacity_form.html", {**context, "title": words[verb], "submit": words[verb]})
