"""A decoy in words, for the officer's pages."""

from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from foundation.accounts.models import User
from foundation.core.words import day_words, inside, language_name, moment_words
from foundation.watch.decoys import story
from foundation.watch.models import Decoy
from foundation.watch.views.who import zone_of


def line(decoy: Decoy, actor: User) -> dict[str, Any]:
    """One decoy as its row says it."""
    known = story(decoy.language, decoy.story)
    return {
        "decoy": decoy,
        "unit": decoy.unit.name,
        "colleague": decoy.ghost.name,
        "about": known.title if known else decoy.story,
        "language": language_name(decoy.language),
        "state": _state(decoy),
        "when": _when(decoy, actor),
        "url": "" if decoy.retired_at else reverse("watch:retire", args=[decoy.pk]),
    }


def _state(decoy: Decoy) -> dict[str, Any]:
    if decoy.retired_at:
        return {"text": _("Taken away"), "tone": "private", "icon": "eye-off"}
    if decoy.case:
        return {"text": _("Stands"), "tone": "good", "icon": "done"}
    return {"text": _("Comes about"), "tone": "act", "icon": "clock"}


def _when(decoy: Decoy, actor: User) -> str:
    zone = ZoneInfo(decoy.unit.time_zone)
    if decoy.retired_at:
        return _("since %(day)s") % {"day": day_words(decoy.retired_at, zone)}
    if decoy.begins_at is not None:
        begins = inside(moment_words(decoy.begins_at, timezone.now(), zone_of(actor)))
        return _("begins %(when)s") % {"when": begins}
    return _("planned %(day)s") % {"day": day_words(decoy.planned_at, zone)}


def stop(decoy: Decoy, actor: User) -> dict[str, Any]:
    """The context of the page before a decoy is taken away."""
    shown = line(decoy, actor)
    rows = [
        {"term": _("Unit"), "main": shown["unit"]},
        {"term": _("Colleague who is made up"), "main": shown["colleague"]},
        {"term": _("Code"), "main": decoy.reference or _("none yet")},
        {"term": _("What happens"), "main": _("It leaves every list, and what was written is destroyed with its key.")},
    ]
    return {"rows": rows, "links": [{"url": reverse("watch:decoys"), "label": _("Go back, nothing changes")}]}
