"""Consent decides."""

from django.apps import AppConfig


class ConsentConfig(AppConfig):
    """The person, what they were told, what they decided."""

    name = "consent"

    def ready(self) -> None:
        """Event names, rules and navigation."""
        from consent import panels, policy
        from foundation.audit import trail

        trail.names(
            "consent.recorded", "consent.not_obtained", "consent.withdrawn", "consent.superseded", "consent.copied",
            "consent.narrowed", "person.withdrawal_told",
            "notice.proposed", "notice.published", "notice.taken_back", "notice.read",
            "person.changed", "person.contact_shown",
        )  # fmt: skip
        trail.names(
            "exception.asked", "exception.signed_alone", "exception.authorised", "exception.refused",
            "exception.taken_back", "exception.ended", "exception.unsigned", "exception.reviewed", "exception.read",
            "exception.listed",
        )  # fmt: skip
        panels.install()
        policy.install()
