"""Who opened a folder: the one thing that the application reads from the trail, and only of folders that the actor opens.

The database's function asks the access lists itself; it gives who, when and what kind, never an event's data.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.functional import Promise

KINDS: dict[str, str | Promise] = {}
"""Events that are an opening, and how a page says it: "Opened the case"."""


def kind(verb: str, words: str | Promise) -> None:
    """Announce an event that shows somebody something of a person (from an app's ``ready()``)."""
    KINDS[verb] = words


@dataclass(frozen=True)
class Opening:
    """Somebody was shown something of a folder."""

    at: datetime
    actor: int | None
    verb: str
    dossier: UUID

    @property
    def words(self) -> str:
        """What it was, in the language of the page."""
        return str(KINDS[self.verb])


def of(folders: Sequence[UUID], until: datetime | None, most: int) -> list[Opening]:
    """The newest openings of these folders (before a time); nothing of a folder that the actor may not open. At most 1,000."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT at, actor, verb, dossier FROM trail.openings(%s, %s, %s, %s)",
            [list(folders), list(KINDS), until, most],
        )
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return [Opening(*row) for row in rows]
