"""Exceptional disclosures in words: what is asked for, what it means to sign, where it stands."""

from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.models import Case
from cases.moments import written
from cases.recipients import labels
from consent.models import ExceptionalDisclosure
from consent.sources import Source
from consent.states import IN_EFFECT, ExceptionStatus
from foundation.core import policy
from foundation.core.legible import SHUT, legible
from foundation.core.words import inside, moment_words

TONES = {
    ExceptionStatus.REQUESTED: ("act", "clock"),
    ExceptionStatus.SINGLE_SIGNED: ("late", "clock"),
    ExceptionStatus.AUTHORISED: ("urgent", "urgent"),
    ExceptionStatus.UNSIGNED: ("late", "urgent"),
    ExceptionStatus.REFUSED: ("private", "eye-off"),
}
RELATED = ("unit", "requested_by", "decided_by", "reviewed_by")


def _zone(row: ExceptionalDisclosure) -> ZoneInfo:
    return ZoneInfo(row.unit.time_zone)


def said_of(row: ExceptionalDisclosure) -> dict[str, str]:
    """The words that were written, where the reader holds the key; nothing where not."""
    found: dict[str, str] = legible(lambda: row.words, {}) if row.is_open else {}
    return found


def line(row: ExceptionalDisclosure, actor: Any) -> dict[str, Any]:
    """A row of the list: codes and times, no narrative."""
    tone, icon = TONES.get(ExceptionStatus(row.status), ("", ""))
    now = timezone.now()
    return {
        "row": row,
        "url": reverse("cases:exception", args=[row.pk]),
        "at": moment_words(row.requested_at, now, _zone(row)),
        "until": moment_words(row.valid_until or now, now, _zone(row)) if row.is_active() else "",
        "waits": policy.allows(actor, "authorise", row),
        "to_review": policy.allows(actor, "review", row),
        "review": _reviewed(row),
        "tone": tone,
        "icon": icon,
    }


def _reviewed(row: ExceptionalDisclosure) -> str:
    if row.valid_from is None:
        return ""
    if row.reviewed_at is None:
        return _("Not looked back at yet")
    return _("It was necessary") if row.was_necessary else _("It was not necessary")


def exceptions_waiting(actor: Any) -> int:
    """How many wait for this person's signature or look back."""
    n: int = ExceptionalDisclosure.objects.waiting_for(actor).count()
    return n


def figures(rows: list[ExceptionalDisclosure]) -> list[str]:
    """Counts for the data officer: in effect, not signed in time, not reviewed."""
    late = sum(row.status == ExceptionStatus.UNSIGNED for row in rows)
    active = sum(row.is_active() for row in rows)
    open_ = sum(row.valid_from is not None and row.reviewed_at is None for row in rows)
    return [
        ngettext("%(n)d in effect now", "%(n)d in effect now", active) % {"n": active},
        ngettext("%(n)d not signed in time", "%(n)d not signed in time", late) % {"n": late},
        ngettext("%(n)d not looked back at yet", "%(n)d not looked back at yet", open_) % {"n": open_},
    ]


def asked(row: ExceptionalDisclosure) -> list[dict[str, Any]]:
    """What is signed, for whoever decides: the rows of the interruption."""
    said, zone, now = said_of(row), _zone(row), timezone.now()
    rows: list[dict[str, Any]] = [
        {"term": _("Case"), "main": row.code, "sub": row.unit.name},
        {"term": _("Ground"), "main": row.get_ground_display(), "sub": said.get("law", "")},
        {"term": _("Who is told"), "main": said.get("recipient") or row.get_recipient_kind_display()},
        {"term": _("What is told"), "main": ", ".join(labels(row.fields))},
        {"term": _("Why it is necessary"), "main": said.get("necessity", SHUT)},
        {"term": _("Why no lesser way would do"), "main": said.get("proportionality", SHUT)},
        {"term": _("The threat comes from"), "main": _source(said)},
        {"term": _("Does the person know?"), **_informed(row, said)},
        {
            "term": _("Asked for by"),
            "main": row.requested_by.name,
            "sub": moment_words(row.requested_at, now, zone),
        },
        {"term": _("For how long"), "main": ngettext("%(n)d day", "%(n)d days", row.days) % {"n": row.days}},
    ]
    return rows


def _source(said: dict[str, str]) -> Any:
    code = said.get("source", "")
    return Source(code).label if code in Source.values else SHUT


def _informed(row: ExceptionalDisclosure, said: dict[str, str]) -> dict[str, Any]:
    if row.is_person_informed:
        return {"main": _("Yes, the person was told before")}
    return {"main": _("No, telling them would not be safe"), "sub": said.get("unsafe", "")}


def before(case: Case) -> list[str]:
    """What the page says to whoever asks."""
    return [
        _("You give the first signature. A protection manager or the data-protection officer gives the second."),
        _("Only a ground of the list counts, only what is named is told, and only for some days."),
        _("The person is told before, unless that would endanger them."),
        _("Within seven days somebody else looks back at it."),
    ]


def page(row: ExceptionalDisclosure) -> dict[str, Any]:
    """The context of its own page. Who opens the case sees where it stands; the reasons open with the key alone."""
    rows = [{"key": item["term"], "lines": _lines(item)} for item in asked(row) if item["main"] != SHUT]
    heading = ExceptionStatus(row.status).label
    return {"exception": row, "heading": heading, "rows": rows + _after(row), "warning": _warning(row)}


def _warning(row: ExceptionalDisclosure) -> str:
    if row.status == ExceptionStatus.UNSIGNED:
        return _(
            "It was in effect on one signature for 24 hours. It ended by itself, and the data-protection officer was told."
        )
    if row.status == ExceptionStatus.SINGLE_SIGNED:
        return _("The second signature is due within 24 hours. Without it, this ends by itself and is an incident.")
    return ""


def _lines(item: dict[str, Any]) -> list[Any]:
    return [item["main"], *([item["sub"]] if item.get("sub") else [])]


def _after(row: ExceptionalDisclosure) -> list[dict[str, Any]]:
    """What became of it: times and seats for everybody, words for who holds the key."""
    zone = _zone(row)
    found: list[dict[str, Any]] = []
    if row.valid_from and row.valid_until:
        times = [written(at, zone, "d MMMM y, HH:mm") for at in (row.valid_from, row.ended_at or row.valid_until)]
        found.append({"key": _("In effect"), "lines": times})
    if row.decided_by and row.decided_at:
        key = _("Refused by") if row.status == ExceptionStatus.REFUSED else _("Second signature")
        found.append({"key": key, "lines": [row.decided_by.name, written(row.decided_at, zone, "d MMMM y, HH:mm")]})
    if row.is_open and row.answer:
        found.append({"key": _("Why it was refused"), "value": row.answer, "typed": True})
    if row.reviewed_by and row.reviewed_at:
        found.append({"key": _("Looked back at by"), "lines": [row.reviewed_by.name, _reviewed(row)]})
    if row.is_open and row.review:
        found.append({"key": _("What was found"), "value": row.review, "typed": True})
    return found


def of_case(case: Case) -> list[dict[str, Any]]:
    """The panel on the case page: what waits or is in effect, newest first."""
    wanted = [ExceptionStatus.REQUESTED, *IN_EFFECT]
    rows = ExceptionalDisclosure.objects.filter(matter=case.dossier_id, status__in=wanted).order_by("-requested_at")
    return [_panel(case, row) for row in rows[:5]]


def _panel(case: Case, row: ExceptionalDisclosure) -> dict[str, Any]:
    text = f"{row.get_ground_display()}. {', '.join(labels(row.fields))}."
    if row.is_active() and row.valid_until:
        when = moment_words(row.valid_until, timezone.now(), ZoneInfo(case.unit.time_zone))
        text = f"{text} {_('Until %(when)s.') % {'when': inside(when)}}"
    url = reverse("cases:exception", args=[row.pk])
    return {"title": ExceptionStatus(row.status).label, "text": text, "url": url, "link": _("look at it")}


def signing() -> str:
    """What the second signature means, on the last page before it."""
    days = settings.EXCEPTION_REVIEW_DAYS
    words = ngettext(
        "It is told without consent from now on. Within %(n)d day somebody looks back at it.",
        "It is told without consent from now on. Within %(n)d days somebody looks back at it.",
        days,
    )
    return words % {"n": days}
