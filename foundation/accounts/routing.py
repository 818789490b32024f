"""To whom something goes in a unit: focal point → deputy → manager, here and upwards, whoever is there (R-40).

A rung counts only if somebody holds the seat now and is not away. An appointment may be for some topics alone (children,
detention): what is about one of them goes to the nearest such rung, what is about anything else passes it by.
"""

from collections.abc import Iterable

from django.utils.functional import Promise

from foundation.accounts.models import Appointment, Role, Seat, Unit

RUNGS = (Role.FOCAL_POINT, Role.DEPUTY, Role.MANAGER)
TOPICS: dict[str, str | Promise] = {}
"""Code → words: what an appointment may be limited to."""


def topics(choices: Iterable[tuple[str, str | Promise]]) -> None:
    """Say which topics there are (from the ``ready()`` of the app that knows them)."""
    TOPICS.update(choices)


def rungs(unit: Unit) -> list[Seat]:
    """The seats of the ladder that somebody can act from now, lowest first."""
    found = []
    for place in unit.upwards():
        seats = {seat.role: seat for seat in Seat.objects.filter(unit=place, role__in=RUNGS)}
        found += [seats[role] for role in RUNGS if role in seats and is_held(seats[role])]
    return found


def is_held(seat: Seat) -> bool:
    """Whether somebody on this seat is there."""
    return Appointment.objects.present().filter(seat=seat).exists()


def first(unit: Unit, topic: str = "") -> Seat | None:
    """Where something new in this unit goes: who is there for this topic, else the focal point or whoever stands in."""
    seats = rungs(unit)
    limits: dict[object, list[list[str]]] = {seat.pk: [] for seat in seats}
    for seat_id, limit in Appointment.objects.present().filter(seat__in=seats).values_list("seat_id", "topics"):
        limits[seat_id].append(limit)
    special = [seat for seat in seats if topic and any(topic in limit for limit in limits[seat.pk])]
    general = [seat for seat in seats if not all(limits[seat.pk])]
    return next(iter([*special, *general, *seats]), None)
