"""Cases that change hands, and who has how many, in words."""

from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.closures import Handing
from cases.load import ceiling_of, open_cases
from cases.models import HandOver
from cases.policy import LEADS, WORKERS
from foundation.accounts.models import Appointment, Unit, User
from foundation.core import policy
from foundation.core.words import moment_words

RELATED = ("from_unit", "to_unit", "asked_by", "decided_by")


def heading(hand: HandOver) -> str:
    """What is asked for."""
    if hand.kind == Handing.OTHER:
        return _("Somebody else should follow up a case")
    return _("%(unit)s is asked to take a case over") % {"unit": hand.to_unit.name}


def page(hand: HandOver, actor: Any) -> dict[str, Any]:
    """Codes only: who is asked has not opened the case."""
    zone, now = ZoneInfo(hand.to_unit.time_zone), timezone.now()
    rows = [
        {"key": _("Case"), "value": hand.code},
        {"key": _("Urgency"), "value": hand.get_urgency_display()},
        {"key": _("From"), "value": hand.from_unit.name},
        {"key": _("Why"), "value": hand.get_reason_display()},
        {"key": _("Asked for by"), "value": hand.asked_by.name},
        {"key": _("When"), "value": moment_words(hand.asked_at, now, zone)},
        {"key": _("Where it stands"), "value": hand.get_status_display()},
    ]
    if hand.declined_for:
        rows.append({"key": _("Why not"), "value": hand.get_declined_for_display()})
    return {"hand": hand, "heading": heading(hand), "rows": rows, "can": policy.abilities(actor, hand)}


def led_unit(actor: Any) -> Unit | None:
    """The unit that the actor leads."""
    return next((seat.unit for seat in actor.seats if seat.role in LEADS), None)


def team(unit: Unit) -> dict[str, Any]:
    """Who works on cases in a unit, with how many each: two queries whatever the number of people."""
    there = Appointment.objects.in_force().filter(seat__unit=unit, seat__role__in=WORKERS, user__is_machine=False)
    people: dict[int, User] = {a.user_id: a.user for a in there.select_related("user").order_by("user__name")}
    found, most = open_cases(people.values()), ceiling_of(unit)
    rows = [_member(user, found[user.pk], most) for user in people.values()]
    words = ngettext("At most %(n)d open case for one person.", "At most %(n)d open cases for one person.", most)
    return {"rows": rows, "most": most, "ceiling": words % {"n": most}}


def _member(user: User, n: int, most: int) -> dict[str, Any]:
    count = ngettext("%(n)d open case", "%(n)d open cases", n) % {"n": n}
    tag: dict[str, Any] = {"text": count, "tone": "", "icon": "", "plain": True}
    if n > most:
        tag = {
            "text": _("%(count)s, over the ceiling") % {"count": count},
            "tone": "late",
            "icon": "urgent",
            "plain": False,
        }
    return {"user": user, "n": n, "tag": tag}
