"""Lists that leave."""

from django.apps import AppConfig


class ExportsConfig(AppConfig):
    """Lists that leave: asked for, allowed by a second person, locked, downloaded once, destroyed here."""

    name = "foundation.exports"
    label = "exports"

    def ready(self) -> None:
        """Rules, event names, and the words of the work list."""
        from foundation.audit import trail
        from foundation.exports import panels, policy

        trail.names(
            "export.asked", "export.approved", "export.refused", "export.shown", "export.made", "export.read",
            "export.downloaded", "export.dropped", "export.expired",
        )  # fmt: skip
        policy.install()
        panels.install()
