"""The outcome of a case from its assessments: first and last look at each threat. Reads, writes nothing."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from cases.models import Case
from riskanalysis.models import OutcomeMeasurement, RiskAssessment
from riskanalysis.outcomes import Change, Reading, compare
from riskanalysis.suggesting import confirmed_of


def reading(row: RiskAssessment) -> Reading:
    """An assessment as the comparison takes it."""
    return Reading(row.scheme, row.inputs, row.decided, row.rating, row.safety)


def by_threat(rows: list[RiskAssessment]) -> dict[UUID, list[RiskAssessment]]:
    """Assessments by threat, oldest first."""
    found: dict[UUID, list[RiskAssessment]] = {}
    for row in rows:
        found.setdefault(row.threat_id, []).append(row)
    return found


def change_of(rows: list[RiskAssessment]) -> Change:
    """What moved between the first and the last of them."""
    readings = [reading(row) for row in rows]
    return compare(readings[0], readings[-1]) if readings else compare(None, None)


def changes_of(case: Case) -> dict[UUID, Change]:
    """Each threat of a case with what moved."""
    return {threat: change_of(rows) for threat, rows in by_threat(confirmed_of(case)).items()}


def codes_of(change: Change) -> dict[str, Any]:
    """A change as it is kept."""
    return {name: value for name, value in asdict(change).items() if value is not None}


def current(case: Case) -> OutcomeMeasurement | None:
    """The last measurement, if no threat was assessed and the case was not reopened since."""
    row: OutcomeMeasurement | None = OutcomeMeasurement.objects.filter(case=case.pk).order_by("-measured_at").first()
    if row is None or (case.reopened_at is not None and row.measured_at < case.reopened_at):
        return None
    row.dossier = case.dossier
    newer = RiskAssessment.objects.filter(case=case.pk, confirmed_at__gt=row.measured_at)
    return None if newer.exists() else row
