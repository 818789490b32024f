"""Ready or not, and who is trained."""

from django.apps import AppConfig


class ReadinessConfig(AppConfig):
    """Readiness of units, gates of the four elements, register of trainings."""

    name = "foundation.readiness"
    label = "readiness"

    def ready(self) -> None:
        """Event names, rules, facts."""
        from foundation.audit import trail
        from foundation.readiness import facts, panels, policy

        trail.names(
            "readiness.begun", "readiness.filled", "readiness.submitted", "readiness.approved", "readiness.given_back",
            "readiness.dropped", "readiness.expired", "readiness.read",
            "training.recorded", "training.confirmed", "training.refused", "training.ended", "training.read",
        )  # fmt: skip
        facts.install()
        panels.install()
        policy.install()
