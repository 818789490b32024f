"""How units stand: which elements are open, what is missing, who can mend it."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from foundation.accounts.models import Unit
from foundation.audit import trail
from foundation.core.errors import Forbidden
from foundation.readiness import pages, seats
from foundation.readiness.elements import Element
from foundation.readiness.gates import menders
from foundation.readiness.items import ITEMS
from foundation.readiness.models import ReadinessAssessment
from foundation.readiness.models.assessment import OPEN
from foundation.readiness.standing import Standing, is_ending, of_item, read
from foundation.readiness.states import ReadinessState

SHOWN = 200
MARKS = {Element.ESCALATE: "a", Element.REFER: "b", Element.ASSIST: "c", Element.REPRESENT: "d"}


@login_required
@require_safe
def units(request: HttpRequest) -> HttpResponse:
    """The units that this person works in, above or below; whose assessment is in force, is written, or waits."""
    found = seats.units_of(pages.me(request))[:SHOWN]
    if not found:
        raise Forbidden("actor.not_allowed", _("Your seat does not allow this."))
    rows = ReadinessAssessment.objects.filter(unit__in=found).exclude(state__in=["replaced", "dropped"])
    by_unit: dict[UUID, list[ReadinessAssessment]] = {unit.pk: [] for unit in found}
    for row in rows.order_by("drafted_at"):
        by_unit[row.unit_id].append(row)
    return render(request, "readiness/units.html", {"rows": [_line(unit, by_unit) for unit in found]})


def _line(unit: Unit, by_unit: dict[UUID, list[ReadinessAssessment]]) -> dict[str, Any]:
    own = by_unit[unit.pk]
    above = next((up for up in unit.upwards()[1:] if any(r.is_in_force for r in by_unit.get(up.pk, []))), None)
    tag = pages.tag(_("Nothing in force"), "late", "urgent")
    lines = []
    if above is not None:
        tag = pages.tag(_("As above"))
        lines.append(_("What is not said here is taken from: %(unit)s") % {"unit": above.name})
    for row in own:
        if row.is_in_force:
            tag = pages.tag(_("In force"), "good", "done")
            lines.insert(0, _("Counts until %(day)s") % {"day": pages.on(row.valid_until)})
        elif row.state in OPEN:
            lines.append(str(row.get_state_display()))
    return {"url": reverse("readiness:unit", args=[unit.pk]), "label": unit.name, "tag": tag, "hint": ". ".join(lines)}


@login_required
@require_safe
def unit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One unit: the four elements, open or shut and why, and every item."""
    place = pages.unit_for(request, pk)
    trail.record("readiness.read", unit=place.pk)
    answers = read(place)
    found = [of_item(item, place, answers) for item in ITEMS.values()]
    context = {
        "unit": place,
        "elements": [_element(element, found) for element in Element],
        "items": [_item(standing, place) for standing in found],
        "written": _written(request, place),
        "may_begin": seats.holds_over(pages.me(request), seats.WRITERS, place),
        "register": reverse("readiness:register", args=[place.pk]),
    }
    return render(request, "readiness/unit.html", context)


def _element(element: Element, found: list[Standing]) -> dict[str, Any]:
    lacking = [one for one in found if not one.is_met and element in one.item.touches]
    shut = [one for one in lacking if element in one.item.blocks and not one.item.is_for_children]
    children = [one for one in lacking if element in one.item.blocks and one.item.is_for_children]
    tag = pages.tag(_("Open"), "good", "done")
    if children:
        tag = pages.tag(_("Not for children"), "urgent", "urgent")
    if shut:
        tag = pages.tag(_("Shut"), "late", "emergency")
    return {
        "title": element.label, "mark": MARKS[element], "tag": tag, "gaps": [_gap(one) for one in [*shut, *children]],
        "warns": [_gap(one) for one in lacking if element in one.item.warns],
    }  # fmt: skip


def _gap(one: Standing) -> dict[str, Any]:
    return {"code": one.item.code, "title": one.item.title, "text": one.text, "who": menders(one.item)}


def _item(one: Standing, place: Unit) -> dict[str, Any]:
    tag = pages.tag(_("In order"), "good", "done")
    if not one.is_met:
        tag = (
            pages.tag(_("Missing"), "late", "emergency")
            if one.item.blocks
            else pages.tag(_("Missing"), "urgent", "urgent")
        )
    elif is_ending(one):
        tag = pages.tag(_("Runs out soon"), "urgent", "clock")
    from_ = one.answer.assessment.unit if one.answer else None
    return {
        **_gap(one), "asks": one.item.asks, "tag": tag, "answer": one.answer, "url": one.url,
        "until": pages.on(one.answer.valid_until) if one.answer else "",
        "above": from_.name if from_ and from_.pk != place.pk else "",
    }  # fmt: skip


def _written(request: HttpRequest, place: Unit) -> dict[str, Any] | None:
    """What is being written here, or waits for a second person."""
    row = ReadinessAssessment.objects.filter(unit=place, state__in=OPEN).first()
    if row is None:
        return None
    url = reverse("readiness:assessment", args=[row.pk])
    is_waiting = row.state == ReadinessState.SUBMITTED
    return {"url": url, "is_waiting": is_waiting, "state": row.get_state_display()}
