"""An alert in words, for its pages."""

from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from foundation.accounts.models import Role, User
from foundation.core.words import day_words, moment_words
from foundation.watch.models import Alert, AlertMove, AlertOpening
from foundation.watch.states import AlertState
from foundation.watch.vocabulary import MOST_SERIOUS, SERIOUS, TO_CHECK, Rule

SERIOUSNESS: dict[int, tuple[str | Promise, str, str]] = {
    MOST_SERIOUS: (gettext_lazy("Most serious"), "emergency", "emergency"),
    SERIOUS: (gettext_lazy("Serious"), "urgent", "urgent"),
    TO_CHECK: (gettext_lazy("To check"), "normal", "normal"),
}
TONES = {
    AlertState.NEW: ("act", "open"),
    AlertState.LOOKING: ("act", "clock"),
    AlertState.EXPLAINED: ("good", "done"),
    AlertState.INCIDENT: ("late", "emergency"),
}
MOVES: dict[str, str | Promise] = {
    "look": gettext_lazy("Somebody looks at it"),
    "explain": gettext_lazy("Explained"),
    "report": gettext_lazy("Called an incident"),
    "check": gettext_lazy("Second look: agreed"),
    "note": gettext_lazy("Note"),
    "said": gettext_lazy("Asked why, the person answered"),
    "reopen": gettext_lazy("New again, because it grew after it was explained"),
}
DO: dict[str, str | Promise] = {
    "look": gettext_lazy("I am looking at it"),
    "explain": gettext_lazy("Explain it"),
    "report": gettext_lazy("Call it an incident"),
    "check": gettext_lazy("Second look: I agree with the explanation"),
    "note": gettext_lazy("Write a note"),
}


def figures(alert: Alert) -> str:
    """The rule in a sentence with its figures."""
    n, limit = {"n": alert.n, "limit": alert.limit}, alert.limit
    texts = {
        Rule.DECOY: ngettext("%(n)d decoy was opened.", "%(n)d decoys were opened.", alert.n),
        Rule.BREAKGLASS: ngettext("Asked %(n)d time.", "Asked %(n)d times.", alert.n),
        Rule.BUDGET: ngettext(
            "%(n)d different folder in one day; this seat needs %(limit)d at most.",
            "%(n)d different folders in one day; this seat needs %(limit)d at most.",
            alert.n,
        ),
        Rule.VAULT: _("%(n)d keys and fields in one hour; %(limit)d are usual at most."),
        Rule.BURST: ngettext(
            "%(n)d different folder in a few minutes, and nothing was written; from %(limit)d on it is told.",
            "%(n)d different folders in a few minutes, and nothing was written; from %(limit)d on it is told.",
            alert.n,
        ),
        Rule.SEARCH: _("%(n)d names were shown in one day; %(limit)d are usual at most."),
        Rule.OFF_HOURS: ngettext(
            "%(n)d folder while the unit was closed; from %(limit)d on it is told.",
            "%(n)d folders while the unit was closed; from %(limit)d on it is told.",
            alert.n,
        ),
    }
    return texts[Rule(alert.rule)] % {**n, "limit": limit}


def zone_of(alert: Alert) -> ZoneInfo:
    """The zone of the unit that the alert is about."""
    return ZoneInfo(alert.unit.time_zone if alert.unit else "UTC")


def needs_second_look(alert: Alert) -> bool:
    """Whether the explanation of something most serious waits for another officer."""
    return alert.state == AlertState.EXPLAINED and alert.rank == MOST_SERIOUS and alert.checked_by_id is None


def line(alert: Alert, actor: User) -> dict[str, Any]:
    """One alert as its row says it."""
    seat = _("%(role)s, %(unit)s") % {"role": Role(alert.role).label, "unit": alert.unit.name} if alert.unit else ""
    words, tone, icon = SERIOUSNESS[alert.rank]
    return {
        "alert": alert,
        "url": reverse("watch:alert", args=[alert.pk]),
        "rule": alert.get_rule_display(),
        "who": alert.person.name,
        "seat": seat or _("without a seat"),
        "figures": figures(alert),
        "when": _when(alert),
        "serious": {"text": words, "tone": tone, "icon": icon},
        "state": _state(alert),
        "is_own": alert.person_id == actor.pk,
    }


def _when(alert: Alert) -> str:
    now, zone = timezone.now(), zone_of(alert)
    first, last = moment_words(alert.first_at, now, zone), moment_words(alert.last_at, now, zone)
    return first if first == last else _("%(first)s to %(last)s") % {"first": first, "last": last}


def _state(alert: Alert) -> dict[str, Any]:
    if needs_second_look(alert):
        return {"text": _("Second look needed"), "tone": "act", "icon": "eye"}
    tone, icon = TONES[AlertState(alert.state)]
    return {"text": alert.get_state_display(), "tone": tone, "icon": icon}


def sections(alerts: Iterable[Alert], actor: User) -> list[dict[str, Any]]:
    """The list in its parts: what waits, then what was decided."""
    rows = [line(alert, actor) for alert in alerts]
    waits = [r for r in rows if r["alert"].state in (AlertState.NEW, AlertState.LOOKING)]
    waits += [r for r in rows if needs_second_look(r["alert"])]
    rest = [r for r in rows if r not in waits]
    parts = [(_("These wait for you"), waits), (_("Decided"), rest)]
    return [{"title": title, "rows": found} for title, found in parts if found]


def whole(alert: Alert, actor: User) -> dict[str, Any]:
    """One alert with its references and what was done with it."""
    now, zone = timezone.now(), zone_of(alert)
    opened = AlertOpening.objects.filter(alert=alert).order_by("at")
    return {
        **line(alert, actor),
        "day": day_words(alert.first_at, zone),
        "opened": [{"code": o.reference, "at": moment_words(o.at, now, zone)} for o in opened],
        "moves": _moves(alert),
        "needs_second_look": needs_second_look(alert),
    }


def _moves(alert: Alert) -> list[dict[str, Any]]:
    now, zone = timezone.now(), zone_of(alert)
    found = []
    for move in AlertMove.objects.filter(alert=alert).select_related("by").order_by("-at"):
        move.dossier = alert.dossier
        by = "" if move.by.is_machine else move.by.name
        text = move.get_why_display() if move.why else move.text
        found.append({"title": MOVES[move.verb], "at": moment_words(move.at, now, zone), "by": by, "text": text})
    raised = {"title": _("Raised"), "at": moment_words(alert.raised_at, now, zone), "by": "", "text": ""}
    return [*found, raised]
