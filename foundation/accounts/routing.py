"""To whom something goes in a unit: focal point → deputy → manager, here and upwards, whoever is there (R-40).

A rung counts only if somebody holds the seat now and is not away.
"""

from foundation.accounts.models import Appointment, Role, Seat, Unit

RUNGS = (Role.FOCAL_POINT, Role.DEPUTY, Role.MANAGER)


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


def first(unit: Unit) -> Seat | None:
    """Where something new in this unit goes: the focal point, or at once whoever stands in."""
    return next(iter(rungs(unit)), None)
