"""What must be in order for this process to serve: apps add a question each (from their ``ready()``)."""

from collections.abc import Callable

_CHECKS: dict[str, Callable[[], bool]] = {}


def check(name: str, is_well: Callable[[], bool]) -> None:
    """Register a question; its name alone is told when the answer is no."""
    _CHECKS[name] = is_well


def ailing() -> list[str]:
    """The names of what is not in order."""
    return [name for name, is_well in _CHECKS.items() if not is_well()]
