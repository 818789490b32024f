"""Who may see, write and approve the readiness of a unit, and record and confirm trainings."""

from collections.abc import Iterable
from uuid import UUID

from foundation.accounts import oversight
from foundation.accounts.models import OrganisationKind, Role, Unit, User

WRITERS = (Role.FOCAL_POINT, Role.DEPUTY, Role.MANAGER, Role.DATA_OFFICER)
"""Who writes down how a unit stands; and who, of the same Society, confirms a training that another recorded."""

SECONDS = (Role.MANAGER, Role.DATA_OFFICER)
"""Who approves what another submitted, and who records trainings."""


def holds_over(actor: User, roles: Iterable[str], unit: Unit) -> bool:
    """Whether the actor holds one of these seats in this unit or in one above it."""
    mine = [seat for seat in actor.seats if seat.role in roles]
    tree = oversight.parents() if mine else {}
    return any(oversight.stands_above(seat, unit, tree) for seat in mine)


def holds_in_society(actor: User, roles: Iterable[str], user: User) -> bool:
    """Whether the actor holds one of these seats in a Society in which this person has a seat."""
    theirs = {seat.unit.organisation_id for seat in user.seats if is_ours(seat.unit)}
    return any(seat.role in roles and seat.unit.organisation_id in theirs for seat in actor.seats)


def is_ours(unit: Unit) -> bool:
    """Whether it belongs to a National Society: partners have their own rules."""
    return unit.organisation.kind == OrganisationKind.NATIONAL_SOCIETY


def reads(actor: User, unit: Unit, tree: oversight.Parents | None = None) -> bool:
    """Whoever works in the unit, above it or below it reads how it stands. Who asks for many units hands the tree over."""
    if not is_ours(unit):
        return False
    mine = {seat.unit_id for seat in actor.seats if seat.unit.organisation_id == unit.organisation_id}
    tree = oversight.parents() if mine and tree is None else tree or {}
    return bool(mine & _line(unit.pk, tree)) or any(unit.pk in _line(place, tree) for place in mine)


def _line(place: UUID, tree: oversight.Parents) -> set[UUID]:
    """A unit and those above it."""
    line: set[UUID] = set()
    up: UUID | None = place
    while up is not None and up not in line:
        line.add(up)
        up = tree.get(up)
    return line


def units_of(actor: User) -> list[Unit]:
    """The units of which the actor reads how they stand, in the order of the tree."""
    societies = {seat.unit.organisation_id for seat in actor.seats if is_ours(seat.unit)}
    units = list(Unit.objects.filter(organisation__in=societies).select_related("organisation", "parent__parent"))
    tree = oversight.parents()
    return [unit for unit in sorted(units, key=_place) if reads(actor, unit, tree)]


def _place(unit: Unit) -> list[str]:
    return [place.name for place in reversed(unit.upwards())]
