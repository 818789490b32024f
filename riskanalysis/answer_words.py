"""The answers of an assessment as rows of a summary list."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from cases.vocabulary import Flag
from foundation.core.words import isolated
from riskanalysis.anchors import ANCHORS, TITLES, UNKNOWN_LABEL
from riskanalysis.arithmetic import anchor
from riskanalysis.models import RiskAssessment
from riskanalysis.questions import SINCE, questions_of
from riskanalysis.risks import Group, Harm, Met, Safety, Situation
from riskanalysis.scheme import INPUTS

Row = dict[str, Any]


def rows(row: RiskAssessment, *, may_change: bool = False) -> list[Row]:
    """One row per answered question, with a way back to it where it may still be changed."""
    found = []
    for question in questions_of(row.number):
        if question in row.known:
            url = reverse("riskanalysis:question", args=[row.pk, question]) if may_change else ""
            lines = (since_lines(row) if question == SINCE else []) + _lines(question, row.known[question])
            found.append({"key": TITLES[question], "lines": lines, "url": url, "action": _("Change")})
    return found


def _lines(question: str, known: dict[str, Any]) -> list[str]:
    if question in INPUTS:
        return _input(question, known)
    return {"danger": _danger, "duty": _duty, "person": _person, SINCE: _since}[question](known)


def _input(question: str, known: dict[str, Any]) -> list[str]:
    lines = [anchor(question, known["score"])]
    lines += [str(Situation(code).label) for code in known.get("situation", [])]
    groups = [str(Group(code).label) for code in known.get("groups", [])]
    lines += [_("Groups: %(list)s") % {"list": ", ".join(groups)}] if groups else []
    return lines + _said(known, "evidence")


def _danger(known: dict[str, Any]) -> list[str]:
    flags = [str(Flag(code).label) for code in known["flags"]]
    return flags or [_("None of the signs")]


def _duty(known: dict[str, Any]) -> list[str]:
    return [
        _("What they can do: %(words)s") % {"words": anchor("can", known["can"])},
        _("What they want to do: %(words)s") % {"words": anchor("will", known["will"])},
        *_said(known, "evidence"),
    ]


def _person(known: dict[str, Any]) -> list[str]:
    rating, safety = known["rating"], known["safety"]
    how = UNKNOWN_LABEL if rating is None else f"{rating} · {ANCHORS['rating'][rating]}"
    safe = UNKNOWN_LABEL if safety is None else f"{safety} · {Safety(safety).label}"
    return [
        _("How bad it is: %(words)s") % {"words": how},
        _("How safe they feel: %(words)s") % {"words": safe},
        *_said(known, "words"),
    ]


def since_lines(row: RiskAssessment) -> list[str]:
    """Whether needs were met and what new harm there was, as far as it was asked."""
    known = row.known.get(SINCE)
    if known is None:
        return []
    return [
        _("Needs met: %(words)s") % {"words": Met(known["needs"]).label},
        _("New harm: %(words)s") % {"words": Harm(known["harm"]).label},
    ]


def _since(known: dict[str, Any]) -> list[str]:
    return _said(known, "words")


def _said(known: dict[str, Any], name: str) -> list[str]:
    return [isolated(known[name])] if known.get(name) else []
