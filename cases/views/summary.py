"""What was answered, as rows: for checking before handing over, and for the focal point."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from cases.models import Concern
from cases.views.drafts import LABELS, Draft
from cases.vocabulary import Category, Flag
from consent.models import Decision, Person
from consent.vocabulary import ContactMethod
from foundation.core.words import isolated

Row = dict[str, Any]


def flags(concern: Concern) -> list[str]:
    """The chosen signs of danger, in words."""
    return [str(Flag(flag).label) for flag in concern.known.get("flags", [])]


def category(concern: Concern) -> str:
    """What it is about, in words."""
    value = concern.known.get("category", "")
    return str(Category(value).label) if value else _("Not said")


def coded(concern: Concern) -> list[Row]:
    """The answers that are choices: they remain also when the person refuses."""
    return [
        {"key": _("Who is speaking"), "value": concern.get_reporter_kind_display(), "step": "where"},
        {"key": _("Where"), "value": concern.get_setting_display(), "step": "where"},
        {"key": _("Immediate danger"), "lines": flags(concern) or [_("None of the signs")], "step": "danger"},
        {"key": _("Mostly about"), "value": category(concern), "step": "words"},
    ]


def own_words(concern: Concern) -> list[Row]:
    """What was written down of what the person said."""
    return [
        {"key": LABELS["words"], "value": concern.summary or _("Nothing was written"), "typed": True, "step": "words"},
        {"key": LABELS["wishes"], "value": concern.wishes or _("They did not say"), "typed": True, "step": "wishes"},
    ]


def reachable(person: Person | None) -> list[Row]:
    """The alias and the safe way, for who may see it."""
    contact = person.contact if person else {}
    if person is None or not contact:
        return [{"key": LABELS["contact"], "value": _("None was agreed"), "step": "contact"}]
    message = _("A message may be left") if contact.get("may_leave_message") else _("Leave no message")
    method = str(ContactMethod(contact["method"]).label)
    # Each on its own: a number between Arabic lines would turn round.
    typed = [isolated(contact[name]) for name in ("value", "safe_times") if contact.get(name)]
    return [
        {"key": _("Called"), "value": person.alias or _("No name was given"), "typed": True, "step": "contact"},
        {"key": LABELS["contact"], "value": "\n".join([method, *typed, message]), "typed": True, "step": "contact"},
    ]


def answer(decision: Decision) -> Row:
    """What the person decided on passing this on."""
    how = decision.consent
    lines = [decision.get_answer_display(), how.get_mode_display(), how.get_interpreter_display()]
    return {"key": LABELS["agreement"], "lines": lines, "step": "agreement"}


def _with_links(rows: list[Row], concern: Concern) -> list[Row]:
    change = _("Change")
    return [{**row, "url": reverse(f"cases:{row['step']}", args=[concern.pk]), "action": change} for row in rows]


def of(draft: Draft) -> dict[str, Any]:
    """The page before handing over: what the focal point will see, and after a refusal what is destroyed."""
    concern, decision = draft.concern, draft.decision
    rows = coded(concern)
    if draft.is_agreed:
        rows = [*own_words(concern), *rows, *reachable(concern.person)]
    if decision is not None:
        rows.append(answer(decision))
    held = [] if draft.is_agreed else destroyed(concern)
    is_conduct = concern.known.get("category") == Category.CONDUCT
    return {"rows": _with_links(rows, concern), "held": held, "is_agreed": draft.is_agreed, "is_conduct": is_conduct}


def destroyed(concern: Concern) -> list[Row]:
    """What is destroyed with a draft or a refusal, named without its content."""
    why = _("destroyed with its key")
    person = concern.person
    there = (
        (_("What the person told you"), concern.summary),
        (_("What the person wants"), concern.wishes),
        (_("The name and the way to reach the person"), person and (person.alias or person.safe_contact)),
    )
    return [{"what": what, "why": why} for what, value in there if value]
