"""What the owner of the database can do and the application cannot. For transactional tests."""

from typing import Any

from django.db import connections

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
