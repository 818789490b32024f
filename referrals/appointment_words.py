"""Appointments in words, for the partner's page and for the referrer's."""

from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _

from consent.vocabulary import InterpreterNeed
from foundation.core.words import isolated, moment_words
from foundation.dossiers.models import Clock
from referrals.actions.moving import TELL
from referrals.api.representation import appointment
from referrals.appointing import AppointmentState, TellBy, Venue
from referrals.models import Appointment, Referral, Service


def told(meeting: dict[str, Any] | None, service: Service, zone: ZoneInfo) -> list[dict[str, str]]:
    """An appointment as facts: when, where, the interpreter, how the person learns of it, what came of it."""
    if meeting is None:
        return []
    return [
        {"term": _("When"), "main": moment_words(meeting["at"], timezone.now(), zone)},
        {"term": _("Where"), "main": _place(meeting, service)},
        {"term": _("Interpreter"), "main": str(InterpreterNeed(meeting["interpreter"]).label)},
        {"term": _("How the person learns of it"), "main": str(TellBy(meeting["tell_by"]).label)},
        {"term": _("How it stands"), "main": str(AppointmentState(meeting["state"]).label)},
    ]


def _place(meeting: dict[str, Any], service: Service) -> str:
    if meeting["venue"] == Venue.WORDS:
        return isolated(meeting["where"])
    words = str(Venue(meeting["venue"]).label)
    is_there = meeting["venue"] == Venue.SERVICE and service.address
    return f"{words}: {isolated(service.address)}" if is_there else words


def card(referral: Referral) -> list[dict[str, str]]:
    """What the referring side reads of the last appointment, as long as the package has its key."""
    if not referral.appointment or not referral.is_open:
        return []
    return told(appointment(referral), referral.service, ZoneInfo(referral.unit.time_zone))


def is_to_tell(referral: Referral) -> bool:
    """Whether somebody of the referring side must still tell the person of it."""
    waits = Clock.objects.running().filter(subject_id=referral.pk, code=TELL)
    return bool(referral.appointment) and waits.exists()


def steps(referral: Referral) -> list[tuple[Any, str, str]]:
    """When appointments were set and what came of each: for the history, without the place."""
    if not referral.appointment:
        return []
    names = {"partner": referral.recipient.name}
    found = []
    for row in Appointment.objects.filter(referral=referral):
        found.append((row.set_at, _("%(partner)s set an appointment") % names, ""))
        if row.told_at:
            found.append((row.told_at, _("The person was told of the appointment"), ""))
        if row.ended_at and row.state != AppointmentState.CHANGED:
            found.append((row.ended_at, _("What came of the appointment"), str(row.get_state_display())))
    return found
