"""Inviting people and giving them seats. Nobody appoints himself (HS-20)."""

from datetime import datetime

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from foundation.accounts import oversight
from foundation.accounts.models import Appointment, Organisation, OrganisationKind, Role, Seat, Unit, UnitKind, User
from foundation.accounts.routing import RUNGS, TOPICS
from foundation.audit import trail
from foundation.core.errors import Forbidden, Refused
from foundation.core.hooks import Hook

CONFIRMING = oversight.CONFIRMING
absence_changed: Hook[Seat] = Hook()


def seat_of(unit: Unit, role: str) -> Seat:
    """The seat for a role in a unit; made with its auth group on first use."""
    found = Seat.objects.filter(unit=unit, role=role).first()
    if found is None:
        group, _made = Group.objects.get_or_create(name=f"{role}@{unit.pk}")
        found, _made = Seat.objects.get_or_create(unit=unit, role=role, defaults={"group": group})
    return found


@transaction.atomic
def propose(
    user: User, seat: Seat, *, by: User | None, valid_from: datetime | None = None, valid_until: datetime | None = None
) -> Appointment:
    """Propose a person for a seat; without effect until another person confirms. ``by=None`` is the installation."""
    appointment = Appointment(
        user=user, seat=seat, proposed_by=by, valid_from=valid_from or timezone.now(), valid_until=valid_until
    )
    appointment.full_clean()
    appointment.save(force_insert=True)
    trail.record("appointment.proposed", subject=appointment.pk, user=user.pk, seat=str(seat.pk))
    return appointment


@transaction.atomic
def confirm(appointment: Appointment, *, by: User | None) -> Appointment:
    """Put an appointment in force. ``by`` must be a manager or data-protection officer above the seat's unit.

    ``by=None`` is the installation itself, when it sets up its first people.
    """
    if by is not None:
        _may_confirm(appointment, by)
    appointment.confirmed_by, appointment.confirmed_at = by, timezone.now()
    appointment.save(update_fields=["confirmed_by", "confirmed_at"])
    appointment.user.groups.add(appointment.seat.group)
    appointment.user.__dict__.pop("_held", None)
    trail.record("appointment.confirmed", subject=appointment.pk, user=appointment.user_id)
    return appointment


def _may_confirm(appointment: Appointment, by: User) -> None:
    _require_calendar(appointment)
    if by.pk in (appointment.user_id, appointment.proposed_by_id):
        raise Refused("appointment.same_person", _("Another person must confirm an appointment."))
    mine = [seat for seat in by.seats if seat.role in CONFIRMING]
    tree = oversight.parents()
    oversight.require(any(oversight.stands_above(seat, appointment.seat.unit, tree) for seat in mine))


def _require_calendar(appointment: Appointment) -> None:
    """Nobody leads a unit whose days off nobody has set: every clock there would be wrong."""
    if appointment.seat.role in RUNGS and not appointment.seat.unit.has_calendar:
        raise Refused(
            "appointment.no_calendar",
            _("This unit has no calendar: its days off and holidays are not set. The administrator sets them first."),
        )
    other = {Role.FOCAL_POINT: Role.DEPUTY, Role.DEPUTY: Role.FOCAL_POINT}.get(Role(appointment.seat.role))
    if other is not None and appointment.user.holds(other, appointment.seat.unit_id):
        raise Refused("appointment.own_deputy", _("Nobody can be their own deputy: appoint another person."))


def has_deputy(unit: Unit) -> bool:
    """Whether a focal point who is away has somebody who stands in, in this unit (P2)."""
    return Appointment.objects.in_force().filter(seat__unit=unit, seat__role=Role.DEPUTY).exists()


@transaction.atomic
def cover(appointment: Appointment, wanted: list[str], *, by: User) -> Appointment:
    """Limit an appointment to some topics; none means everything. ``by`` is a manager or data-protection officer above."""
    mine = [seat for seat in by.seats if seat.role in CONFIRMING]
    tree = oversight.parents()
    oversight.require(any(oversight.stands_above(seat, appointment.seat.unit, tree) for seat in mine))
    if not set(wanted) <= set(TOPICS) or appointment.seat.role not in RUNGS:
        raise Refused("appointment.topics", _("Choose from the list."), "topics")
    appointment.topics = sorted(set(wanted))
    appointment.save(update_fields=["topics"])
    trail.record("appointment.limited", subject=appointment.pk, topics=appointment.topics)
    return appointment


@transaction.atomic
def end(appointment: Appointment, *, by: User | None) -> None:
    """End an appointment at once: the seat's folders close for this person with the commit."""
    now = timezone.now()
    if appointment.valid_until is not None and appointment.valid_until <= now:
        return
    appointment.valid_until = max(now, appointment.valid_from)
    appointment.save(update_fields=["valid_until"])
    if not Appointment.objects.in_force().filter(user=appointment.user, seat=appointment.seat).exists():
        appointment.user.groups.remove(appointment.seat.group)
    appointment.user.__dict__.pop("_held", None)
    trail.record("appointment.ended", subject=appointment.pk, user=appointment.user_id)
    absence_changed.send(appointment.seat)


@transaction.atomic
def go_away(appointment: Appointment, *, by: User, until: datetime) -> None:
    """Say that the person is away; what waits for this seat is rerouted at once when nobody else holds it."""
    if by.pk != appointment.user_id:
        raise Forbidden("actor.not_allowed", _("Your seat does not allow this."))
    now = timezone.now()
    if until <= now:
        raise Refused("absence.past", _("The return must be in the future."), "until")
    appointment.away_from, appointment.away_until = now, until
    appointment.save(update_fields=["away_from", "away_until"])
    trail.record("appointment.away", subject=appointment.pk)
    absence_changed.send(appointment.seat)


@transaction.atomic
def come_back(appointment: Appointment, *, by: User) -> None:
    """End one's own absence."""
    if by.pk != appointment.user_id:
        raise Forbidden("actor.not_allowed", _("Your seat does not allow this."))
    appointment.away_from = appointment.away_until = None
    appointment.save(update_fields=["away_from", "away_until"])
    trail.record("appointment.away", subject=appointment.pk, back=True)


def members(group_id: int) -> list[User]:
    """The people who hold a seat now and are not away."""
    rows = Appointment.objects.present().filter(seat__group_id=group_id).select_related("user")
    return [row.user for row in rows]


def found_society(name: str, *, by: User | None) -> Unit:
    """The National Society of this installation with its national office; ``by=None`` is the installation itself."""
    with transaction.atomic():
        society = Organisation.objects.create(name=name, kind=OrganisationKind.NATIONAL_SOCIETY)
        office = Unit.objects.create(
            organisation=society, kind=UnitKind.NATIONAL, name="National office", time_zone=settings.TIME_ZONE
        )
        trail.record("society.founded", subject=society.pk)
    return office


def invite(*, by: User | None, email: str, name: str, language: str) -> User:
    """A new person without a password; the first one is set through the reset link sent to their own address."""
    with transaction.atomic():
        user = User.objects.create_user(email, name, language=language)
        trail.record("user.invited", user=user.pk)
    return user
