"""The locked folder."""

from django.apps import AppConfig


class DossiersConfig(AppConfig):
    """Dossiers, their keys, their access lists, and the clocks that run on them."""

    name = "foundation.dossiers"
    label = "dossiers"

    def ready(self) -> None:
        """Announce the event names; reroute what waits when somebody goes away."""
        from foundation.accounts import actions as accounts
        from foundation.audit import trail
        from foundation.dossiers import ladder

        trail.names(
            "dossier.opened", "dossier.shared", "dossier.unshared", "dossier.erased",
            "clock.started", "clock.stopped", "clock.reminded", "clock.rerouted", "clock.pressed",
        )  # fmt: skip
        accounts.absence_changed.listen(ladder.reroute_seat)
