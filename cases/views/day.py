"""Your day: what waits for this person, in order of need and then of time (R-29)."""

from datetime import datetime, tzinfo
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from cases.event_words import EVENTS
from cases.moments import stamp, written, zone_of
from cases.policy import LEADS, REPORTERS, WORKERS, has_seat
from cases.views.who import me
from foundation.accounts.models import Appointment, Role, User
from foundation.audit import trail
from foundation.core.words import day_words, due_words
from foundation.core.worklist import job
from foundation.dossiers.models import Clock, Dossier, Kind
from foundation.outbox.models import Notice

MOST = 25
COUNTED = 50
LEVELS = ("emergency", "urgent", "normal")
OWNERLESS = (Role.ADMINISTRATOR, Role.AUDITOR, Role.DATA_OFFICER)


@login_required
@require_safe
def day(request: HttpRequest) -> HttpResponse:
    """The neediest first. A seat that works on no matter gets a page that says so."""
    actor, now, zone = me(request), timezone.now(), zone_of(me(request))
    waiting = list(Clock.objects.neediest(actor, MOST).select_related("unit"))
    trail.record("work.listed", n=len(waiting))
    context: dict[str, Any] = {
        "today": written(now, zone, "EEEE d MMMM y, HH:mm"),
        "count": len(waiting),
        "summary": _count(len(waiting)),
        "needs": _needs([(clock.urgency, _item(clock, now, zone)) for clock in waiting]),
        "may_start": has_seat(actor, REPORTERS),
        "works": bool(waiting) or not actor.seats or not all(seat.role in OWNERLESS for seat in actor.seats),
        "roles": {seat.role for seat in actor.seats},
        **_aside(actor, zone),
    }
    return render(request, "cases/day.html", context)


def _count(n: int) -> str:
    if n >= MOST:
        return _("The %(n)d most pressing things that wait for you.") % {"n": n}
    if n == 0:
        return ""
    words = ngettext("%(n)d thing waits for you.", "%(n)d things wait for you, the most pressing first.", n)
    return words % {"n": n}


def _item(clock: Clock, now: datetime, zone: tzinfo) -> dict[str, Any]:
    asked = job(clock.subject_kind, clock.code)
    due = due_words(clock.due_at, now, zone)
    why = f"{clock.unit.name}. {asked.why}"
    return {"url": asked.url(clock), "do": asked.do, "code": clock.reference, "why": why, "due": due}


def _needs(items: list[tuple[str, dict[str, Any]]]) -> list[dict[str, Any]]:
    limits = {
        "emergency": _("within hours, day and night"),
        "urgent": _("within days"),
        "normal": _("within two weeks"),
    }
    by_level = {level: [item for urgency, item in items if urgency == level] for level in LEVELS}
    return [{"level": level, "items": rows, "limit": limits[level]} for level, rows in by_level.items() if rows]


def _aside(actor: User, zone: tzinfo) -> dict[str, Any]:
    news = Notice.objects.filter(user=actor, seen_at=None).order_by("-created_at")[:3]
    found: dict[str, Any] = {"news": [{"label": _event(n.event), "text": stamp(n.created_at, zone)} for n in news]}
    if has_seat(actor, WORKERS):
        found |= _team(actor, zone)
    return found


def _event(event: str) -> str:
    return str(EVENTS.get(event, _("Something changed")))


def _team(actor: User, zone: tzinfo) -> dict[str, Any]:
    """The team of this person's unit, who is away, and how many cases this person has."""
    place = next(seat.unit for seat in actor.seats if seat.role in WORKERS)
    there = Appointment.objects.in_force().filter(seat__unit=place, seat__role__in=WORKERS, user__is_active=True)
    held = sorted(there.select_related("user", "seat"), key=lambda a: (a.user_id != actor.pk, a.user.name))
    mine = Dossier.objects.n_named(actor, Kind.CASE, COUNTED)
    rows = [_member(a, actor, zone, mine) for a in held]
    return {"team": rows, "place": place.name, "own": _own(held, actor, zone)}


def _member(appointment: Appointment, actor: User, zone: tzinfo, mine: int) -> dict[str, Any]:
    if appointment.user_id == actor.pk:
        cases = ngettext("%(n)d case", "%(n)d cases", mine) % {"n": mine}
        return {"label": _("You"), "text": _("%(n)d or more cases") % {"n": mine} if mine >= COUNTED else cases}
    until = appointment.away_until
    is_away = until is not None and until > timezone.now()
    words = _("away until %(when)s") % {"when": stamp(until, zone)} if until and is_away else ""
    return {"label": appointment.user.name, "text": words or appointment.seat.get_role_display()}


def _own(held: list[Appointment], actor: User, zone: tzinfo) -> str:
    """Which lead this person is here, until when, and who stands in."""
    mine = next((a for a in held if a.user_id == actor.pk and a.seat.role in LEADS), None)
    if mine is None:
        return ""
    others = [a.user.name for a in held if a.seat.role in LEADS and a.user_id != actor.pk and not _is_away(a)]
    facts = {"role": mine.seat.get_role_display(), "name": ", ".join(others)}
    until = day_words(mine.valid_until, zone) if mine.valid_until else ""
    sentence = _("Your seat: %(role)s, until %(until)s.") if until else _("Your seat: %(role)s.")
    stands = _("%(name)s can stand in for you.") if others else _("Nobody here stands in for you.")
    return f"{sentence % {**facts, 'until': until}} {stands % facts}"


def _is_away(appointment: Appointment) -> bool:
    return appointment.away_until is not None and appointment.away_until > timezone.now()
