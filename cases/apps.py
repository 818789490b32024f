"""Concerns and cases."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    """From a concern at a service point to a case with an owner."""

    name = "cases"

    def ready(self) -> None:
        """Rules, event names, navigation and words for the work list."""
        from cases import decoys, erasing, panels, policy
        from cases.actions.case import restrict
        from cases.actions.erasing import clear
        from consent import actions as consent
        from foundation.audit import trail
        from foundation.dossiers.erasing import confirmed
        from foundation.outbox import delivery

        trail.names(
            "concern.started", "concern.described", "concern.limits_explained", "concern.submitted", "concern.discarded",
            "concern.read", "concern.listed", "concern.triaged", "case.opened", "case.read", "case.listed",
            "case.accepted", "case.assigned", "case.noted", "case.follow_up_planned", "case.followed_up",
            "case.restricted", "case.searched", "work.listed", "case.erasure_requested", "case.erasure_authorised",
            "case.erasure_refused", "case.erasure_taken_back", "case.erasure_read", "case.erased",
        )  # fmt: skip
        consent.withdrawn.listen(restrict)
        confirmed.listen(clear)
        delivery.channel("erasure", erasing.deliver)
        policy.install()
        panels.install()
        decoys.install()
