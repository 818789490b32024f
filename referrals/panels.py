"""Navigation and words."""


def install() -> None:
    """Register."""
