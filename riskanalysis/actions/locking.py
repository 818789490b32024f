"""Holding a case and what hangs on it while something is written; and who may."""

from uuid import UUID

from cases.models import Case
from foundation.accounts.models import User
from foundation.core import policy
from riskanalysis.gates import require_trained
from riskanalysis.models import RiskAssessment


def held_case(case_id: UUID, by: User) -> Case:
    """The case, locked, for who works on it and is trained (HS-07)."""
    rows = Case.objects.select_for_update(of=("self",)).select_related("dossier", "unit", "person", "owner", "concern")
    case: Case = rows.get(pk=case_id)
    policy.require(by, "assess_risk", case)
    require_trained(by)
    case.person.dossier = case.concern.dossier = case.dossier
    return case


def held(assessment: RiskAssessment, verb: str, by: User) -> RiskAssessment:
    """An assessment with its case, both locked, for who may do the verb."""
    case = held_case(assessment.case_id, by)
    rows = RiskAssessment.objects.select_for_update(of=("self",)).select_related("threat", "author")
    row: RiskAssessment = rows.get(pk=assessment.pk)
    row.case, row.dossier, row.threat.dossier = case, case.dossier, case.dossier
    policy.require(by, verb, row)
    return row
