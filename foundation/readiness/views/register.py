"""The register of focal points: who is appointed in a unit and above it, who stands in, who is away, and the hours."""

from datetime import timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from foundation.accounts import actions as accounts
from foundation.accounts.models import Appointment, Role, Unit, User
from foundation.accounts.oversight import CONFIRMING
from foundation.accounts.routing import RUNGS, TOPICS
from foundation.core.errors import DomainError, Forbidden
from foundation.core.words import moment_words
from foundation.readiness import forms, pages, seats


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
        "places": [_place(pages.me(request), up, [a for a in held if a.seat.unit_id == up.pk]) for up in line],
        "warnings": _warnings(line, held),
    }
    return render(request, "readiness/register.html", context)


def _place(actor: User, unit: Unit, held: list[Appointment]) -> dict[str, Any]:
    order = list(RUNGS)
    may_limit = seats.holds_over(actor, CONFIRMING, unit)
    rows = [_row(a, unit, may_limit) for a in sorted(held, key=lambda a: order.index(Role(a.seat.role)))]
    return {"unit": unit, "rows": rows, "hours": _hours(unit)}


def _row(appointment: Appointment, unit: Unit, may_limit: bool) -> dict[str, Any]:
    now, zone = timezone.now(), ZoneInfo(unit.time_zone)
    away, until = appointment.away_until, appointment.valid_until
    is_away = away is not None and away > now and (appointment.away_from or now) <= now
    tag = pages.tag(_("Away"), "urgent", "clock") if is_away else pages.tag(_("There"), "good", "done")
    lines = [_("Appointed until %(when)s") % {"when": moment_words(until, now, zone)} if until else _("No end is set")]
    if is_away and away is not None:
        lines.append(_("Away until %(when)s") % {"when": moment_words(away, now, zone)})
    if appointment.topics:
        said = ", ".join(str(TOPICS.get(code, code)) for code in appointment.topics)
        lines.append(_("Only for: %(topics)s") % {"topics": said})
    url = reverse("readiness:cover", args=[appointment.pk]) if may_limit else ""
    return {
        "url": url,
        "name": appointment.user.name,
        "role": appointment.seat.get_role_display(),
        "tag": tag,
        "lines": lines,
    }


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
    if not place.has_calendar:
        found.append(_("The unit has no calendar: its days off and holidays are not set. The administrator sets them."))
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


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def cover(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Limit an appointment to some kinds of concern, or let it be for all again."""
    rows = (
        Appointment.objects.in_force().filter(seat__role__in=RUNGS).select_related("user", "seat__unit__organisation")
    )
    found = rows.filter(pk=pk).first()
    if found is None or not seats.reads(pages.me(request), found.seat.unit):
        raise pages.absent()
    if not seats.holds_over(pages.me(request), CONFIRMING, found.seat.unit):
        raise Forbidden("actor.not_allowed", _("Your seat does not allow this."))
    form = forms.Topics(pages.posted(request), initial={"topics": found.topics})
    if form.is_valid():
        try:
            accounts.cover(found, form.cleaned_data["topics"], by=pages.me(request))
            return redirect("readiness:register", found.seat.unit_id)
        except DomainError as error:
            pages.refuse(form, error)
    back = {"url": reverse("readiness:register", args=[found.seat.unit_id]), "label": found.seat.unit.name}
    return pages.step(
        request, form, over=found.user.name, heading=_("What comes to this person"), back=back, submit=_("Save"),
        lede=_("Nothing chosen: everything. Something chosen: only that, also from the units below."),
    )  # fmt: skip
