"""What must be in order for this process to serve: apps add a question each (from their ``ready()``)."""

from collections.abc import Callable

_CHECKS: dict[str, Callable[[], bool]] = {}


def check(name: str, is_well: Callable[[], bool]) -> None:
    """Register a question; its name alone is told when the answer is no."""
    _CHECKS[name] = is_well


def checks() -> dict[str, Callable[[], bool]]:
    """Every question by its name; ``foundation.upkeep`` asks them."""
    return dict(_CHECKS)
