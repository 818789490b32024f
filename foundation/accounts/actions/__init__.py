"""Writes: one function per verb."""

from foundation.accounts.actions.appointments import (
    CONFIRMING,
    absence_changed,
    come_back,
    confirm,
    end,
    go_away,
    invite,
    members,
    propose,
    seat_of,
)
from foundation.accounts.actions.conduct import accept_conduct, publish_conduct
from foundation.accounts.actions.factors import give_app, spend

__all__ = [
    "CONFIRMING", "absence_changed", "accept_conduct", "come_back", "confirm", "end", "give_app", "go_away", "invite",
    "members", "propose", "publish_conduct", "seat_of", "spend",
]  # fmt: skip
