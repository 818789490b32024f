"""Consent decides."""

from django.apps import AppConfig


class ConsentConfig(AppConfig):
    """The person, what they were told, what they decided."""

    name = "consent"

    def ready(self) -> None:
        """Event names and navigation."""
        from consent import panels
        from foundation.audit import trail

        trail.names(
            "consent.recorded", "consent.withdrawn", "consent.narrowed", "consent.superseded", "person.changed",
            "person.contact_shown", "person.withdrawal_told",
        )  # fmt: skip
        panels.install()
