"""One line of a list that cannot be opened must not shut the whole list: it shows so, and those who can act are told."""

from collections.abc import Callable
from contextvars import ContextVar
from typing import TypeVar

from django.utils.translation import gettext_lazy

from foundation.core.errors import Unreadable

T = TypeVar("T")
Shown = TypeVar("Shown")
SHUT = gettext_lazy("cannot be opened now")
"""What a line says instead."""
NOTED: ContextVar[list[Unreadable] | None] = ContextVar("noted", default=None)
"""What could not be opened in this request, for ``foundation.custody.middleware``; ``None`` outside of one."""


def legible(read: Callable[[], T], instead: Shown) -> T | Shown:
    """What ``read`` gives, or ``instead`` when it cannot be opened. Only where the page then says that it is shut."""
    try:
        return read()
    except Unreadable as problem:
        note(problem)
        return instead


def n_noted() -> int:
    """How many things could not be opened so far in this request."""
    return len(NOTED.get() or [])


def note(problem: Unreadable) -> None:
    """Let those who can act learn of it."""
    noted = NOTED.get()
    if noted is not None:
        noted.append(problem)
