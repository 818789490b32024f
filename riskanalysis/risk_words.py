"""The risk of a case in words: threats, levels, outcomes, and how long medical help has."""

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.models import Case
from cases.vocabulary import Exposure, Risk
from consent.sources import Source
from foundation.core.words import inside, list_words
from riskanalysis.anchors import NAMES
from riskanalysis.models import ClinicalWindow, SpecificThreat
from riskanalysis.outcomes import Category, Change
from riskanalysis.risks import LEVELS, Intent, Subject, Told
from riskanalysis.scheme import HIGH, Interval
from riskanalysis.window import FIRST_HOURS, LAST_HOURS, Remaining, remaining

TONES = {Category.REDUCED: ("good", "done"), Category.INCREASED: ("late", "urgent")}


def title(threat: SpecificThreat) -> str:
    """What the threat is called: the title of the risk."""
    return str(Risk(threat.known["risk"]).label)


def about(threat: SpecificThreat) -> str:
    """Where it comes from and whose risk it is, as a phrase."""
    known = threat.known
    parts = [Source(known["source"]).label, Exposure(known["exposure"]).label, Intent(known["intent"]).label]
    parts += [Subject(known["subject"]).label] if known["subject"] == Subject.COMMUNITY else []
    return ". ".join(str(part) for part in parts)


def level_words(span: Interval) -> str:
    """ "High", or "not determined (2–4)"."""
    if span.is_certain:
        return str(LEVELS[span.low])
    return _("Not determined (%(low)d–%(high)d)") % {"low": span.low, "high": span.high}


def tag(span: Interval) -> dict[str, str]:
    """A level as a tag: words and an icon, so that colour never tells it alone."""
    words = str(LEVELS[span.high]) if span.is_certain else f"{span.low}–{span.high}"
    if span.high > HIGH:
        return {"text": words, "tone": "emergency", "icon": "emergency"}
    if span.high == HIGH:
        return {"text": words, "tone": "urgent", "icon": "urgent"}
    return {"text": words, "tone": "normal", "icon": "normal"}


def outcome_tag(category: str) -> dict[str, str]:
    """An outcome as a tag."""
    tone, icon = TONES.get(Category(category), ("plain", ""))
    return {"text": str(Category(category).label), "tone": tone, "icon": icon}


def change_lines(change: Change) -> list[str]:
    """What moved, in sentences; why it is not known."""
    found = [str(change.missing.label) if change.missing else _("Level: %(n)s.") % {"n": _signed(change.level)}]
    moved = [f"{NAMES[name]} {_signed(getattr(change, name))}" for name in change.moved]
    found += [_("What moved: %(list)s.") % {"list": list_words(moved)}] if moved else []
    if change.missing is None and not moved:
        found.append(_("None of the components moved."))
    if change.rating is not None:
        found.append(_("How bad the person sees it: %(n)s.") % {"n": _signed(change.rating)})
    if change.safety is not None:
        found.append(_("How safe the person feels: %(n)s.") % {"n": _signed(change.safety)})
    return found


def _signed(n: int | None) -> str:
    if n is None:
        return "–"
    return _("unchanged") if n == 0 else f"{n:+d}".replace("-", "−")


def windows(case: Case) -> list[dict[str, Any]]:
    """The hours of medical help that still run, as panels with the step that is due (W-15). One query."""
    found = []
    for window in ClinicalWindow.objects.filter(case=case.pk).order_by("-opened_at"):
        window.dossier = case.dossier
        left = remaining(window.happened_at, timezone.now())
        if left.is_running:
            found.append(_window(case, window, left))
    return found


def _window(case: Case, window: ClinicalWindow, left: Remaining) -> dict[str, Any]:
    is_said = window.answer in (Told.TOLD, Told.DECLINED)
    url = "" if is_said else reverse("riskanalysis:help", args=[case.pk, window.pk])
    done = str(window.get_answer_display()) if is_said else ""
    points = hours(left) + ([done] if done else [])
    return {
        "title": _("Medical help in time"), "points": points, "url": url, "link": _("Tell the person now"),
        "kind": "info" if is_said else "warn",
    }  # fmt: skip


def hours(left: Remaining) -> list[str]:
    """What is left of both limits."""
    first = ngettext("%(n)d hour is left of %(of)d", "%(n)d hours are left of %(of)d", left.first)
    last = ngettext("%(n)d hour is left of %(of)d", "%(n)d hours are left of %(of)d", left.last)
    over = _("the time is over; a health worker still helps")
    return [
        _("Medicine that prevents HIV: %(left)s.")
        % {"left": inside(first % {"n": left.first, "of": FIRST_HOURS}) if left.first else over},
        _("Emergency contraception: %(left)s.") % {"left": inside(last % {"n": left.last, "of": LAST_HOURS})},
    ]
