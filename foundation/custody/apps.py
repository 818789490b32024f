"""The custody of keys."""

from django.apps import AppConfig


class CustodyConfig(AppConfig):
    """Who keeps which key: start-up, status, rotation, escrow, evacuation, and what cannot be opened."""

    name = "foundation.custody"
    label = "custody"

    def ready(self) -> None:
        """Announce the event names; check the keys where a worker starts; say in health whether they are there."""
        from celery.signals import beat_init, worker_init

        from foundation.audit import trail
        from foundation.core import health
        from foundation.custody import factors, holders, start
        from foundation.vault import canary

        trail.names(
            "record.unreadable", "key.root_made", "key.root_dropped", "key.organisation_made", "key.rewrapped",
            "key.rotation_began", "key.rotated", "key.escrowed", "key.restored",
            "evacuation.proposed", "evacuation.confirmed", "evacuation.cancelled", "evacuation.return_asked",
            "evacuation.return_cancelled", "evacuation.returned", "evacuation.refused",
        )  # fmt: skip
        holders.register("factor", factors.HOLDER)
        health.check("keys", canary.sings)
        worker_init.connect(start.worker, dispatch_uid="keys")
        beat_init.connect(start.worker, dispatch_uid="keys")
