"""The installation's own actors that hold no seat: each task runs as one of them and sees what its work needs.

None of them is on any access list, so none sees a folder; which rows of other tables they reach stands in the policies
(``walls.py`` of the dossiers, ``amparo_is_machine``). A task without an actor sees 0 rows (safety.md §3).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.db import transaction

from foundation.core.acting import acting

_IDS: dict[str, int] = {}


@dataclass(frozen=True)
class Machine:
    """One of them, by the first part of its address. Its row is made at first use; nobody can sign in as it."""

    key: str
    name: str

    @property
    def email(self) -> str:
        """The address under which the policies know it; ``.invalid`` receives no mail (RFC 2606)."""
        return f"{self.key}@amparo.invalid"

    @property
    def pk(self) -> int:
        """The primary key of its user."""
        if self.key not in _IDS:
            known = {"name": self.name, "is_machine": True, "password": make_password(None)}
            user, _made = get_user_model().objects.get_or_create(email=self.email, defaults=known)
            _IDS[self.key] = user.pk
        return _IDS[self.key]

    @contextmanager
    def acting(self) -> Iterator[None]:
        """Run as it; each transaction inside carries its name to PostgreSQL."""
        with acting(self.pk):
            yield

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Run as it, in one transaction."""
        with acting(self.pk), transaction.atomic():
            yield


COURIER = Machine("courier", "Courier")
"""Delivers what the outbox holds: messages, the partners' addresses, notices."""
CARETAKER = Machine("caretaker", "Caretaker")
"""Removes what is over: tokens that ran out, idempotency keys of yesterday. Sees nothing that still counts."""
ARCHIVIST = Machine("archivist", "Archivist")
"""Keeps the trail: seals, anchors, the partitions of the months to come."""
MACHINES = (COURIER, CARETAKER, ARCHIVIST)


def install() -> None:
    """Make all of them, once per database."""
    for machine in MACHINES:
        _ = machine.pk


def forget() -> None:
    """Read the ids anew (tests flush the tables)."""
    _IDS.clear()
