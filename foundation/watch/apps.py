"""Watching over who reads how much."""

from django.apps import AppConfig


class WatchConfig(AppConfig):
    """Budgets, bursts, hours and decoys; alerts for the data-protection officer; emergency access by two people."""

    name = "foundation.watch"
    label = "watch"

    def ready(self) -> None:
        """Announce the event names, stand before the trail, register rules and navigation."""
        from foundation.audit import trail
        from foundation.custody import holders
        from foundation.watch import gate, panels, policy
        from foundation.watch.actions import scripts

        trail.names(
            "alert.raised", "alert.looked", "alert.explained", "alert.reported", "alert.checked", "alert.noted",
            "reading.explained", "breakglass.asked", "breakglass.confirmed", "breakglass.refused", "breakglass.closed",
            "breakglass.lapsed", "decoy.planned", "decoy.retired",
        )  # fmt: skip
        trail.before.listen(gate.ask)
        holders.register("decoy", holders.Holder(scripts.n_under, scripts.renew))
        policy.install()
        panels.install()
