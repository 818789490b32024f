"""Referrals."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReferralsConfig(AppConfig):
    """The Minimum Protection Approach in action: the directory, the closed loop, the partner API."""

    name = "referrals"

    def ready(self) -> None:
        """Rules, event names, the withdrawal's cascade, the webhook channel, navigation and words."""
        from cases.actions.case import reassigned
        from cases.actions.erasing import hanging
        from consent import actions as consent
        from consent.actions.hooks import exception_ended
        from foundation.accounts.actions import shut_out
        from foundation.audit import openings, trail
        from foundation.custody import holders
        from foundation.dossiers import erasing, ladder
        from foundation.exports import sources as exports
        from foundation.outbox import delivery
        from foundation.upkeep import targets
        from referrals import panels, policy, webhooks
        from referrals.actions import (
            cascade,
            chase,
            end_exception,
            end_tokens,
            end_with_case,
            follow,
            narrow_packages,
            renew,
            settle,
            uncount,
        )
        from referrals.lists import ReferralList
        from referrals.states import LIFE

        trail.names(
            *(f"referral.{verb}" for verb in LIFE.moves), "referral.prepared", "referral.disclosed", "referral.read",
            "referral.listed", "referral.recalled", "referral.narrowed", "referral.withdrawal_confirmed",
            "referral.unconfirmed", "referral.verify", "webhook.sent", "api.token", "partner.listed", "partner.activated",
            "partner.client_added", "person.releases_told",
        )  # fmt: skip
        openings.kind("referral.read", _("Read the referral"))
        openings.kind("person.releases_told", _("Showed the person what was passed on"))
        consent.withdrawn.listen(cascade)
        consent.withdrawn.listen(uncount)
        exception_ended.listen(end_exception)
        consent.narrowed.listen(narrow_packages)
        ladder.overdue.listen(chase)
        reassigned.listen(follow)
        consent.renewed.listen(renew)
        erasing.confirmed.listen(settle)
        hanging.listen(end_with_case)
        shut_out.listen(end_tokens)
        delivery.channel("webhook", webhooks.deliver)
        targets.describe_with(webhooks.describe)
        holders.register("webhook", holders.Holder(webhooks.n_under, webhooks.renew))
        policy.install()
        exports.register(ReferralList())
        panels.install()
