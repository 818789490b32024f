"""Who may know what, until when: the decisions of a person in words, as rows and as the table of a case (domain.md §5.4)."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.identity import zone_of
from cases.models import Case
from cases.recipients import INSIDE, choices
from cases.story import Story
from consent.models import Consent, Decision, ExceptionalDisclosure
from consent.standing import ConsentState, DecisionState, Nearness, nearness, of_consent, of_decision
from consent.vocabulary import Obstacle, Purpose, RecipientKind
from foundation.core.words import day_words, inside, list_words, moment_words

TIERS = (
    gettext_lazy("Without a name"),
    gettext_lazy("Name and contact"),
    gettext_lazy("What is needed, and why"),
    gettext_lazy("Papers and address"),
)
Words = dict[str, tuple[int, Any]]
OWN_WORDS: Words = {
    **{code: (1, INSIDE[code]) for code in ("alias", "safe_contact")},
    **{code: (2, INSIDE[code]) for code in ("summary", "wishes")},
    "age_band": (0, gettext_lazy("Age band")),
    "gender": (0, gettext_lazy("Sex or gender")),
    "service_type": (0, gettext_lazy("Service asked for")),
    "district": (0, gettext_lazy("District")),
}
TONES = {
    DecisionState.ACTIVE: ("good", "done"),
    DecisionState.SUSPENDED: ("urgent", "pause"),
    DecisionState.EXPIRED: ("late", "clock"),
}


def said(case: Case, decision: Decision, story: Story) -> dict[str, Any]:
    """A decision in words: what was asked, about whom, what was answered, until when."""
    zone, now = zone_of(case), timezone.now()
    state = of_decision(decision, now)
    is_active = state == DecisionState.ACTIVE
    tone, icon = TONES.get(state, ("private", "eye-off"))
    return {
        "consent": decision.consent_id,
        "purpose": Purpose(decision.purpose).label,
        "recipient": story.names.get(decision.recipient_id, case.unit.name),
        "state": _state_words(case, decision, state, now),
        "tone": tone,
        "icon": icon,
        "condition": decision.condition,
        "reason": decision.get_reason_display() if decision.reason else "",
        "at": moment_words(decision.valid_from, now, zone),
        "until": day_words(decision.valid_until, zone) if is_active else "",
        "url": reverse("cases:withdraw", args=[case.pk, decision.pk]) if is_active else "",
        "next": story.links.get(decision.recipient_id) if is_active else None,
    }


def _state_words(case: Case, decision: Decision, state: DecisionState, now: datetime) -> str:
    zone = zone_of(case)
    if state == DecisionState.WITHDRAWN and decision.withdrawn_at:
        return _("Taken back %(when)s") % {"when": moment_words(decision.withdrawn_at, now, zone)}
    if state == DecisionState.EXPIRED:
        return _("Ended %(when)s") % {"when": day_words(decision.valid_until, zone)}
    return str(state.label)


def conversations(case: Case, story: Story) -> list[dict[str, Any]]:
    """Each conversation that was held: when, by whom, how, and what it is worth now. Two queries."""
    zone, now = zone_of(case), timezone.now()
    rows = Consent.objects.filter(person=case.person_id).select_related("notice", "held_by").order_by("-held_at")
    made: dict[Any, list[Decision]] = {}
    for decision in story.decisions:
        made.setdefault(decision.consent_id, []).append(decision)
    found = []
    for row in rows:
        row.dossier = case.dossier
        state = of_consent(row, made.get(row.pk, []), now)
        found.append(
            {"consent": row, "state": state.label, "at": moment_words(row.held_at, now, zone), **_how(row, state)}
        )
    return found


def _how(row: Consent, state: ConsentState) -> dict[str, Any]:
    """How it was held, in a few lines; why it went on in spite of a warning."""
    notice = row.notice
    given = {"n": notice.version, "channel": notice.get_channel_display().lower(), "language": notice.language}
    lines = [_("Explanation %(n)d, %(channel)s (%(language)s)") % given]
    lines += [str(row.get_mode_display())] + [str(row.get_witness_display())] * bool(row.witness)
    lines += [str(row.get_interpreter_display())] * (row.interpreter != "none")
    if row.obstacle:
        lines = [str(Obstacle(row.obstacle).label)]
    is_over = state not in (ConsentState.ACTIVE, ConsentState.PARTLY_WITHDRAWN)
    return {"lines": lines, "reasons": sorted((row.reasons or {}).items()), "tone": "private" if is_over else "good"}


def ending(case: Case, decisions: list[Decision], story: Story) -> dict[str, list[str]]:
    """What ended by time and was not asked again, and what is about to (W-07)."""
    now, zone = timezone.now(), zone_of(case)
    found: dict[str, list[str]] = {str(group): [] for group in Nearness}
    for decision in decisions:
        group = nearness(decision, now)
        if group is not None:
            facts = {
                "what": Purpose(decision.purpose).label,
                "who": story.names.get(decision.recipient_id, case.unit.name),
                "when": day_words(decision.valid_from if group == Nearness.OLD else decision.valid_until, zone),
            }
            found[group].append(f"{facts['what']}, {facts['who']}: {facts['when']}")
    return found


@dataclass
class Cell:
    """One recipient and one kind of data: what may be known, until when, and what is held back."""

    state: str = ""
    told: list[str] = field(default_factory=list)
    held: list[str] = field(default_factory=list)

    @property
    def told_words(self) -> str:
        """As a phrase that begins a line."""
        return list_words([*self.told[:1], *map(inside, self.told[1:])])

    @property
    def held_words(self) -> str:
        """As a phrase inside a line."""
        return list_words(list(map(inside, self.held)))


def table(case: Case, story: Story) -> list[dict[str, Any]]:
    """The rows of "who may know what, until when": one per recipient and purpose, agreed, refused or without consent."""
    words = {**OWN_WORDS, **{code: pair for part in story.parts for code, pair in part.words.items()}}
    rows = [decision for decision in story.decisions if not decision.superseded_at]
    found = [{**said(case, row, story), "cells": _cells(case, row, story, words)} for row in rows]
    return sorted(found + _exceptions(case, words), key=lambda row: str(row["recipient"]))


def _cells(case: Case, decision: Decision, story: Story, words: Words) -> list[tuple[Any, Cell]]:
    known = [part.offered[decision.recipient_id] for part in story.parts if decision.recipient_id in part.offered]
    told = decision.fields if decision.is_active() else []
    everything = dict.fromkeys([*(known[0] if known else []), *decision.fields])
    return _by_tier(told, [code for code in everything if code not in told], words, _day(case, decision.valid_until))


def _by_tier(told: list[str], held: list[str], words: Words, until: str) -> list[tuple[Any, Cell]]:
    cells = [Cell() for _tier in TIERS]
    for codes, name in ((told, "told"), (held, "held")):
        for code in codes:
            tier, label = words.get(code, (2, code))
            getattr(cells[tier], name).append(str(label))
    for cell in cells:
        cell.state = until if cell.told else ""
    return list(zip(TIERS, cells, strict=True))


def _exceptions(case: Case, words: Words) -> list[dict[str, Any]]:
    """What is being told without consent at this moment (domain.md §5.7): whoever looks must see that too."""
    rows = list(ExceptionalDisclosure.objects.active().filter(person=case.person_id))
    names = {pk: name for _kind, group in choices(case) for pk, name in group.items()} if rows else {}
    return [_exception(case, row, names, words) for row in rows]


def _exception(case: Case, row: ExceptionalDisclosure, names: dict[Any, str], words: Words) -> dict[str, Any]:
    until = _day(case, row.valid_until or timezone.now())
    return {
        "purpose": Purpose(row.purpose).label,
        "recipient": names.get(row.recipient_id, RecipientKind(row.recipient_kind).label),
        "state": _("Without consent, for now"),
        "tone": "urgent",
        "icon": "urgent",
        "reason": row.get_ground_display(),
        "exception": reverse("cases:exception", args=[row.pk]),
        "cells": _by_tier(row.fields, [], words, until),
    }


def _day(case: Case, at: datetime) -> str:
    return day_words(at, zone_of(case))
