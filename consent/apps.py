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
            "consent.recorded", "consent.withdrawn", "consent.superseded", "person.changed", "person.contact_shown"
        )
        panels.install()
