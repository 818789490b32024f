"""Reminders before something runs out: items of readiness (W-19), trainings, appointments (W-14). Harmless when doubled."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from foundation.accounts.models import Appointment, Seat, Unit, User
from foundation.accounts.routing import RUNGS
from foundation.core.machines import CARETAKER
from foundation.outbox import delivery
from foundation.readiness import seats
from foundation.readiness.actions.assessing import expire
from foundation.readiness.items import ITEMS
from foundation.readiness.models import ReadinessAssessment, ReadinessItem, Training
from foundation.readiness.standing import ending_days

EVENT = "readiness.ending"


def sweep() -> int:
    """End what is over, and tell of what ends soon, once each; returns how much ends soon."""
    with CARETAKER.at_work():
        expire()
        return _items() + _assessments() + _trainings() + _appointments()


def leads_of(unit: Unit) -> set[User]:
    """Those who mend it: on the seats that approve, in the unit and above."""
    line = [place.pk for place in unit.upwards()]
    found = Seat.objects.filter(unit__in=line, role__in=seats.SECONDS)
    rows = Appointment.objects.present().filter(seat__in=found).select_related("user")
    return {row.user for row in rows}


def _items() -> int:
    today = timezone.localdate()
    latest = today + timedelta(days=settings.READINESS_ENDING_DAYS)
    rows = ReadinessItem.objects.filter(assessment__in=ReadinessAssessment.objects.in_force(), valid_until__lte=latest)
    found = [
        row
        for row in rows.select_related("owner", "assessment__unit__parent__parent")
        if (row.valid_until - today).days <= ending_days(ITEMS[row.code])
    ]
    for row in found:
        delivery.tell({row.owner, *leads_of(row.assessment.unit)}, EVENT, f"item:{row.pk}:{row.valid_until}")
    return len(found)


def _assessments() -> int:
    latest = timezone.localdate() + timedelta(days=settings.READINESS_ENDING_DAYS)
    found = list(ReadinessAssessment.objects.in_force().filter(valid_until__lte=latest).select_related("unit"))
    for row in found:
        delivery.tell(leads_of(row.unit), EVENT, f"readiness:{row.pk}:ending")
    return len(found)


def _trainings() -> int:
    latest = timezone.localdate() + timedelta(days=settings.READINESS_ENDING_DAYS)
    found = list(Training.objects.in_date().filter(valid_until__lte=latest).select_related("user", "recorded_by"))
    for row in found:
        delivery.tell({row.user, row.recorded_by}, EVENT, f"training:{row.pk}:ending")
    return len(found)


def _appointments() -> int:
    now = timezone.now()
    latest = now + timedelta(days=settings.APPOINTMENT_ENDING_DAYS)
    rows = Appointment.objects.in_force().filter(valid_until__lte=latest, seat__role__in=RUNGS, user__is_machine=False)
    found = list(rows.select_related("user", "seat__unit"))
    for row in found:
        delivery.tell({row.user, *leads_of(row.seat.unit)}, EVENT, f"appointment:{row.pk}:ending")
    return len(found)
