"""A setting that would publish people is refused at the start."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error

SMALLEST = 3


def threshold(**_kwargs: Any) -> list[CheckMessage]:
    """AMPARO_DISCLOSURE_THRESHOLD under 3 hides nobody: in a cell of two, each knows the other."""
    if settings.DISCLOSURE_THRESHOLD >= SMALLEST:
        return []
    return [Error("AMPARO_DISCLOSURE_THRESHOLD must be 3 or more.", id="riskanalysis.E001")]
