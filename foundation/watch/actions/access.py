"""Emergency access: ask, confirm or refuse, close. Two people, two hours, announced, answered for afterwards (HS-20, HS-22)."""

from datetime import time, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from foundation.accounts import actions as accounts
from foundation.accounts.models import Appointment, Unit, User
from foundation.audit import trail
from foundation.core import codes, policy
from foundation.core.errors import Forbidden, Refused, WrongState
from foundation.dossiers import actions as dossiers
from foundation.dossiers import clerk
from foundation.dossiers.models import VIEW, Clock, Dossier, DossierGroupPermission, DossierUserPermission, Kind
from foundation.outbox import delivery
from foundation.watch import rules
from foundation.watch.actions.alerts import raise_alerts
from foundation.watch.models import EmergencyAccess
from foundation.watch.officers import people_on, seats_over
from foundation.watch.policy import asking_seat, may_ask
from foundation.watch.states import ACCESS, AccessState
from foundation.watch.vocabulary import Ground, Rule

OPEN_FOR = timedelta(hours=2)
"""How long it stays open (domain.md §11.2)."""

REASON = "emergency"
"""What stands on the access list; the case's page announces it."""


def seconds(unit: Unit, *, without: User) -> list[Appointment]:
    """Who may confirm: managers and data-protection officers of the unit and above it who are there now (HS-20)."""
    places = [place.pk for place in unit.upwards()]
    held = Appointment.objects.present().filter(seat__unit__in=places, seat__role__in=accounts.CONFIRMING)
    return list(held.exclude(user=without).select_related("user", "seat__unit").order_by("seat__role", "user__name"))


@transaction.atomic
def ask(code: str, ground: str, reason: str, *, by: User) -> EmergencyAccess:
    """Ask for a case by its code. The same happens whether there is such a case or not: nothing is looked up."""
    if not may_ask(by):
        raise Forbidden("actor.not_allowed", _("Your seat does not allow this."))
    seat = asking_seat(by)
    _check(code, ground, reason, by)
    able = seconds(seat.unit, without=by)
    if not able:
        raise Refused("access.nobody", _("Nobody who could confirm is reachable here now. Phone your manager."))
    folder = dossiers.open_dossier(
        Kind.REQUEST, seat.unit, by=by, groups={a.seat.group_id: VIEW for a in able}, reason="asked"
    )
    asked = EmergencyAccess(
        dossier=folder, asked_by=by, unit=seat.unit, code=codes.normalise(code), ground=ground, reason=reason.strip(),
        lapses_at=timezone.now() + timedelta(hours=settings.EMERGENCY_ACCESS_WAIT_HOURS),
    )  # fmt: skip
    asked.clean_fields(exclude=["dossier", "asked_by", "unit"])
    asked.save(force_insert=True)
    trail.record("breakglass.asked", subject=asked.pk, ground=ground)
    delivery.tell({a.user for a in able}, "access.asked", f"access:{asked.pk}:asked")
    return asked


def _check(code: str, ground: str, reason: str, by: User) -> None:
    if not codes.is_valid(code):
        raise Refused("access.code", _("A case code has six signs, such as K7F-2QX."), "code")
    if ground not in Ground.values:
        raise Refused("access.ground", _("Choose a reason."), "ground")
    if not reason.strip():
        raise Refused("access.reason", _("Write why it cannot wait."), "reason")
    if EmergencyAccess.objects.waiting().filter(asked_by=by).count() >= settings.EMERGENCY_ACCESS_WAITING:
        raise Refused("access.waiting", _("Too many of your requests wait for an answer. Phone who may confirm them."))


def _locked(access: EmergencyAccess, verb: str, by: User) -> EmergencyAccess:
    rows = EmergencyAccess.objects.select_for_update(of=("self",)).select_related("dossier", "unit", "asked_by")
    locked: EmergencyAccess = rows.get(pk=access.pk)
    ACCESS.check(verb, locked.state)
    policy.require(by, verb, locked)
    if locked.state == AccessState.WAITING and locked.lapses_at <= timezone.now():
        raise WrongState("access.lapsed", _("This request was not answered in time. A new one must be made."))
    return locked


@transaction.atomic
def confirm(access: EmergencyAccess, *, by: User) -> EmergencyAccess:
    """The second person confirms: only now the code is looked up, and the case opens for two hours, or nothing does.

    Nothing opens, in the same words, for a code that nobody has, an erased case, one of another organisation, one that
    does not lie below the second person's own seat, and for somebody who lost the seat meanwhile.
    """
    locked = _locked(access, "confirm", by)
    locked.answered_by, locked.answered_at = by, timezone.now()
    opened = _grant(locked) if may_ask(locked.asked_by) else None
    locked.state = AccessState.OPEN if opened else AccessState.NOTHING
    if opened:
        locked.folder = opened.pk
    locked.save(update_fields=["state", "answered_by", "answered_at", "folder", "closes_at"])
    trail.record("breakglass.confirmed", dossier=locked.folder, subject=locked.pk, opened=bool(opened))
    _announce(locked, opened)
    return locked


def _grant(access: EmergencyAccess) -> Dossier | None:
    """Put the person on the folder's list until the end; what stands on it for good is left alone."""
    until = timezone.now() + OPEN_FOR
    access.closes_at = until
    with clerk.as_clerk():
        folder = _found(access)
        if folder is None:
            access.closes_at = None
            return None
        _rows(access, folder.pk).filter(reason=REASON).delete()
        if not _rows(access, folder.pk).exists():
            second = access.answered_by or access.asked_by
            dossiers.share_with_user(folder, access.asked_by, REASON, by=second, until=until)
    return folder


def _rows(access: EmergencyAccess, folder: UUID | None) -> QuerySet[DossierUserPermission]:
    """What opens a folder for the person who asked."""
    view = dossiers.permission_id(VIEW)
    return DossierUserPermission.objects.filter(user=access.asked_by, content_object=folder, permission_id=view)


def _found(access: EmergencyAccess) -> Dossier | None:
    """The folder of the case with this code, if the second person stands above it. Read by the clerk, from its clocks."""
    clock = Clock.objects.filter(subject_kind="case", reference=access.code).select_related("dossier__unit").first()
    if clock is None or clock.dossier.erased_at is not None or clock.dossier.kind != Kind.CASE:
        return None
    unit, second = clock.dossier.unit, access.answered_by
    above = {place.pk for place in unit.upwards()}
    stands = second is not None and any(s.role in accounts.CONFIRMING and s.unit_id in above for s in second.seats)
    return clock.dossier if stands and unit.organisation_id == access.unit.organisation_id else None


def _announce(access: EmergencyAccess, folder: Dossier | None) -> None:
    """Content-free notices to the owner, the focal point and the officer; an alert that the officer must answer."""
    delivery.tell([access.asked_by], "access.answered", f"access:{access.pk}:answered")
    now, person = timezone.now(), access.asked_by
    with clerk.as_clerk() as by:
        if folder is not None:
            concerned = {user for user in _concerned(folder) if user.pk != person.pk}
            delivery.tell(concerned, "access.opened", f"access:{access.pk}:opened")
        touch = rules.Touch(now, person.pk, folder.pk if folder else None, rules.READ)
        raise_alerts(_finding(access, touch), person, by=by)


def _finding(access: EmergencyAccess, touch: rules.Touch) -> rules.Finding:
    """How often the person asked and was confirmed on this day of the unit."""
    calendar = access.unit.calendar
    day = calendar.local(touch.at).date()
    used = EmergencyAccess.objects.filter(asked_by=access.asked_by, answered_at__gte=calendar.at(day, time(0)))
    n = used.exclude(state=AccessState.REFUSED).count()
    return rules.finding(Rule.BREAKGLASS, day, n, 0, [touch])


def _concerned(folder: Dossier) -> set[User]:
    """Who answers for a case: its owner, the seats on its list, the data-protection officer of its line."""
    view = dossiers.permission_id(VIEW)
    owners = DossierUserPermission.objects.filter(content_object=folder, permission_id=view, reason="owner")
    groups = DossierGroupPermission.objects.filter(content_object=folder, permission_id=view)
    found = {row.user for row in owners.select_related("user")}
    for group in groups.values_list("group_id", flat=True):
        found |= set(accounts.members(group))
    found |= set(people_on(seats_over(folder.unit)))
    return {user for user in found if not user.is_machine}


@transaction.atomic
def refuse(access: EmergencyAccess, answer: str, *, by: User) -> EmergencyAccess:
    """The second person refuses; it stays on record."""
    locked = _locked(access, "refuse", by)
    locked.state, locked.answered_by, locked.answered_at = AccessState.REFUSED, by, timezone.now()
    locked.answer = answer.strip() or None
    locked.clean_fields(exclude=["dossier", "asked_by", "unit", "answered_by"])
    locked.save(update_fields=["state", "answered_by", "answered_at", "answer"])
    trail.record("breakglass.refused", subject=locked.pk)
    delivery.tell([locked.asked_by], "access.answered", f"access:{locked.pk}:answered")
    return locked


@transaction.atomic
def close(access: EmergencyAccess, *, by: User) -> EmergencyAccess:
    """End it before its time: who asked is done."""
    locked = _locked(access, "close", by)
    with clerk.as_clerk():
        _rows(locked, locked.folder).filter(reason=REASON).delete()
        _closed(locked)
    return locked


def _closed(access: EmergencyAccess) -> None:
    access.state, access.closed_at = AccessState.CLOSED, timezone.now()
    access.save(update_fields=["state", "closed_at"])
    trail.record("breakglass.closed", dossier=access.folder, subject=access.pk)


def sweep() -> int:
    """Close what has run out and let lapse what nobody answered; the folder was shut by its time already."""
    now = timezone.now()
    with clerk.as_clerk():
        rows = EmergencyAccess.objects.select_for_update(of=("self",), skip_locked=True)
        over = list(rows.filter(state=AccessState.OPEN, closes_at__lte=now).select_related("asked_by"))
        for access in over:  # another one may have opened the same folder for longer
            _rows(access, access.folder).filter(reason=REASON, expires_at__lte=now).delete()
            _closed(access)
        late = list(rows.filter(state=AccessState.WAITING, lapses_at__lte=now).select_related("asked_by"))
        for access in late:
            access.state = AccessState.LAPSED
            access.save(update_fields=["state"])
            trail.record("breakglass.lapsed", subject=access.pk)
            delivery.tell([access.asked_by], "access.answered", f"access:{access.pk}:lapsed")
    return len(over) + len(late)
