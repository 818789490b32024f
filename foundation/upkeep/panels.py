"""The entry in the navigation of those who look after the running."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from foundation.upkeep.policy import may


def entries(actor: Any) -> list[dict[str, str]]:
    """One entry, for the seats that may look."""
    if not may(actor, "look"):
        return []
    return [{"url": reverse("upkeep:status"), "label": _("Running"), "section": "upkeep"}]
