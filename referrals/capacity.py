"""What a unit can give itself now, and who says so (R-17, P10)."""

from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from cases.policy import LEADS
from foundation.accounts.models import Role, Unit
from foundation.readiness.evidence import Evidence
from referrals.models import CapacityDeclaration

DECLARING = LEADS
"""Focal points, deputies and managers, for their unit and those below it."""
APPROVING = (Role.MANAGER,)


def stands_over(actor: Any, unit: Unit, roles: tuple[Role, ...]) -> bool:
    """Whether one of the actor's seats with such a role is in this unit or above it."""
    line = {place.pk for place in unit.upwards()}
    return any(seat.role in roles and seat.unit_id in line for seat in actor.seats)


def may_declare(actor: Any, unit: Unit) -> bool:
    """Whether this person may say what the unit can give."""
    return stands_over(actor, unit, DECLARING)


def declared(unit: Unit) -> CapacityDeclaration | None:
    """The declaration in force that is nearest to the unit: its own, or that of a unit above it."""
    line = unit.upwards()
    found = {
        row.unit_id: row for row in CapacityDeclaration.objects.in_force().filter(unit__in=line).select_related("unit")
    }
    return next((found[place.pk] for place in line if place.pk in found), None)


def own_services(unit: Unit, category: str) -> list[str]:
    """The codes of the services that the unit can give for such a concern now."""
    row = declared(unit)
    return row.known.get(category, []) if row else []


def evidence(unit: Unit) -> Evidence:
    """P10: whether it is declared, and approved by another person, what this unit can give itself."""
    row, url = declared(unit), reverse("referrals:capacity")
    if row is None:
        return Evidence(False, _("it is not declared what the unit can give itself, or the declaration is over"), url)
    text = _("Declared by %(unit)s until %(day)s.") % {"unit": row.unit.name, "day": row.valid_until.isoformat()}
    return Evidence(True, text, url)


def units_of(actor: Any, roles: tuple[Role, ...] = DECLARING) -> list[Unit]:
    """The units that this person may speak for, with those below them."""
    tops = {seat.unit_id for seat in actor.seats if seat.role in roles}
    if not tops:
        return []
    every = list(Unit.objects.select_related("organisation").order_by("name"))
    parents: dict[UUID, UUID | None] = {unit.pk: unit.parent_id for unit in every}
    return [unit for unit in every if _line(unit.pk, parents) & tops]


def _line(unit: UUID, parents: dict[UUID, UUID | None]) -> set[UUID]:
    line: set[UUID] = set()
    place: UUID | None = unit
    while place is not None and place not in line:
        line.add(place)
        place = parents.get(place)
    return line
