"""Watching over who reads how much."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

TASKS = {
    "watch.sweep": _("Watching over reading"), "watch.forget": _("Removing old marks of reading"),
    "watch.close": _("Ending emergency access"), "watch.grow": _("Upkeep of the watch"),
}  # fmt: skip


class WatchConfig(AppConfig):
    """Budgets, bursts, hours and decoys; alerts for the data-protection officer; emergency access by two people."""

    name = "foundation.watch"
    label = "watch"

    def ready(self) -> None:
        """Announce the event names, stand before the trail, register rules and navigation."""
        from foundation.audit import trail
        from foundation.custody import holders
        from foundation.upkeep.words import name_task
        from foundation.watch import gate, panels, policy
        from foundation.watch.actions import scripts

        trail.names(
            "alert.raised", "alert.looked", "alert.explained", "alert.reported", "alert.checked", "alert.noted",
            "reading.explained", "breakglass.asked", "breakglass.confirmed", "breakglass.refused", "breakglass.closed",
            "breakglass.lapsed", "decoy.planned", "decoy.retired",
        )  # fmt: skip
        for task, label in TASKS.items():
            name_task(task, label)
        trail.before.listen(gate.ask)
        holders.register("decoy", holders.Holder(scripts.n_under, scripts.renew))
        policy.install()
        panels.install()
