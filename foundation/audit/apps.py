"""The trail."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """Append-only events with leaf hashes, signed seals whose keys move on, anchors, verification."""

    name = "foundation.audit"
    label = "audit"

    def ready(self) -> None:
        """Announce the event names."""
        from foundation.audit import trail

        trail.names("trail.anchored", "trail.pruned", "trail.key_begun")
