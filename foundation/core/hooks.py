"""How a lower floor tells a higher one: a list of functions, filled in ``AppConfig.ready()``."""

from collections.abc import Callable
from typing import Generic, TypeVar

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
