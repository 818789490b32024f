"""Who may do what with alerts and emergency access. Who may see them is the access list of the book or the request."""

from datetime import timedelta
from typing import Any

from foundation.accounts.actions import CONFIRMING
from foundation.accounts.models import Role, Seat, Unit
from foundation.core import policy
from foundation.watch.models import Alert, Decoy, EmergencyAccess
from foundation.watch.states import AccessState
from foundation.watch.vocabulary import NEVER, WORKERS, Rule

_MINUTE = timedelta(minutes=1)


def is_officer(actor: Any) -> bool:
    """Whether the actor holds a data-protection officer's seat now."""
    return bool(actor.holds(Role.DATA_OFFICER))


def officer_over(actor: Any, unit: Unit) -> Seat | None:
    """The officer's seat of the actor that stands above a unit, the nearest one."""
    above = {place.pk: n for n, place in enumerate(unit.upwards())}
    mine = [seat for seat in actor.seats if seat.role == Role.DATA_OFFICER and seat.unit_id in above]
    return min(mine, key=lambda seat: above[seat.unit_id], default=None)


def may_ask(actor: Any) -> bool:
    """Whether the actor may ask for emergency access: a worker's or lead's seat, and none that shuts it."""
    roles = {seat.role for seat in actor.seats}
    return bool(roles & set(WORKERS)) and not roles & set(NEVER)


def asking_seat(actor: Any) -> Seat:
    """The seat from which the actor asks: the first that may."""
    found: Seat = next(seat for seat in actor.seats if seat.role in WORKERS)
    return found


def may_confirm_any(actor: Any) -> bool:
    """Whether the actor may be somebody's second person at all."""
    return any(seat.role in CONFIRMING for seat in actor.seats)


def _handles(actor: Any, alert: Alert) -> bool:
    """An officer, but never about themselves (HS-20)."""
    return is_officer(actor) and alert.person_id != actor.pk


def _decides(actor: Any, alert: Alert) -> bool:
    """Nor about an emergency access that they confirmed themselves (HS-20)."""
    return _handles(actor, alert) and not (alert.rule == Rule.BREAKGLASS and _confirmed(actor, alert))


def _confirmed(actor: Any, alert: Alert) -> bool:
    span = (alert.first_at - _MINUTE, alert.last_at + _MINUTE)
    mine = EmergencyAccess.objects.filter(asked_by=alert.person_id, answered_by=actor, answered_at__range=span)
    return bool(mine.exists())


def _checks(actor: Any, alert: Alert) -> bool:
    is_other = alert.explained_by_id not in (None, actor.pk)
    return is_other and alert.checked_by_id is None and _decides(actor, alert)


def is_second(actor: Any, access: EmergencyAccess) -> bool:
    """A manager or data-protection officer of the unit or above it; never who asked (HS-20)."""
    if access.asked_by_id == actor.pk or access.state != AccessState.WAITING:
        return False
    above = {place.pk for place in access.unit.upwards()}
    return any(seat.role in CONFIRMING and seat.unit_id in above for seat in actor.seats)


def install() -> None:
    """Register the rules."""
    policy.register(
        Alert,
        {
            "read": lambda a, r: is_officer(a),
            **dict.fromkeys(("look", "note", "report"), _handles),
            "explain": _decides,
            "check": _checks,
        },
    )
    policy.register(
        EmergencyAccess,
        {
            "read": lambda a, r: True,
            **dict.fromkeys(("confirm", "refuse"), is_second),
            "close": lambda a, r: a.pk == r.asked_by_id and r.state == AccessState.OPEN,
        },
    )
    policy.register(
        Decoy, {"read": lambda a, r: is_officer(a), "retire": lambda a, r: is_officer(a) and not r.retired_at}
    )
