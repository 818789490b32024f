"""Upkeep."""

from django.apps import AppConfig


class UpkeepConfig(AppConfig):
    """Is everything running? What is stuck, what is late, and the figures for those who run the installation."""

    name = "foundation.upkeep"
    label = "upkeep"

    def ready(self) -> None:
        """Event names, the pulse of what runs by itself, the checks of the house, navigation."""
        from foundation.accounts import context
        from foundation.audit import trail
        from foundation.upkeep import checks, panels, pulses

        trail.names("message.listed", "message.retried", "message.given_up")
        pulses.connect()
        checks.install()
        context.nav(panels.entries, is_last=True)
