"""Writes: one function per verb."""

from foundation.accounts.actions.appointments import (
    CONFIRMING,
    absence_changed,
    come_back,
    confirm,
    cover,
    end,
    found_society,
    go_away,
    has_deputy,
    invite,
    members,
    propose,
    seat_of,
)
from foundation.accounts.actions.conduct import accept_conduct, publish_conduct
from foundation.accounts.actions.directory import meet
from foundation.accounts.actions.factors import give_app, spend
from foundation.accounts.actions.people import (
    confirm_measure,
    deactivate,
    end_appointment,
    end_session,
    end_sessions,
    propose_measure,
    refuse_measure,
    shut_out,
)

__all__ = [
    "CONFIRMING",
    "absence_changed",
    "accept_conduct",
    "come_back",
    "confirm",
    "confirm_measure",
    "cover",
    "deactivate",
    "end",
    "end_appointment",
    "end_session",
    "end_sessions",
    "found_society",
    "give_app",
    "go_away",
    "has_deputy",
    "invite",
    "meet",
    "members",
    "propose",
    "propose_measure",
    "publish_conduct",
    "refuse_measure",
    "seat_of",
    "shut_out",
    "spend",
]  # fmt: skip
