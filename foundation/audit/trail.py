"""Writing the trail: no log, no view. The event commits in the transaction that reads or changes the data.

The application names the verb, the dossier, the subject and ids or counts; actor, time and transaction are the
database's own. It can neither read the trail nor name another actor.
"""

import json
from typing import Any
from uuid import UUID

from django.db import connection

from foundation.core.hooks import Hook

# Asked before an event that names a folder is written; an error keeps both the event and the page from happening.
before: Hook[tuple[str, UUID]] = Hook()
# Every event name there is; a test walks over the code and finds no other.
VERBS: set[str] = set()


def names(*verbs: str) -> None:
    """Announce the event names of an app (from its ``ready()``)."""
    VERBS.update(verbs)


def record(verb: str, *, dossier: UUID | None = None, subject: UUID | None = None, **data: Any) -> None:
    """Append one event. ``data`` holds ids, codes, counts and field names, never a value of a person's field."""
    if verb not in VERBS:
        raise ValueError(f"unknown event name {verb}")
    if dossier is not None:
        before.send((verb, dossier))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO trail.event (verb, dossier, subject, data) VALUES (%s, %s, %s, %s)",
            [verb, dossier, subject, json.dumps(data, default=str)],
        )
