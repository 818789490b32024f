"""An appointment of a person at a service: where it is, how the person learns of it, what came of it; as data."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from referrals.states import SERVING
from referrals.vocabulary import Status

MEETING = {Status.ACCEPTED, Status.IN_PROGRESS}
"""From where an appointment is set or changed; what came of it may be said wherever the service goes on."""
FARTHEST = timedelta(days=366)
WHERE_LENGTH = 200


class Venue(models.TextChoices):
    """Where it is. Of a safe house no place is written anywhere, not here either."""

    SERVICE = "service", _("At the place of the service")
    PHONE = "phone", _("By phone or online")
    WORDS = "words", _("Somewhere else: in words")
    SPOKEN = "spoken", _("A place that is told by voice only")


class TellBy(models.TextChoices):
    """How the person learns of it: there is no other way than the one that they call safe."""

    PRESENT = "present", _("The person knows: it was agreed with them")
    SAFE_WAY = "safe_way", _("By the safe way that the person named")
    REFERRER = "referrer", _("Whoever referred the person tells them")


class AppointmentState(models.TextChoices):
    """What came of an appointment."""

    PLANNED = "planned", _("Planned")
    CHANGED = "changed", _("Replaced by another")
    KEPT = "kept", _("The person came")
    MISSED = "missed", _("The person did not come")
    OFF_BY_US = "off_by_service", _("The service called it off")
    OFF_BY_PERSON = "off_by_person", _("The person called it off")


RESULTS = [
    AppointmentState.KEPT, AppointmentState.MISSED, AppointmentState.OFF_BY_US, AppointmentState.OFF_BY_PERSON,
]  # fmt: skip
RESULT_CHOICES = [(str(state), state.label) for state in RESULTS]


@dataclass(frozen=True)
class Meeting:
    """When, where, how the person learns of it, which interpreter is needed; ``where`` only for a place in words."""

    at: datetime
    venue: str
    tell_by: str
    interpreter: str
    where: str = ""


def verbs(status: str, appointment: str) -> list[str]:
    """What a recipient may say of an appointment now; ``appointment`` is the state of the last one, if there was any."""
    may_set = ["appointment"] if status in MEETING else []
    may_end = status in SERVING and appointment == AppointmentState.PLANNED
    return may_set + (["appointment_result"] if may_end else [])
