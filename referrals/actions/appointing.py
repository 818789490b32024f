"""A service gives the person an appointment: set, changed, what came of it, and that the person was told of it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from consent.vocabulary import ContactMethod, InterpreterNeed
from foundation.accounts.models import User
from foundation.audit import trail
from foundation.core import policy
from foundation.core.errors import Refused, WrongState
from foundation.dossiers import clocks
from referrals.actions.answering import check_ground
from referrals.actions.moving import TELL, lock, require_not_recalled, start_clock, tell_referrer, touch
from referrals.appointing import FARTHEST, RESULTS, WHERE_LENGTH, AppointmentState, Meeting, TellBy, Venue, verbs
from referrals.listing import HIDDEN
from referrals.models import Appointment, Referral, values_of
from referrals.states import PARTNER, REFERRER

SOON = timedelta(days=2)
Check = Callable[[Referral], None]


@transaction.atomic
def appoint(referral: Referral, meeting: Meeting, *, by: User, check: Check | None = None) -> Referral:
    """The recipient sets an appointment, or another instead of the one ahead. ``check`` sees the locked row (If-Match)."""
    done = _appoint(_locked(referral, "respond", "appointment", by, check), meeting, by)
    tell_referrer(done, PARTNER)
    return done


@transaction.atomic
def hear_appointment(referral: Referral, meeting: Meeting, *, by: User) -> Referral:
    """The referrer writes down the appointment that the partner gave by phone, in person or on paper."""
    return _appoint(_locked(referral, "hear", "appointment", by, None), meeting, by)


@transaction.atomic
def end_appointment(referral: Referral, result: str, *, by: User, check: Check | None = None) -> Referral:
    """The recipient says what came of the appointment ahead: the person came, did not, or who called it off."""
    done = _end(_locked(referral, "respond", "appointment_result", by, check), result)
    tell_referrer(done, PARTNER)
    return done


@transaction.atomic
def hear_appointment_result(referral: Referral, result: str, *, by: User) -> Referral:
    """The referrer writes down what came of it, as the partner says by phone, in person or on paper."""
    return _end(_locked(referral, "hear", "appointment_result", by, None), result)


@transaction.atomic
def tell_appointment(referral: Referral, *, by: User) -> Referral:
    """Whoever referred the person has told them of the appointment, by the safe way."""
    locked = lock(referral)
    policy.require(by, "tell_appointment", locked)
    require_not_recalled(locked)
    if not clocks.stop(locked.pk, TELL):
        raise _not_now()
    _ahead(locked).update(told_at=timezone.now())
    trail.record("referral.appointment_told", dossier=locked.dossier_id, subject=locked.pk)
    return locked


def _locked(referral: Referral, ability: str, verb: str, by: User, check: Check | None) -> Referral:
    locked = lock(referral)
    require_not_recalled(locked)
    if check:
        check(locked)
    policy.require(by, ability, locked)
    if verb not in verbs(locked.status, locked.appointment):
        raise _not_now()
    check_ground(locked)
    return locked


def _not_now() -> WrongState:
    return WrongState("state.not_from_here", _("This has moved on in the meantime and cannot be done now."))


def _ahead(referral: Referral) -> Any:
    return Appointment.objects.filter(referral=referral.pk, state=AppointmentState.PLANNED)


def _appoint(referral: Referral, meeting: Meeting, by: User) -> Referral:
    _check_time(meeting)
    _check_venue(referral, meeting)
    _check_telling(referral, meeting)
    _ahead(referral).update(state=AppointmentState.CHANGED, ended_at=timezone.now())
    sealed = {
        "at": meeting.at.isoformat(), "venue": meeting.venue, "where": meeting.where.strip(),
        "tell_by": meeting.tell_by, "interpreter": meeting.interpreter,
    }  # fmt: skip
    Appointment(dossier=referral.dossier, referral=referral, by=by, meeting=sealed).save(force_insert=True)
    clocks.stop(referral.pk, TELL)
    if meeting.tell_by == TellBy.REFERRER:
        start_clock(referral, TELL, REFERRER, _in_time(meeting.at))
    return _note(referral, AppointmentState.PLANNED)


def _end(referral: Referral, result: str) -> Referral:
    if result not in RESULTS:
        raise Refused("receiver.result", _("Say what came of the appointment."), "result")
    row = _ahead(referral).get()
    row.dossier = referral.dossier
    is_met = result in (AppointmentState.KEPT, AppointmentState.MISSED)
    if is_met and row.at > timezone.now():
        raise Refused("receiver.early", _("The appointment is still ahead. It can be changed or called off."), "result")
    _ahead(referral).update(state=result, ended_at=timezone.now())
    clocks.stop(referral.pk, TELL)
    if result == AppointmentState.OFF_BY_US:
        start_clock(referral, TELL, REFERRER, _in_time(row.at))
    return _note(referral, result)


def _in_time(at: datetime) -> datetime | None:
    """Half of the time that is left, where the usual time would be too late."""
    left = at - timezone.now()
    return timezone.now() + left / 2 if timedelta() < left < SOON else None


def _note(referral: Referral, state: str) -> Referral:
    referral.appointment = state
    touch(referral, "appointment")
    trail.record("referral.appointment", dossier=referral.dossier_id, subject=referral.pk, state=str(state))
    return referral


def _check_time(meeting: Meeting) -> None:
    now = timezone.now()
    if not now < meeting.at <= now + FARTHEST:
        raise Refused("receiver.at", _("Choose a time that is still ahead, within a year."), "at")


def _check_venue(referral: Referral, meeting: Meeting) -> None:
    """Where it is must be known, and of a safe house it is written nowhere (domain.md §9.3)."""
    where, service = meeting.where.strip(), referral.service
    if meeting.venue not in Venue.values:
        raise Refused("receiver.venue", _("Say where it is."), "venue")
    if meeting.venue == Venue.SERVICE and not service.address:
        raise Refused("receiver.venue", _("The directory knows no address of this service. Choose another."), "venue")
    if where and service.service_type in HIDDEN:
        raise Refused("receiver.where", _("Where a safe house is must stand nowhere. Take it out."), "where")
    if bool(where) != (meeting.venue == Venue.WORDS) or len(where) > WHERE_LENGTH:
        raise Refused("receiver.where", _("Write where it is, only if it is somewhere else."), "where")


def _check_telling(referral: Referral, meeting: Meeting) -> None:
    """Nobody is told past the safe contact: the partner has to have been told it, and it has to allow one."""
    if meeting.interpreter not in InterpreterNeed.values:
        raise Refused("receiver.interpreter", _("Say whether an interpreter is needed."), "interpreter")
    if meeting.tell_by not in TellBy.values:
        raise Refused("receiver.tell_by", _("Say how the person learns of it."), "tell_by")
    contact = (
        values_of(referral, ["safe_contact"] if "safe_contact" in referral.fields else []).get("safe_contact") or {}
    )
    has_way = bool(contact) and contact.get("method") != ContactMethod.NONE
    if meeting.tell_by == TellBy.SAFE_WAY and not has_way:
        words = _("No safe way to the person is open to you. Let whoever referred them tell them.")
        raise Refused("receiver.tell_by", words, "tell_by")
