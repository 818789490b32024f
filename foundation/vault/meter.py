"""How much of the vault a request opens: folders unlocked and fields read, counted in the process (safety.md §1).

Who counts puts a meter up; without one nothing is counted. A search compares thousands of names and shows few: it steps
aside with ``apart()`` and is counted by what it shows.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

METER: ContextVar[list[int] | None] = ContextVar("meter", default=None)


def tick() -> None:
    """One more key unwrapped or field opened."""
    held = METER.get()
    if held is not None:
        held[0] += 1


@contextmanager
def metered() -> Iterator[list[int]]:
    """Count what happens inside, in the one number of the list that is given."""
    count = [0]
    token = METER.set(count)
    try:
        yield count
    finally:
        METER.reset(token)


@contextmanager
def apart() -> Iterator[None]:
    """Count nothing inside."""
    token = METER.set(None)
    try:
        yield
    finally:
        METER.reset(token)
