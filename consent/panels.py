"""The entry in the navigation of those who look after data protection."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from consent import rooms
from foundation.accounts import context


def _entries(actor: Any) -> list[dict[str, str]]:
    if not rooms.has_any(actor):
        return []
    return [{"url": reverse("consent:start"), "label": _("Data protection"), "section": "consent"}]


def install() -> None:
    """Register the navigation."""
    context.nav(_entries)
