"""How a lower floor tells a higher one: a list of functions, filled in ``AppConfig.ready()``; and the step before COMMIT."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db import transaction

T = TypeVar("T")


class Hook(Generic[T]):
    """Called in the caller's transaction, in the order of registration; an error stops the caller."""

    def __init__(self) -> None:
        self._listeners: list[Callable[[T], None]] = []

    def listen(self, function: Callable[[T], None]) -> None:
        """Register a listener once."""
        if function not in self._listeners:
            self._listeners.append(function)

    def send(self, subject: T) -> None:
        """Call every listener."""
        for listener in self._listeners:
            listener(subject)


@dataclass(frozen=True)
class Beforehand:
    """An item that ``function`` takes, with the other items of its transaction, when only the COMMIT is left to do."""

    function: Callable[[list[Any]], None]
    item: Any

    def __call__(self) -> None:
        """After the commit there is nothing left to do."""


def before_commit(function: Callable[[list[T]], None], item: T) -> None:
    """Have ``function`` called once with all its items when the transaction has succeeded but for its COMMIT.

    What was registered under a savepoint that is rolled back is forgotten with it. An exception of ``function`` rolls the
    transaction back. Needs a transaction.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("before_commit needs a transaction")
    transaction.on_commit(Beforehand(function, item))
