"""Navigation."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from foundation.accounts import context
from riskanalysis.policy import reads


def _entries(actor: Any) -> list[dict[str, str]]:
    if not reads(actor):
        return []
    return [{"url": reverse("riskanalysis:reports"), "label": _("Reports"), "section": "reports"}]


def install() -> None:
    """Register."""
    context.nav(_entries)
