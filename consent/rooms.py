"""The rooms of data protection: every part registers its own card, so that the start page knows none of them by name."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise

from foundation.accounts.actions import CONFIRMING
from foundation.accounts.models import Role

PLACES = (
    "notices", "register", "bases", "assessments", "retention", "holds", "incidents", "requests", "disclosures",
)  # fmt: skip
"""The order of the cards; a room that stands in no place comes last."""
OFFICERS = (Role.DATA_OFFICER,)
DECIDERS = CONFIRMING
"""Who decides on matters of data protection, two of them on each."""


def none(_actor: Any) -> int:
    """For a room in which nothing ever waits."""
    return 0


@dataclass(frozen=True)
class Room:
    """One card: ``name`` (of ``PLACES``), title and one sentence, the name of its address, for which seats.

    ``n_waiting`` says how many matters wait for this person there (at most one query).
    """

    name: str
    title: str | Promise
    text: str | Promise
    url: str
    roles: tuple[Role, ...] = OFFICERS
    n_waiting: Callable[[Any], int] = none

    def is_for(self, actor: Any) -> bool:
        """Whether one of the actor's seats enters it."""
        return any(seat.role in self.roles for seat in actor.seats)


_ROOMS: dict[str, Room] = {}


def register(room: Room) -> None:
    """Add a card (from an app's ``ready()``)."""
    _ROOMS[room.name] = room


def _place(room: Room) -> tuple[int, str]:
    return (PLACES.index(room.name) if room.name in PLACES else len(PLACES), room.name)


def of(actor: Any) -> list[Room]:
    """The rooms of this person, in their order."""
    return [room for room in sorted(_ROOMS.values(), key=_place) if room.is_for(actor)]


def has_any(actor: Any) -> bool:
    """Whether data protection has anything for this person; for the officer always."""
    return any(seat.role in OFFICERS for seat in actor.seats) or any(room.is_for(actor) for room in _ROOMS.values())


def address(room: Room) -> str:
    """Where it leads."""
    return reverse(room.url)
