"""What the owner of the database can do and the application cannot. For transactional tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import time_machine
from django.db import connections, transaction

from foundation.accounts.models import User


def rows(text: str, *values: Any, using: str = "owner") -> list[tuple[Any, ...]]:
    """All rows of a query."""
    with connections[using].cursor() as cursor:
        cursor.execute(text, values)
        return list(cursor.fetchall())


def column(text: str, *values: Any, using: str = "owner") -> list[Any]:
    """The first column."""
    return [row[0] for row in rows(text, *values, using=using)]


def run(text: str, *values: Any) -> None:
    """A statement without an answer."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(text, values)


def somebody() -> User:
    """A user, committed."""
    return User.objects.create_user("somebody@amparo.example", "Somebody")


def beyond(text: str, *values: Any) -> list[tuple[Any, ...]]:
    """All rows of a query, past row-level security: the owner lets go of it and takes that back at once."""
    forced = column("SELECT oid::regclass::text FROM pg_class WHERE relforcerowsecurity AND relkind = 'r'")
    with transaction.atomic(using="owner"):
        for table in forced:
            run(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        found = rows(text, *values)
        transaction.set_rollback(True, using="owner")
    return found


@contextmanager
def undone() -> Iterator[None]:
    """With the trail's triggers off; everything is undone afterwards."""
    with transaction.atomic(using="owner"):
        for table in ("event", "seal", "start", "monthly", "kept_leaf"):
            run(f"ALTER TABLE trail.{table} DISABLE TRIGGER USER")
        yield
        transaction.set_rollback(True, using="owner")


@contextmanager
def clock_at(moment: datetime) -> Iterator[None]:
    """The sealer's clock stands at a moment; the database's own cannot be moved."""
    with time_machine.travel(moment, tick=False):
        yield
