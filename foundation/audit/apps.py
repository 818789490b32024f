"""The trail."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """Append-only events with leaf hashes, signed seals, verification."""

    name = "foundation.audit"
    label = "audit"
