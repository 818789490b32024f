"""Readiness of units and training of people. Neither says a word about anybody who is helped."""

from foundation.readiness.models.assessment import ReadinessAssessment, ReadinessItem
from foundation.readiness.models.training import Competence, Training

__all__ = ["Competence", "ReadinessAssessment", "ReadinessItem", "Training"]
