"""What the safeguarding pages show of a report, in words."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.models import SafeguardingMove, SafeguardingReport
from cases.moments import zone_of
from cases.safeguarding_terms import ReportOutcome, ReportState
from cases.vocabulary import Category, Flag, ReporterKind, Setting
from foundation.accounts.models import User
from foundation.core import policy
from foundation.core.legible import SHUT, legible
from foundation.core.words import moment_words

TONES = {
    ReportState.RECEIVED: ("late", "emergency"), ReportState.ACKNOWLEDGED: ("act", "open"),
    ReportState.ELSEWHERE: ("act", "clock"), ReportState.CLOSING: ("act", "clock"), ReportState.CLOSED: ("good", "done"),
}  # fmt: skip
VERBS = {
    "take_on": gettext_lazy("I have it"),
    "note": gettext_lazy("Write down a step"),
    "bar": gettext_lazy("Say who it is about"),
    "hand_on": gettext_lazy("Hand it to those who investigate"),
    "ask_close": gettext_lazy("Propose to close it"),
    "close": gettext_lazy("Agree that it is closed"),
    "keep_open": gettext_lazy("Do not agree: it goes on"),
}
DONE = {
    "take_on": gettext_lazy("Taken on"),
    "note": gettext_lazy("Step"),
    "bar": gettext_lazy("It became known who it is about"),
    "hand_on": gettext_lazy("Handed to those who investigate"),
    "ask_close": gettext_lazy("Somebody proposed to close it"),
    "close": gettext_lazy("Closed by a second person"),
    "keep_open": gettext_lazy("The second person did not agree"),
}
KNOWN: dict[str, tuple[Any, Any]] = {
    "summary": (gettext_lazy("What the person told"), str),
    "wishes": (gettext_lazy("What the person wants"), str),
    "note": (gettext_lazy("The note of a case"), str),
    "written_by": (gettext_lazy("Written by"), str),
    "alias": (gettext_lazy("Called"), str),
    "reporter_kind": (gettext_lazy("Who is speaking"), lambda v: ReporterKind(v).label),
    "setting": (gettext_lazy("Where"), lambda v: Setting(v).label),
    "category": (gettext_lazy("Mostly about"), lambda v: Category(v).label),
    "flags": (gettext_lazy("Immediate danger"), lambda v: ", ".join(str(Flag(one).label) for one in v)),
    "safe_contact": (
        gettext_lazy("Safe way to reach the person"),
        lambda v: ", ".join(str(x) for x in v.values() if x),
    ),
}


def tag(report: SafeguardingReport) -> dict[str, Any]:
    """The state as a tag."""
    tone, icon = TONES[ReportState(report.state)]
    return {"text": str(ReportState(report.state).label), "tone": tone, "icon": icon, "plain": True}


def line(report: SafeguardingReport, reader: User, now: Any) -> dict[str, Any]:
    """A row of the list."""
    received = _("received %(when)s") % {"when": moment_words(report.received_at, now, zone_of(reader))}
    return {
        "title": _("Report"), "code": report.code, "url": reverse("cases:safeguarding_report", args=[report.pk]),
        "tag": tag(report), "lines": [received, report.unit.name],
    }  # fmt: skip


def facts(report: SafeguardingReport, now: Any, reader: User) -> list[dict[str, Any]]:
    """Everything that was reported, as rows; what does not open says so."""
    known = legible(lambda: report.known, {})
    may_ask = _("may be asked") if known.get("may_ask") else _("does not want to be asked")
    reporter = [known.get("reporter_name", ""), known.get("reporter_unit", ""), may_ask]
    about = [text for text in (known.get("accused_name"), known.get("accused_words")) if text]
    rows: list[dict[str, Any]] = [
        {"key": _("What was reported"), "value": legible(lambda: report.text, SHUT), "typed": True},
        {"key": _("About whom"), "lines": about or [_("Not known yet")]},
        {"key": _("Reported by"), "lines": reporter},
        {"key": _("Received"), "value": moment_words(report.received_at, now, zone_of(reader))},
    ]
    rows += [
        {"key": label, "value": show(known["evidence"][name]), "typed": True}
        for name, (label, show) in KNOWN.items()
        if known.get("evidence", {}).get(name)
    ]
    if report.outcome:
        rows.append({"key": _("What came of it"), "value": ReportOutcome(report.outcome).label})
    return rows


def moves(report: SafeguardingReport, now: Any, reader: User) -> list[dict[str, Any]]:
    """What was done, oldest first."""
    found = []
    for move in SafeguardingMove.objects.filter(report=report).select_related("by").order_by("at"):
        move.dossier = report.dossier
        at, text = moment_words(move.at, now, zone_of(reader)), legible(lambda move=move: move.text, SHUT)  # type: ignore[misc]
        found.append({"title": str(DONE[move.verb]), "at": at, "by": move.by.name, "text": text or ""})
    return found


def steps(report: SafeguardingReport, actor: User, leads_on: Any) -> list[dict[str, str]]:
    """What this person may do now."""
    return [
        {"url": reverse("cases:safeguarding_step", args=[report.pk, verb]), "label": str(label)}
        for verb, label in VERBS.items()
        if report.state in leads_on(verb) and policy.allows(actor, verb, report)
    ]
