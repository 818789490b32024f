"""Analysis of risk."""

from django.apps import AppConfig


class RiskanalysisConfig(AppConfig):
    """Case assessments, outcomes, indicators. Its rooms are not furnished yet: see README.md."""

    name = "riskanalysis"
