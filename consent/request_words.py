"""A person's request in words: for whoever decides and whoever carries it out."""

from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _

from consent.models import DataSubjectRequest
from consent.rights import CORRECTABLE, Right, Ruling, Stage
from consent.vocabulary import AccessNeed, AgeBand, Gender, InterpreterNeed
from foundation.core.legible import SHUT, legible
from foundation.core.words import day_words, inside, language_name, moment_words

CODED: dict[str, Any] = {
    "age_band": AgeBand, "gender": Gender, "interpreter": InterpreterNeed, "access": AccessNeed,
}  # fmt: skip


def value_words(field: str, value: Any) -> str:
    """A value of the person in words."""
    if value in (None, "", []):
        return _("Nothing")
    values = value if isinstance(value, list) else [value]
    if field == "languages":
        return ", ".join(language_name(str(one)) for one in values)
    known = CODED.get(field)
    return ", ".join(str(known(one).label) if known and one in known.values else str(one) for one in values)


def zone_of(request: DataSubjectRequest) -> ZoneInfo:
    """The time zone of the unit where it was asked."""
    return ZoneInfo(request.unit.time_zone)


def heading(request: DataSubjectRequest) -> str:
    """What was asked, and where it stands."""
    return f"{request.get_kind_display()}: {inside(state(request))}"


def state(request: DataSubjectRequest) -> str:
    """Where it stands, with what was decided."""
    if request.stage == Stage.CLOSED and request.ruling:
        return str(request.get_ruling_display())
    return str(request.get_stage_display())


def line(request: DataSubjectRequest, url: str) -> dict[str, Any]:
    """A row of a list: kind, dates and stage; nothing that was said."""
    zone, now = zone_of(request), timezone.now()
    is_open = request.stage in (Stage.OPEN, Stage.DECIDED)
    is_late = request.stage == Stage.OPEN and request.due_at <= now
    return {
        "request": request,
        "url": url,
        "at": day_words(request.received_at, zone),
        "due": day_words(request.due_at, zone) if is_open else "",
        "state": state(request),
        "tone": "late" if is_late else ("act" if is_open else ""),
        "icon": "clock" if is_open else "done",
    }


def facts(request: DataSubjectRequest) -> list[dict[str, Any]]:
    """Everything about it, for its page: what was said is shown to whoever holds the folder's key."""
    zone, now = zone_of(request), timezone.now()
    rows: list[dict[str, Any]] = [
        {"key": _("Asked"), "lines": [moment_words(request.received_at, now, zone), request.taken_by.name]},
        {"key": _("To be answered by"), "value": day_words(request.due_at, zone)},
        {"key": _("Is it the person?"), "value": request.get_identity_display()},
    ]
    if request.spoken_of:
        rows.append({"key": _("What it is about"), "lines": _about(request)})
    rows += [{"key": key, "value": value, "typed": True} for key, value in _said(request)]
    if request.kind == Right.RECTIFICATION:
        rows += _correction(request)
    return rows + _decision(request, zone)


def _about(request: DataSubjectRequest) -> list[str]:
    return [str(request.get_spoken_of_display()), *([request.about.name] if request.about else [])]


def _said(request: DataSubjectRequest) -> list[tuple[str, Any]]:
    words = legible(lambda: request.words, SHUT) if request.is_open else None
    return [(_("In the person’s words"), words)] if words else []


def _correction(request: DataSubjectRequest) -> list[dict[str, Any]]:
    if not request.is_open:
        return [{"key": _("What is wrong"), "value": CORRECTABLE[request.field]}]
    was, right = ((value or {}).get("value") for value in (request.old, request.new))
    return [
        {"key": CORRECTABLE[request.field], "value": value_words(request.field, was), "typed": True},
        {"key": _("It should say"), "value": value_words(request.field, right), "typed": True},
    ]


def _decision(request: DataSubjectRequest, zone: ZoneInfo) -> list[dict[str, Any]]:
    if not request.ruling or request.decided_at is None or request.decided_by is None:
        return []
    when = moment_words(request.decided_at, timezone.now(), zone)
    lines = [str(Ruling(request.ruling).label), f"{request.decided_by.name}, {inside(when)}"]
    lines += [str(request.get_refusal_display())] if request.refusal else []
    rows: list[dict[str, Any]] = [{"key": _("Decided"), "lines": lines}]
    answer = legible(lambda: request.answer, SHUT) if request.is_open else None
    if answer:
        rows.append({"key": _("The answer"), "value": answer, "typed": True})
    if request.told:
        rows.append({"key": _("The person"), "value": request.get_told_display()})
    return rows
