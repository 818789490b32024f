"""The entries in the navigation: how units stand, and trainings."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from foundation.accounts import context
from foundation.accounts.models import Role
from foundation.readiness import seats

READERS = (*seats.WRITERS, Role.AUDITOR, Role.ADMINISTRATOR, Role.DIRECTORY_EDITOR, Role.DIALOGUE)


def _entries(actor: Any) -> list[dict[str, str]]:
    if not any(seat.role in READERS and seats.is_ours(seat.unit) for seat in actor.seats):
        return []
    return [{"url": reverse("readiness:units"), "label": _("Readiness"), "section": "readiness"}]


def install() -> None:
    """Register the navigation."""
    context.nav(_entries)
