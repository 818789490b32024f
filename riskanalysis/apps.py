"""Risk analysis: figures and reports."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RiskanalysisConfig(AppConfig):
    """Counts that lead back to nobody, and reports under disclosure control. Assessments come later."""

    name = "riskanalysis"

    def ready(self) -> None:
        """Count what moves below; rules, event names, navigation; refuse a threshold that hides nothing."""
        from django.core.checks import register

        from cases.actions.triage import triaged
        from foundation.audit import trail
        from foundation.custody import holders
        from foundation.upkeep.words import name_task
        from referrals import demo as demonstration
        from referrals.actions.moving import moved
        from riskanalysis import demo, panels, policy, sealing
        from riskanalysis.actions import count_concern, count_referral
        from riskanalysis.checks import threshold

        trail.names("report.released", "report.read", "report.listed")
        name_task("riskanalysis.release", _("Quarterly reports"))
        triaged.listen(count_concern)
        moved.listen(count_referral)
        demonstration.loaded.listen(demo.fill)
        holders.register("figures", sealing.HOLDER)
        register(threshold)
        policy.install()
        panels.install()
