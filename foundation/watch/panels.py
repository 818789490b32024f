"""What watching adds to the frame of every page."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from foundation.accounts.context import nav
from foundation.watch.policy import is_officer, may_confirm_any


def _entries(actor: Any) -> list[dict[str, str]]:
    places = [
        ("watch:alerts", _("Alerts"), is_officer(actor)),
        ("watch:accesses", _("Emergency access"), may_confirm_any(actor)),
    ]
    return [{"url": reverse(name), "label": label, "section": name} for name, label, is_shown in places if is_shown]


def install() -> None:
    """Register the navigation."""
    nav(_entries)
