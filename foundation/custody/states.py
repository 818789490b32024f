"""The life of an evacuation (docs/how-to/keys.md)."""

from django.db import models

from foundation.core.states import LifeCycle, move


class EvacuationStatus(models.TextChoices):
    """Where it stands."""

    PROPOSED = "proposed", "waits for a second person"
    CANCELLED = "cancelled", "not done"
    DONE = "done", "cut off"
    RETURNING = "returning", "cut off; its return waits for a second person"
    RETURNED = "returned", "open again"


S = EvacuationStatus
EVACUATION = LifeCycle(
    [
        move("confirm", {S.PROPOSED}, S.DONE),
        move("cancel", {S.PROPOSED}, S.CANCELLED),
        move("ask_return", {S.DONE}, S.RETURNING),
        move("cancel_return", {S.RETURNING}, S.DONE),
        move("give_back", {S.RETURNING}, S.RETURNED),
    ]
)
UNDER_WAY = (S.PROPOSED, S.DONE, S.RETURNING)
