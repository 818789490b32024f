"""On whose behalf the code runs. The database learns it with BEGIN (see ``foundation.core.db``)."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, cast

from django.db import connections

ACTOR: ContextVar[int | None] = ContextVar("actor", default=None)


@contextmanager
def acting(pk: int | None, using: str = "default") -> Iterator[None]:
    """Everything inside runs as the user with this primary key; ``None`` sees no dossier at all.

    Transactions begun inside carry the actor to PostgreSQL; one that is already open is told at once.
    Trap: generators and ``on_commit`` callbacks run outside; open ``acting`` and ``atomic`` anew there.
    """
    connection = cast(Any, connections[using])
    token = ACTOR.set(pk)
    try:
        if connection.in_atomic_block:
            connection.send_actor()
        yield
    finally:
        ACTOR.reset(token)
        if connection.in_atomic_block and connection.is_transaction_usable():
            connection.send_actor()
