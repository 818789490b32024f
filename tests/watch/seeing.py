"""Helpers: many folders, readings without a page, the alerts there are."""

from typing import Any
from uuid import UUID, uuid4

from django.db import connections

from foundation.accounts.models import User
from foundation.audit import trail
from foundation.core.acting import acting
from foundation.watch.models import Alert
from foundation.watch.sweep import sweep


def read(person: User, *folders: UUID, verb: str = "case.read", **data: Any) -> list[UUID]:
    """Leave in the trail that a person read these folders (or ``verb`` something else with them)."""
    with acting(person.pk):
        for folder in folders:
            trail.record(verb, dossier=folder, **data)
    return list(folders)


def read_many(person: User, n: int, **more: Any) -> list[UUID]:
    """The same with ``n`` folders that nobody has touched yet."""
    return read(person, *(uuid4() for _ in range(n)), **more)


def counted(person: User, folder: UUID | None = None, zone: str = "UTC") -> tuple[int, bool, int | None]:
    """What the database answers a person about their own day."""
    with acting(person.pk), connections["default"].cursor() as cursor:
        cursor.execute("SELECT n, is_known, since FROM watch.today(%s, %s)", [zone, folder or uuid4()])
        return cursor.fetchone()


def alerts(officer: User, **wanted: Any) -> list[Alert]:
    """What an officer sees after a sweep."""
    while sweep():
        pass
    with acting(officer.pk):
        return list(Alert.objects.filter(**wanted).order_by("rank", "raised_at"))
