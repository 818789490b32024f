"""Who may take away and give back another person's way in: administrators, and managers and data-protection officers
for those below their unit.
"""

from collections.abc import Iterable
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from foundation.accounts.models import OrganisationKind, Role, Seat, Unit, User
from foundation.core.errors import Forbidden

ENDING = (Role.ADMINISTRATOR, Role.MANAGER)
"""Who ends an appointment or shuts a person out, and proposes to let them in again."""

SIGNING_OUT = (*ENDING, Role.DATA_OFFICER)
"""Who signs a person out everywhere."""

CONFIRMING = (Role.MANAGER, Role.DATA_OFFICER)
"""Who confirms what another person proposed."""


def require(is_allowed: bool) -> None:
    """403 unless allowed."""
    if not is_allowed:
        raise Forbidden("actor.not_allowed", _("Your seat does not allow this."))


Parents = dict[UUID, UUID | None]


def parents() -> Parents:
    """The tree of units: each one's parent, in one query."""
    return dict(Unit.objects.values_list("pk", "parent_id"))


def stands_above(seat: Seat, unit: Unit, tree: Parents) -> bool:
    """Whether a seat's unit is this one or one above it; partners' units are below the national data-protection officer."""
    if seat.role == Role.DATA_OFFICER and unit.organisation.kind == OrganisationKind.PARTNER:
        return seat.unit.parent_id is None and seat.unit.organisation.kind == OrganisationKind.NATIONAL_SOCIETY
    line: set[UUID] = set()
    place: UUID | None = unit.pk
    while place is not None and place not in line:
        line.add(place)
        place = tree.get(place)
    return seat.unit_id in line


def watches(actor: User, user: User, roles: Iterable[str], tree: Parents | None = None) -> bool:
    """Whether one of these seats of the actor stands above all that the person holds (else: ever held).

    An administrator's stands above everybody; nobody's stands above the installation's own actors or above oneself.
    Who asks for many people hands the tree over, and has read their seats (``User.read_held``).
    """
    if actor.pk == user.pk or not is_reachable(user):
        return False
    mine = [seat for seat in actor.seats if seat.role in roles]
    if any(seat.role == Role.ADMINISTRATOR for seat in mine):
        return True
    units = [seat.unit for seat in user.seats] or list(
        Unit.objects.filter(seats__appointments__user=user).select_related("organisation").distinct()
    )
    tree = parents() if mine and tree is None else tree or {}
    return bool(units) and all(any(stands_above(seat, unit, tree) for seat in mine) for unit in units)


def is_reachable(user: User) -> bool:
    """Whether it is a person, or a partner's program; the installation's own actors are nobody's to touch."""
    return not user.is_machine or user.appointments.filter(seat__role=Role.PARTNER_WORKER).exists()


def people_of(actor: User) -> QuerySet[User]:
    """Those whose page this person may open: everybody for an administrator, those below for managers and data officers.

    Programs of partners stand among them; the installation's own actors do not.
    """
    known = User.objects.filter(Q(is_machine=False) | Q(appointments__seat__role=Role.PARTNER_WORKER)).distinct()
    if actor.holds(Role.ADMINISTRATOR):
        return known
    tops = [seat for seat in actor.seats if seat.role in SIGNING_OUT]
    below = _below({seat.unit_id for seat in tops})
    reach = Q(appointments__seat__unit__in=below)
    if any(seat.role == Role.DATA_OFFICER and seat.unit.parent_id is None for seat in tops):
        reach |= Q(appointments__seat__unit__organisation__kind=OrganisationKind.PARTNER)
    return known.filter(reach) if tops else known.none()


def _below(tops: set[UUID]) -> set[UUID]:
    children: dict[UUID | None, list[UUID]] = {}
    for pk, parent in parents().items():
        children.setdefault(parent, []).append(pk)
    found: set[UUID] = set()
    waiting = list(tops)
    while waiting:
        unit = waiting.pop()
        if unit not in found:
            found.add(unit)
            waiting += children.get(unit, [])
    return found


def with_factor(users: Iterable[User]) -> set[int]:
    """The primary keys of those who have an app or a key, in one query."""
    rows = Authenticator.objects.filter(user__in=list(users)).exclude(type=Authenticator.Type.RECOVERY_CODES)
    return set(rows.values_list("user_id", flat=True))
