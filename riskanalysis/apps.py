"""Risk analysis: the risk of a case and what became of it; figures and reports."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RiskanalysisConfig(AppConfig):
    """Assessments of specific threats, outcomes; counts that lead back to nobody, and reports under disclosure control."""

    name = "riskanalysis"

    def ready(self) -> None:
        """Count what moves below; rules, event names, navigation; refuse a threshold that hides nothing."""
        from django.core.checks import register

        from cases import closing
        from cases.actions.closing import closed
        from cases.actions.triage import triaged
        from cases.contributions import Contributor, contribute
        from foundation.audit import trail
        from foundation.custody import holders
        from foundation.dossiers.erasing import confirmed
        from foundation.upkeep.words import name_task
        from referrals import demo as demonstration
        from referrals import threats
        from referrals.actions.moving import moved
        from riskanalysis import closing as ending
        from riskanalysis import contribution, demo, panels, policy, sealing
        from riskanalysis.actions import clear, count_closure, count_concern, count_referral
        from riskanalysis.checks import threshold
        from riskanalysis.suspects import suspected

        trail.names(
            "report.released", "report.read", "report.listed", "threat.named", "assessment.started",
            "assessment.answered", "assessment.discarded", "assessment.proposed", "assessment.refused",
            "assessment.confirmed", "window.opened", "window.answered", "outcome.measured",
        )  # fmt: skip
        name_task("riskanalysis.release", _("Quarterly reports"))
        triaged.listen(count_concern)
        moved.listen(count_referral)
        closed.listen(count_closure)
        confirmed.listen(clear)
        closing.veto(ending.vetoes)
        closing.grave(ending.is_grave)
        contribute(Contributor(contribution.overview))
        threats.supply(suspected)
        demonstration.loaded.listen(demo.fill)
        holders.register("figures", sealing.HOLDER)
        register(threshold)
        policy.install()
        panels.install()
