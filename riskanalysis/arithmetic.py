"""The arithmetic of a suggestion, line by line, as it stands on the page (domain.md §8.2)."""

from dataclasses import astuple
from typing import Any

from django.utils.translation import gettext as _

from riskanalysis import scheme
from riskanalysis.anchors import ANCHORS, NAMES, UNKNOWN_LABEL
from riskanalysis.risks import LEVELS
from riskanalysis.scheme import INPUTS, Inputs, Workings

Row = dict[str, Any]


def inputs(given: Inputs) -> list[Row]:
    """The five inputs with the words of their numbers."""
    return [
        {"key": NAMES[name], "value": anchor(name, value)} for name, value in zip(INPUTS, astuple(given), strict=True)
    ]


def anchor(name: str, value: int | None) -> str:
    """ "3: likely soon", or that it is not known."""
    return str(UNKNOWN_LABEL) if value is None else f"{value} · {ANCHORS[name][value]}"


def columns(given: Inputs) -> list[dict[str, Any]]:
    """One list of lines; where something is not known two, for the best and for the worst that it can be."""
    if given.is_whole:
        return [{"title": "", "lines": lines(scheme.workings(given))}]
    return [
        {"title": _("If what is not known is as bad as it can be"), "lines": lines(scheme.workings(given.worst))},
        {"title": _("If what is not known is as good as it can be"), "lines": lines(scheme.workings(given.best))},
    ]


def lines(done: Workings) -> list[str]:
    """The steps in their order."""
    found = [
        _("Capacity: the three together are %(sum)d; divided by 3, rounded down: %(capacity)d.")
        % {"sum": done.sum, "capacity": done.capacity},
        _("Threat %(threat)d and vulnerability %(vulnerability)d stand in the table at %(inherent)d.")
        % {"threat": done.threat, "vulnerability": done.vulnerability, "inherent": done.inherent},
        _("Capacity %(capacity)d changes that by %(moved)s: %(adjusted)d (never below 0 nor above 4).")
        % {"capacity": done.capacity, "moved": f"{done.moved:+d}", "adjusted": done.adjusted},
        _rule(done),
    ]
    if done.threat == scheme.MOST:
        found.append(
            _("It is happening now or expected within 72 hours: never below 3. Level %(level)d.")
            % {"level": done.level}
        )
    return [*found, _("Result: %(level)d, %(word)s.") % {"level": done.level, "word": LEVELS[done.level]}]


def _rule(done: Workings) -> str:
    if done.threat == 0:
        return _("There is no credible threat: level 0.")
    if done.is_contained:
        return _("Capacity is at least as great as threat and vulnerability: not above 1. Level %(level)d.") % {
            "level": done.ruled
        }
    return _("Threat or vulnerability outweigh capacity, so there is a risk: not below 1. Level %(level)d.") % {
        "level": done.ruled
    }
