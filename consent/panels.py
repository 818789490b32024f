"""The entry in the navigation of those who look after data protection."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consent import cards, rooms
from consent.models import NoticeProposal
from foundation.accounts import context


def _entries(actor: Any) -> list[dict[str, str]]:
    if not rooms.has_any(actor):
        return []
    return [{"url": reverse("consent:start"), "label": _("Data protection"), "section": "consent"}]


def _texts_that_wait(actor: Any) -> int:
    """New texts that somebody else wrote and this person may publish."""
    return int(NoticeProposal.objects.waiting().exclude(written_by=actor).count())


NOTICES = rooms.Room(
    "notices",
    gettext_lazy("What people are told"),
    gettext_lazy("The explanation before every decision: spoken, in simple words, in pictures."),
    "consent:notices",
    rooms.DECIDERS,
    _texts_that_wait,
)


def install() -> None:
    """Register the navigation, the room of the notices, and the rooms of the office."""
    context.nav(_entries)
    rooms.register(NOTICES)
    cards.install()
