"""A unit declares what it can give itself; another person approves it (R-17, P10)."""

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.vocabulary import Category
from foundation.accounts.models import Unit, User
from foundation.audit import trail
from foundation.core import policy
from foundation.core.errors import Forbidden, Refused
from referrals.assistance_terms import CAPACITY, OWN_CODES, CapacityState
from referrals.capacity import may_declare
from referrals.models import CapacityDeclaration


@transaction.atomic
def declare_capacity(
    unit: Unit, lines: dict[str, list[str]], valid_from: date, valid_until: date, *, by: User
) -> CapacityDeclaration:
    """Propose it: kinds of concern → services of the unit's own. A proposal that nobody has answered is replaced."""
    if not may_declare(by, unit):
        raise Forbidden("actor.not_allowed", _("Your seat does not allow this."))
    known = {risk: sorted(set(types)) for risk, types in lines.items() if types}
    if not known:
        raise Refused("capacity.empty", _("Choose at least one service for one kind of concern."))
    if set(known) - set(Category.values) or {t for types in known.values() for t in types} - set(OWN_CODES):
        raise Refused("capacity.unknown", _("This is not one of the choices."))
    if valid_until < valid_from:
        raise Refused("capacity.dates", _("It cannot end before it begins."), "valid_until")
    waiting = CapacityDeclaration.objects.select_for_update().filter(unit=unit, state=CapacityState.PROPOSED)
    waiting.update(state=CapacityState.DROPPED, decided_by=by, decided_at=timezone.now())
    made = CapacityDeclaration.objects.create(
        unit=unit, lines=known, valid_from=valid_from, valid_until=valid_until, declared_by=by
    )
    trail.record("capacity.declared", subject=made.pk, unit=unit.pk)
    return made


def _locked(row: CapacityDeclaration, verb: str, by: User) -> CapacityDeclaration:
    rows = CapacityDeclaration.objects.select_for_update(of=("self",)).select_related("unit")
    locked = rows.get(pk=row.pk)
    CAPACITY.check(verb, locked.state)
    policy.require(by, verb, locked)
    locked.decided_by, locked.decided_at = by, timezone.now()
    return locked


@transaction.atomic
def approve_capacity(row: CapacityDeclaration, *, by: User) -> CapacityDeclaration:
    """The second person agrees; what was in force before is replaced."""
    locked = _locked(row, "approve", by)
    CapacityDeclaration.objects.filter(unit=locked.unit, state=CapacityState.APPROVED).update(
        state=CapacityState.REPLACED
    )
    locked.state = CapacityState.APPROVED
    locked.save(update_fields=["state", "decided_by", "decided_at"])
    trail.record("capacity.approved", subject=locked.pk, unit=locked.unit_id)
    return locked


@transaction.atomic
def drop_capacity(row: CapacityDeclaration, *, by: User) -> CapacityDeclaration:
    """The second person does not agree, or the first one takes it back."""
    locked = _locked(row, "drop", by)
    locked.state = CapacityState.DROPPED
    locked.save(update_fields=["state", "decided_by", "decided_at"])
    trail.record("capacity.dropped", subject=locked.pk, unit=locked.unit_id)
    return locked
