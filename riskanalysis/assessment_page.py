"""The pages of one assessment: questions, the suggestion with its arithmetic, what was decided."""

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from cases.identity import zone_of
from cases.vocabulary import Urgency
from foundation.accounts.models import User
from foundation.core import policy
from foundation.core.words import day_words, isolated
from riskanalysis import answer_words, arithmetic, gates, risk_words
from riskanalysis.anchors import TITLES, WARNINGS
from riskanalysis.models import RiskAssessment
from riskanalysis.questions import questions_of
from riskanalysis.risks import State
from riskanalysis.scheme import INPUTS, interval
from riskanalysis.suggesting import Suggestion


def first_open(row: RiskAssessment) -> str:
    """The first question without an answer; empty when all have one."""
    return next((name for name in questions_of(row.number) if name not in row.known), "")


def _head(row: RiskAssessment) -> dict[str, Any]:
    return {"assessment": row, "threat": risk_words.title(row.threat), "about": risk_words.about(row.threat)}


def tasks(row: RiskAssessment, actor: User) -> dict[str, Any]:
    """The list of questions, for its author; others see only that somebody is at it."""
    is_mine = policy.allows(actor, "describe", row) and gates.may_assess(actor)
    return {
        **_head(row),
        "is_mine": is_mine,
        "tasks": [_task(row, name) for name in questions_of(row.number)] if is_mine else [],
    }


def _task(row: RiskAssessment, name: str) -> dict[str, Any]:
    is_done = name in row.known
    done = {"text": _("Answered"), "tone": "good", "icon": "done", "plain": True}
    return {
        "label": TITLES[name],
        "url": reverse("riskanalysis:question", args=[row.pk, name]),
        "tag": done if is_done else {"text": pgettext("question", "No answer yet"), "tone": "act", "icon": ""},
    }


def question(row: RiskAssessment, name: str) -> dict[str, Any]:
    """One question, with what was found the last time beside it; never filled in (nothing is copied)."""
    names = questions_of(row.number)
    place = _("Question %(n)d of %(of)d") % {"n": names.index(name) + 1, "of": len(names)}
    return {**_head(row), "name": name, "place": place, "before": _before(row, name)}


def _before(row: RiskAssessment, name: str) -> str:
    if name not in INPUTS or row.number == 1:
        return ""
    former = RiskAssessment.objects.filter(threat=row.threat_id, status=State.CONFIRMED).order_by("-number").first()
    if former is None:
        return ""
    when = day_words(former.confirmed_at or timezone.now(), zone_of(row.case))
    words = arithmetic.anchor(name, getattr(former, f"{name}_score"))
    return _("On %(day)s it was: %(words)s") % {"day": when, "words": words}


def _sum(row: RiskAssessment) -> dict[str, Any]:
    span = interval(row.inputs)
    return {
        "inputs": arithmetic.inputs(row.inputs),
        "columns": arithmetic.columns(row.inputs),
        "suggested": risk_words.level_words(span),
        "suggested_tag": risk_words.tag(span),
        "own": "" if row.rating is None else arithmetic.anchor("rating", row.rating),
    }


def deciding(row: RiskAssessment, made: Suggestion) -> dict[str, Any]:
    """What the author sees before they decide."""
    return {
        **_head(row),
        **_sum(row),
        "rows": answer_words.rows(row, may_change=True),
        "urgency": Urgency(made.of_case).label,
        "refusal": row.refusal,
        "windows": [window for window in risk_words.windows(row.case) if window["url"]],
    }


def decided(row: RiskAssessment, actor: User) -> dict[str, Any]:
    """An assessment that waits for the second person, or is confirmed."""
    is_open = row.status == State.PROPOSED
    return {
        **_head(row),
        **_sum(row),
        "rows": answer_words.rows(row) + _reasons(row),
        "level": risk_words.level_words(row.decided),
        "level_tag": risk_words.tag(row.decided),
        "urgency": Urgency(row.urgency).label,
        "waits": is_open,
        "may_sign": policy.allows(actor, "sign", row),
        "at": day_words(row.confirmed_at or row.proposed_at or timezone.now(), zone_of(row.case)),
    }


def _reasons(row: RiskAssessment) -> list[dict[str, Any]]:
    return [{"key": WARNINGS[code], "lines": [isolated(text)]} for code, text in dict(row.reasons or {}).items()]
