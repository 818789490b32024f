"""Referrals."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReferralsConfig(AppConfig):
    """The Minimum Protection Approach in action: the directory, the closed loop, the partner API."""

    name = "referrals"

    def ready(self) -> None:
        """Rules, event names, the withdrawal's cascade, the webhook channel, navigation and words."""
        from cases import closing
        from foundation.audit import openings, trail
        from foundation.custody import holders
        from foundation.exports import sources as exports
        from foundation.outbox import delivery
        from foundation.upkeep import targets
        from referrals import panels, policy, speech_panels, speech_policy, webhook_secrets, webhooks
        from referrals.closing import is_referred, vetoes
        from referrals.lists import ReferralList
        from referrals.partnership import PARTNERSHIP
        from referrals.states import LIFE

        trail.names(
            *(f"referral.{verb}" for verb in LIFE.moves), "referral.prepared", "referral.disclosed", "referral.read",
            "referral.listed", "referral.counted", "referral.recalled", "referral.narrowed", "referral.withdrawal_confirmed",
            "referral.unconfirmed", "referral.corrected", "referral.verify",
            "referral.unverified", "referral.attempt", "referral.appointment", "referral.appointment_told",
            "referral.item_asked", "referral.item_refused",
            "referral.code_made", "referral.code_entered", "referral.code_refused",
            "referral.phoned", "referral.lapsed", "referral.life_saving", "referral.life_saving_reviewed",
            "webhook.sent", "api.token", "partner.listed", "webhook.listed",
            *(f"webhook.{verb}" for verb in ("added", "switched_on", "switched_off", "rotated", "tested", "replayed")),
            *(f"assistance.{verb}" for verb in ("planned", "given", "answered", "not_given")),
            *(f"capacity.{verb}" for verb in ("declared", "approved", "dropped")),
            "authority.listed", "authority.entered", "authority.changed", "representation.begun", "representation.read",
            "representation.moved", "representation.cleared", "representation.promised",
            "representation.promise_settled", "representation.watched",
            "partner.client_added", "partner.key_demanded", "partner.client_shut", "partner.clients_listed",
            "api.token_refused", *(f"partner.{what}_{verb}" for what in ("secret", "key") for verb in ("added", "ended")),
            "person.releases_told", "partner.propose", "partner.vetting_answered",
            *(f"partner.{verb}" for verb in PARTNERSHIP.moves), "service.added", "service.changed", "service.verified",
            "service.confirmed", "service.read",
            "directory.tried", "directory.taken_in",
            "pathway.gap", "pathway.begun", "pathway.changed", "pathway.submitted", "pathway.given_back",
            "pathway.published", "pathway.dropped",
        )  # fmt: skip
        openings.kind("referral.read", _("Read the referral"))
        openings.kind("representation.read", _("Read what is raised with an authority"))
        openings.kind("person.releases_told", _("Showed the person what was passed on"))
        delivery.channel("webhook", webhooks.deliver)
        targets.describe_with(webhooks.describe)
        holders.register("webhook", holders.Holder(webhook_secrets.n_under, webhook_secrets.renew))
        policy.install()
        speech_policy.install()
        exports.register(ReferralList())
        panels.install()
        closing.veto(vetoes)
        closing.answer(is_referred)
        speech_panels.install()
        _listen()


def _listen() -> None:
    """What follows here when something happens on the floors below: in the same transaction, whoever acts."""
    from cases.actions.case import reassigned
    from cases.actions.erasing import hanging
    from cases.actions.handing import moved
    from consent import actions as consent
    from foundation.accounts.actions import shut_out
    from foundation.dossiers import erasing, ladder
    from referrals import actions
    from referrals.actions import listening
    from referrals.actions.moving import moved as stepped

    consent.withdrawn.listen(actions.cascade)
    consent.withdrawn.listen(actions.uncount)
    consent.exception_ended.listen(actions.end_exception)
    consent.narrowed.listen(actions.narrow_packages)
    consent.suspended.listen(actions.rest)
    consent.resumed.listen(actions.wake)
    consent.corrected.listen(actions.pass_on)
    ladder.overdue.listen(actions.chase)
    reassigned.listen(actions.follow)
    stepped.listen(actions.note_gap)
    reassigned.listen(actions.follow_needs)
    moved.listen(actions.move_house)
    consent.renewed.listen(actions.renew)
    erasing.confirmed.listen(actions.settle)
    hanging.listen(actions.end_with_case)
    shut_out.listen(actions.end_tokens)
    consent.withdrawn.listen(listening.withdraw)
    consent.narrowed.listen(listening.narrow)
    consent.renewed.listen(listening.renew)
    consent.exception_ended.listen(listening.end_exception)
    erasing.confirmed.listen(listening.settle)
