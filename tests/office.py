"""Records of the office of data protection, made by the real actions."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from cases.models import Case
from consent import actions as consent
from consent.models import DataIncident, ImpactAssessment, Keeping, LegalHold, RetentionRule
from foundation.core.acting import acting
from foundation.dossiers import clerk
from tests import factories

WORDS = consent.Words("What is done", "What may go wrong", "What is done against it")


def soon(days: int = 300) -> Any:
    """A day ahead."""
    return timezone.localdate() + timedelta(days=days)


def assessment(house: factories.House, partner: str = "Lantern House") -> ImpactAssessment:
    """One that the manager wrote and nobody has approved."""
    by = house.people["manager"]
    with acting(by.pk):
        return consent.draft_assessment(consent.About("partner", house.partners[partner]), WORDS, soon(), by=by)


def rule(house: factories.House, record_class: str = "representation", days: int = 100) -> RetentionRule:
    """One that the manager proposed and nobody has agreed to."""
    by = house.people["manager"]
    with acting(by.pk):
        return consent.set_rule(record_class, days, by=by)


def hold(house: factories.House, case: Case) -> LegalHold:
    """One that the focal point asked for."""
    by = house.people["focal_point"]
    with acting(by.pk):
        fresh = Case.objects.select_related("dossier", "unit").get(pk=case.pk)
        return consent.ask_hold(fresh.dossier, fresh.code, fresh.unit, "court", soon(), by=by)


def incident(house: factories.House, who: str = "volunteer") -> DataIncident:
    """One that somebody reported."""
    by = house.people[who]
    with acting(by.pk):
        noticed = consent.Noticed("A phone with photographs of papers was left in a taxi.", timezone.now(), "yes")
        return consent.report_incident(noticed, by=by)


def things(house: factories.House) -> dict[str, UUID]:
    """One of each, for walking over every address."""
    case = factories.case(house)
    with clerk.as_clerk():
        keeping = Keeping.objects.get(dossier=case.dossier_id)
    return {
        "assessment": assessment(house).pk, "rule": rule(house).pk, "hold": hold(house, case).pk,
        "incident": incident(house).pk, "keeping": keeping.pk,
    }  # fmt: skip
