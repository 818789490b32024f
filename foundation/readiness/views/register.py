"""The register of focal points: who is appointed in a unit and above it, who stands in, who is away, and the hours."""

from datetime import timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from foundation.accounts.models import Appointment, Role, Unit
from foundation.accounts.routing import RUNGS
from foundation.core.words import moment_words
from foundation.readiness import pages


@login_required
@require_safe
def register(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The rungs of a unit, from its focal point upwards."""
    place = pages.unit_for(request, pk)
    line = place.upwards()
    rows = Appointment.objects.in_force().filter(seat__unit__in=line, seat__role__in=RUNGS, user__is_active=True)
    held = list(rows.select_related("user", "seat").order_by("valid_from", "pk"))
    context = {
        "unit": place,
        "places": [_place(up, [a for a in held if a.seat.unit_id == up.pk]) for up in line],
        "warnings": _warnings(line, held),
    }
    return render(request, "readiness/register.html", context)


def _place(unit: Unit, held: list[Appointment]) -> dict[str, Any]:
    order = list(RUNGS)
    rows = [_row(a, unit) for a in sorted(held, key=lambda a: order.index(Role(a.seat.role)))]
    return {"unit": unit, "rows": rows, "hours": _hours(unit)}


def _row(appointment: Appointment, unit: Unit) -> dict[str, Any]:
    now, zone = timezone.now(), ZoneInfo(unit.time_zone)
    away, until = appointment.away_until, appointment.valid_until
    is_away = away is not None and away > now and (appointment.away_from or now) <= now
    tag = pages.tag(_("Away"), "urgent", "clock") if is_away else pages.tag(_("There"), "good", "done")
    lines = [_("Appointed until %(when)s") % {"when": moment_words(until, now, zone)} if until else _("No end is set")]
    if is_away and away is not None:
        lines.append(_("Away until %(when)s") % {"when": moment_words(away, now, zone)})
    return {"name": appointment.user.name, "role": appointment.seat.get_role_display(), "tag": tag, "lines": lines}


def _hours(unit: Unit) -> dict[str, Any]:
    return {
        "opens": unit.opens.strftime("%H:%M"), "closes": unit.closes.strftime("%H:%M"), "zone": unit.time_zone,
        "phone": unit.phone,
    }  # fmt: skip


def _warnings(line: list[Unit], held: list[Appointment]) -> list[str]:
    """What is wrong with the appointments of the unit, in the order of need; W-14 among them."""
    place, now = line[0], timezone.now()
    mine = [a for a in held if a.seat.unit_id == place.pk]
    roles, found = {a.seat.role for a in mine}, []
    if Role.FOCAL_POINT in roles and Role.DEPUTY not in roles:
        found.append(_("The focal point has no deputy: while they are away, everything goes to the unit above."))
    if Role.FOCAL_POINT not in roles:
        found.append(_("No focal point is appointed here: everything goes to the next on the list below."))
    soon = now + timedelta(days=settings.APPOINTMENT_ENDING_DAYS)
    found += [
        _("The appointment of %(name)s ends within %(n)d days. Propose the next one now.")
        % {"name": a.user.name, "n": settings.APPOINTMENT_ENDING_DAYS}
        for a in mine
        if a.valid_until is not None and a.valid_until <= soon
    ]
    return found
