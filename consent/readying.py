"""What data protection knows of a unit's readiness (P8): an approved impact assessment and a named officer."""

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from consent.models import ImpactAssessment
from consent.terms import AssessmentState
from foundation.accounts.models import Appointment, Role, Unit
from foundation.readiness import evidence
from foundation.readiness.evidence import Evidence


def data_protection(unit: Unit) -> Evidence:
    """P8: an impact assessment of the organisation is approved and in date, and an officer is appointed."""
    rows = ImpactAssessment.objects.filter(organisation=unit.organisation_id, state=AssessmentState.APPROVED)
    if not rows.filter(review_by__gte=timezone.localdate()).exists():
        return Evidence(False, _("no impact assessment is approved and in date"), reverse("consent:assessments"))
    seats = Appointment.objects.in_force().filter(seat__role=Role.DATA_OFFICER, user__is_active=True)
    if not seats.filter(seat__unit__organisation=unit.organisation_id).exists():
        return Evidence(
            False, _("no data-protection officer is appointed"), reverse("readiness:register", args=[unit.pk])
        )
    return Evidence(True, _("An impact assessment is approved, and an officer is appointed."))


def install() -> None:
    """Register it."""
    evidence.supply("P8", data_protection)
