"""Before a folder opens that the person has not opened today: far beyond the budget of the seat, a reason comes first.

It stands where the trail is written, so that every page that reads passes it. It never shuts: one coded answer opens the
next folders, an emergency that waits opens without a question, and writing to a folder is never stopped.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, ClassVar
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from foundation.core.errors import DomainError
from foundation.dossiers.models import Clock
from foundation.watch import limits

_READS = re.compile(
    r"^(?!dossier\.|case\.opened$)\w+\.(\w+_)?(read|viewed|opened|shown|listed|printed|exported|downloaded)$"
)


class ReasonNeeded(DomainError):
    """Far more different folders today than the seat needs: say why, then it opens."""

    status: ClassVar[int] = 409

    def __init__(self) -> None:
        super().__init__("reading.reason", _("You have opened very many folders today. Say why, then it opens."))


@dataclass
class _Reader:
    """Who reads in this request, and which folders were let through already."""

    person: Any
    passed: set[UUID] = field(default_factory=set)


_READER: ContextVar[_Reader | None] = ContextVar("reader", default=None)


@contextmanager
def reading(person: Any) -> Iterator[None]:
    """A person's request; sweeps and commands read without it and are not asked."""
    token = _READER.set(_Reader(person) if person is not None and person.is_authenticated else None)
    try:
        yield
    finally:
        _READER.reset(token)


def ask(event: tuple[str, UUID]) -> None:
    """Let the folder of an event pass, or raise ``ReasonNeeded``. One statement for each folder of a request."""
    verb, folder = event
    reader = _READER.get()
    if reader is None or folder in reader.passed or not _READS.search(verb):
        return
    far = limits.budget(reader.person).ask
    if far is not None and not _may_pass(reader.person, folder, far):
        raise ReasonNeeded
    reader.passed.add(folder)


def _may_pass(person: Any, folder: UUID, far: int) -> bool:
    n, is_known, since = today(person, folder)
    if is_known or n < far or (since is not None and since < settings.WATCH_REASON_COVERS):
        return True
    return Clock.objects.running().filter(dossier_id=folder, urgency="emergency").exists()


def today(person: Any, folder: UUID) -> tuple[int, bool, int | None]:
    """Different folders of the actor's day, whether this is one of them, and how many since the last reason was given."""
    zone = person.seats[0].unit.time_zone if person.seats else "UTC"
    with connection.cursor() as cursor:
        cursor.execute("SELECT n, is_known, since FROM watch.today(%s, %s)", [zone, folder])
        found: tuple[int, bool, int | None] = cursor.fetchone()
    return found
