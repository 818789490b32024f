"""Consent decides."""

from django.apps import AppConfig


class ConsentConfig(AppConfig):
    """The person, what they were told, what they decided."""

    name = "consent"

    def ready(self) -> None:
        """Event names, rules, navigation, and the clocks that stay with the officers."""
        from consent import office, panels, policy, readying, requests_room, rights_policy
        from consent.actions import schedule
        from consent.actions.hooks import unconfirmed, unsigned
        from consent.actions.incidents import CLOCKS, from_alert, never_answered, never_signed
        from consent.actions.keeping import adopt
        from foundation.audit import trail
        from foundation.dossiers import ladder
        from foundation.watch.actions import alerts

        trail.names(
            "consent.recorded", "consent.not_obtained", "consent.withdrawn", "consent.superseded", "consent.copied",
            "consent.narrowed", "consent.suspended", "consent.resumed", "consent.outdated", "person.withdrawal_told",
            "notice.proposed", "notice.published", "notice.taken_back", "notice.read",
            "person.changed", "person.contact_shown",
            "right.asked", "right.closed", "right.copied", "right.decided", "right.identity_checked", "right.listed",
            "right.read", "right.taken_back",
        )  # fmt: skip
        trail.names(
            "exception.asked", "exception.signed_alone", "exception.authorised", "exception.refused",
            "exception.taken_back", "exception.ended", "exception.unsigned", "exception.reviewed", "exception.read",
            "exception.listed",
        )  # fmt: skip
        trail.names(
            "basis.set", "basis.review_opened", "basis.reviewed", "assessment.drafted", "assessment.approved",
            "assessment.dropped", "assessment.read", "register.read", "register.exported", "retention.rule_set",
            "retention.rule_agreed", "retention.rule_refused", "retention.collected", "retention.extended",
            "retention.offered", "retention.ended", "retention.listed", "hold.asked", "hold.decided", "hold.end_asked",
            "hold.ended", "hold.kept", "hold.listed", "incident.reported", "incident.moved", "incident.read",
            "incident.listed",
        )  # fmt: skip
        ladder.staying.update(CLOCKS)
        schedule.agreed.listen(adopt)
        alerts.reported.listen(from_alert)
        unsigned.listen(never_signed)
        unconfirmed.listen(never_answered)
        office.install()
        rights_policy.install()
        requests_room.install()
        panels.install()
        readying.install()
        trail.names(
            "caregiver.added", "caregiver.flagged", "interest.written", "interest.answered", "capacity.assessed",
        )  # fmt: skip
        policy.install()
