"""A person's own seats, being away, and appointments that wait for a second person."""

from typing import Any, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from foundation.accounts import actions, oversight
from foundation.accounts.forms import Away
from foundation.accounts.models import Appointment, Role, Unit, User
from foundation.accounts.stepup import asked_again
from foundation.accounts.views.people import waiting
from foundation.core.errors import Absent, DomainError


def _me(request: HttpRequest) -> User:
    return cast(User, request.user)


@login_required
@require_safe
def you(request: HttpRequest) -> HttpResponse:
    """The seats this person holds, until when, and being away."""
    return _you(request)


def _you(request: HttpRequest, problem: Away | None = None) -> HttpResponse:
    held = Appointment.objects.in_force().filter(user=_me(request)).select_related("seat__unit")
    now = timezone.now()
    rows = [
        {"appointment": a, "is_away": bool(a.away_until and a.away_until > now), "form": _form(a, problem)}
        for a in held
    ]
    context = {"rows": rows, "form": problem, "confirms": _confirms(_me(request))}
    return render(request, "accounts/you.html", context, status=422 if problem else 200)


def _form(appointment: Appointment, problem: Away | None) -> Away:
    asked = problem is not None and problem.data.get("appointment") == str(appointment.pk)
    if problem is not None and asked:
        return problem
    return Away(initial={"appointment": appointment.pk}, auto_id=f"id_{appointment.pk.hex[:8]}_%s")


def _own(request: HttpRequest) -> Appointment:
    """The appointment that was posted, if it is this person's and in force."""
    held = Appointment.objects.in_force().filter(user=_me(request)).select_related("seat__unit", "user")
    wanted = request.POST.get("appointment", "")
    found = next((a for a in held if str(a.pk) == wanted), None)
    if found is None:
        raise Absent("record.absent", _("There is nothing at this address."))
    return found


@login_required
@require_POST
def away(request: HttpRequest) -> HttpResponse:
    """Go away for a while: what waits for the seat goes to who stands in, at once."""
    appointment = _own(request)
    with timezone.override(ZoneInfo(appointment.seat.unit.time_zone)):
        form = Away(request.POST)
        if not form.is_valid():
            return _you(request, form)
    try:
        actions.go_away(appointment, by=_me(request), until=form.cleaned_data["until"])
    except DomainError as error:
        form.add_error("until", error.message)
        return _you(request, form)
    messages.success(request, _("You are away. What waits for you goes to those who stand in for you."))
    return redirect("accounts:you")


@login_required
@require_POST
def back(request: HttpRequest) -> HttpResponse:
    """Be there again."""
    actions.come_back(_own(request), by=_me(request))
    messages.success(request, _("You are back. What is new comes to you again."))
    return redirect("accounts:you")


def _confirms(actor: User) -> list[Unit]:
    """The units under which this person confirms appointments."""
    return [seat.unit for seat in actor.seats if seat.role in actions.CONFIRMING]


def _pending(actor: User) -> list[Appointment]:
    """Unconfirmed appointments of the units below this person's own."""
    mine = [seat for seat in actor.seats if seat.role in actions.CONFIRMING]
    oversight.require(bool(mine))
    rows = Appointment.objects.filter(confirmed_at=None)
    waiting = rows.select_related("user", "seat__unit__organisation", "proposed_by").order_by("valid_from")
    tree = oversight.parents()
    return [a for a in waiting if any(oversight.stands_above(seat, a.seat.unit, tree) for seat in mine)]


@login_required
@require_safe
def appointments(request: HttpRequest) -> HttpResponse:
    """What another person proposed and that waits for this one (HS-20): appointments, and giving a way in back."""
    rows: list[dict[str, Any]] = [
        {"appointment": a, "may": _me(request).pk not in (a.user_id, a.proposed_by_id)} for a in _pending(_me(request))
    ]
    return render(request, "accounts/appointments.html", {"rows": rows, "measures": waiting(_me(request))})


@login_required
@require_POST
@asked_again
def confirm(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Put an appointment in force."""
    found = next((a for a in _pending(_me(request)) if a.pk == pk), None)
    if found is None:
        raise Absent("record.absent", _("There is nothing at this address."))
    actions.confirm(found, by=_me(request))
    messages.success(request, _("The appointment is in force now."))
    if found.seat.role == Role.FOCAL_POINT and not actions.has_deputy(found.seat.unit):
        messages.warning(
            request,
            _("This unit has no deputy focal point, so it is not ready to escalate or refer. Propose a deputy now."),
        )
    return redirect("accounts:appointments")
