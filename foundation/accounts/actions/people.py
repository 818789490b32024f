"""Taking a person's way in away (one is enough) and giving it back (two are needed, HS-20)."""

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from foundation.accounts import oversight
from foundation.accounts.actions.appointments import absence_changed, end
from foundation.accounts.models import Appointment, Measure, MeasureKind, Role, User
from foundation.audit import trail
from foundation.core.errors import Refused
from foundation.core.hooks import Hook
from foundation.outbox import delivery

shut_out: Hook[User] = Hook()
"""Called when a person's or a program's way in is taken away: who keeps another key to the house takes it back."""


@transaction.atomic
def end_sessions(user: User, *, by: User | None, but: str = "") -> int:
    """Sign a person out everywhere, at once, except in the session ``but``; how many sessions there were."""
    if by is not None and by.pk != user.pk:
        oversight.require(oversight.watches(by, user, oversight.SIGNING_OUT))
    open_ = UserSession.objects.filter(user=user).exclude(session_key=but)
    keys = list(open_.values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    open_.delete()
    trail.record("session.closed", user=user.pk, n=len(keys))
    return len(keys)


@transaction.atomic
def end_session(session: UserSession, *, by: User) -> None:
    """End one of one's own sessions."""
    if session.user_id != by.pk:
        raise Refused("session.of_another", _("Your seat does not allow this."))
    Session.objects.filter(session_key=session.session_key).delete()
    session.delete()
    trail.record("session.closed", user=by.pk, n=1)


@transaction.atomic
def end_appointment(appointment: Appointment, *, by: User) -> None:
    """End an appointment at once, with the person's sessions and tokens; what waits for the seat goes to who stands in."""
    user = appointment.user
    _not_oneself(user, by)
    mine = [seat for seat in by.seats if seat.role in oversight.ENDING]
    unit, tree = appointment.seat.unit, oversight.parents()
    is_above = any(seat.role == Role.ADMINISTRATOR or oversight.stands_above(seat, unit, tree) for seat in mine)
    oversight.require(is_above and oversight.is_reachable(user))
    end(appointment, by=by)
    shut_out.send(user)
    end_sessions(user, by=None)


@transaction.atomic
def deactivate(user: User, *, by: User) -> None:
    """Shut a person or a partner's program out at once: no sign-in, no session, no token. The seats stay on the paper."""
    _not_oneself(user, by)
    oversight.require(oversight.watches(by, user, oversight.ENDING))
    if not user.is_active:
        return
    user.is_active = False
    user.save(update_fields=["is_active"])
    trail.record("user.deactivated", user=user.pk)
    shut_out.send(user)
    end_sessions(user, by=None)
    for seat in user.seats:
        absence_changed.send(seat)


def _not_oneself(user: User, by: User) -> None:
    if user.pk == by.pk:
        raise Refused("user.oneself", _("Another person must do this for you."))


@transaction.atomic
def propose_measure(kind: str, user: User, *, by: User) -> Measure:
    """Propose to give back a way in; without effect until another person confirms. Proposed twice is proposed once."""
    _not_oneself(user, by)
    oversight.require(oversight.watches(by, user, oversight.ENDING))
    _require_sense(kind, user)
    made, is_new = Measure.objects.get_or_create(kind=kind, user=user, decided_at=None, defaults={"proposed_by": by})
    if is_new:
        trail.record("measure.proposed", subject=made.pk, user=user.pk, kind=kind)
    return made


def _require_sense(kind: str, user: User) -> None:
    if kind == MeasureKind.REOPEN and user.is_active:
        raise Refused("user.active", _("This person is not shut out."))
    if kind == MeasureKind.RESET_FACTORS and not Authenticator.objects.filter(user=user).exists():
        raise Refused("factor.none", _("This person has no second step that could be taken away."))


@transaction.atomic
def confirm_measure(measure: Measure, *, by: User) -> None:
    """Carry out what another person proposed. ``by`` is a manager or data-protection officer above the person."""
    measure = _waiting(measure)
    if by.pk in (measure.user_id, measure.proposed_by_id):
        raise Refused("measure.same_person", _("Another person must confirm this."))
    oversight.require(oversight.watches(by, measure.user, oversight.CONFIRMING))
    _decide(measure, by, is_confirmed=True)
    trail.record("measure.confirmed", subject=measure.pk, user=measure.user_id, kind=measure.kind)
    {MeasureKind.RESET_FACTORS: _reset_factors, MeasureKind.REOPEN: _reopen}[MeasureKind(measure.kind)](measure)


@transaction.atomic
def refuse_measure(measure: Measure, *, by: User) -> None:
    """Leave it undone: for who may confirm it, and for who proposed it."""
    measure = _waiting(measure)
    may = by.pk == measure.proposed_by_id or oversight.watches(by, measure.user, oversight.CONFIRMING)
    oversight.require(may and by.pk != measure.user_id)
    _decide(measure, by, is_confirmed=False)
    trail.record("measure.refused", subject=measure.pk, user=measure.user_id, kind=measure.kind)


def _waiting(measure: Measure) -> Measure:
    locked = Measure.objects.select_for_update(of=("self",)).select_related("user").get(pk=measure.pk)
    if locked.decided_at is not None:
        raise Refused("measure.decided", _("This was decided already."))
    return locked


def _decide(measure: Measure, by: User, *, is_confirmed: bool) -> None:
    measure.decided_by, measure.decided_at, measure.is_confirmed = by, timezone.now(), is_confirmed
    measure.save(update_fields=["decided_by", "decided_at", "is_confirmed"])


def _reset_factors(measure: Measure) -> None:
    """Everything goes: app, keys, recovery codes, sessions. The person is told, and sets up anew at the next sign-in."""
    factors: Any = Authenticator.objects.filter(user=measure.user)
    n: int = factors._raw_delete(factors.db)  # not by the way that keeps the last factor of a seat
    trail.record("factor.reset", user=measure.user_id, n=n)
    end_sessions(measure.user, by=None)
    delivery.add("email", "factor.reset", f"factor.reset:{measure.pk}", recipient=measure.user)


def _reopen(measure: Measure) -> None:
    measure.user.is_active = True
    measure.user.save(update_fields=["is_active"])
    trail.record("user.reopened", user=measure.user_id)
    for seat in measure.user.seats:
        absence_changed.send(seat)
    delivery.add("email", "user.reopened", f"user.reopened:{measure.pk}", recipient=measure.user)
