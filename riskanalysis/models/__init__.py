"""Figures that lead back to nobody, and what is known of the risk of a case: threats, assessments, outcomes."""

from riskanalysis.models.assessment import RiskAssessment, SpecificThreat
from riskanalysis.models.figures import READERS, FigureKey, Release, ReleaseQuerySet, Tally
from riskanalysis.models.outcome import ClinicalWindow, OutcomeMeasurement

__all__ = [
    "READERS",
    "ClinicalWindow",
    "FigureKey",
    "OutcomeMeasurement",
    "Release",
    "ReleaseQuerySet",
    "RiskAssessment",
    "SpecificThreat",
    "Tally",
]
