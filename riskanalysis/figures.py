"""From tallies to a report: tables that form a tree, coarsened and protected (domain.md §10)."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from riskanalysis.declining import declines
from riskanalysis.disclosure import coarsen, protect
from riskanalysis.vocabulary import (
    CLOSED,
    CLOSED_FOLLOWED,
    CLOSED_MOVED,
    CLOSED_NEEDS,
    CLOSED_RISK,
    CONCERN,
    CONCERN_KEPT,
    CONCERN_REPORTER,
    DECLINED,
    DIMENSIONS,
    ENDED,
    MONTH,
    SENT,
    SENT_AGE,
    SENT_WHO,
    Ending,
)

Pair = tuple[str, str]
Counts = Counter[Pair]


@dataclass(frozen=True)
class Line:
    """One tally, opened: a cube, a month (2026-11), the codes of its cell."""

    cube: str
    month: str
    codes: tuple[str, ...]
    n: int


CONCERNS: tuple[Pair, ...] = (
    ("category", "urgency"), ("category", "outcome"), ("category", MONTH), ("urgency", "kept"), ("urgency", "reporter"),
)  # fmt: skip
REFERRALS: tuple[Pair, ...] = (("service", "ending"), ("service", "age"), ("age", "gender"))
CLOSINGS: dict[Pair, str] = {
    ("reason", "result"): CLOSED, ("risk", "result"): CLOSED_RISK, ("risk", "moved"): CLOSED_MOVED,
    ("needs", "result"): CLOSED_NEEDS, ("followed", "result"): CLOSED_FOLLOWED,
}  # fmt: skip
"""The tables. Joined by the dimensions that they share they form a tree, and every margin is shown: so no table tells
anything about the inside of another."""


def report(lines: Iterable[Line], months: list[str], k: int) -> dict[str, Any]:
    """What may be shown of a quarter at a unit: ``concerns``, ``referrals``, ``declines`` and ``closings``, each with a
    total and tables, or withheld.
    """
    known = list(lines)
    concerns = {
        ("category", "urgency"): _pairs(known, CONCERN, 0, 1),
        ("category", "outcome"): _pairs(known, CONCERN, 0, 2),
        ("category", MONTH): _by_month(known, CONCERN, 0),
        ("urgency", "kept"): _pairs(known, CONCERN_KEPT, 0, 1),
        ("urgency", "reporter"): _swapped(_pairs(known, CONCERN_REPORTER, 0, 1)),
    }
    referrals = {
        ("service", "ending"): _endings(known),
        ("service", "age"): _pairs(known, SENT_AGE, 0, 1),
        ("age", "gender"): _pairs(known, SENT_WHO, 0, 1),
    }
    told = _group(referrals, REFERRALS, months, k)
    return {
        "concerns": _group(concerns, CONCERNS, months, k),
        "referrals": told,
        "declines": declines(_pairs(known, DECLINED, 0, 1), told, k),
        "closings": _group(
            {pair: _pairs(known, cube, 0, 1) for pair, cube in CLOSINGS.items()}, tuple(CLOSINGS), months, k
        ),
    }


def _pairs(lines: list[Line], cube: str, first: int, second: int) -> Counts:
    found: Counts = Counter()
    for line in lines:
        if line.cube == cube:
            found[line.codes[first], line.codes[second]] += line.n
    return found


def _by_month(lines: list[Line], cube: str, first: int) -> Counts:
    found: Counts = Counter()
    for line in lines:
        if line.cube == cube:
            found[line.codes[first], line.month] += line.n
    return found


def _swapped(counts: Counts) -> Counts:
    return Counter({(b, a): n for (a, b), n in counts.items()})


def _endings(lines: list[Line]) -> Counts:
    """What was sent and has not ended is open."""
    found, sent = _pairs(lines, ENDED, 0, 1), Counter[str]()
    for line in lines:
        if line.cube == SENT:
            sent[line.codes[0]] += line.n
    ended = Counter[str]()
    for (service, _ending), n in found.items():
        ended[service] += n
    found.update({(service, str(Ending.OPEN)): n - ended[service] for service, n in sent.items()})
    return +found


def _group(counts: dict[Pair, Counts], pairs: tuple[Pair, ...], months: list[str], k: int) -> dict[str, Any]:
    """All tables of one population. Fewer than k altogether, or nobody: nothing of it, and not which of the two."""
    total = sum(counts[pairs[0]].values())
    if total < k:
        return {"is_withheld": True}
    sides = {name: _side(name, counts, pairs, months, k) for pair in pairs for name in pair}
    return {"total": total, "tables": [_table(pair, counts[pair], sides, k) for pair in pairs]}


def _side(name: str, counts: dict[Pair, Counts], pairs: tuple[Pair, ...], months: list[str], k: int) -> list[list[str]]:
    """The groups of codes of a dimension, the same in every table of the report."""
    pair = next(pair for pair in pairs if name in pair)
    sums: Counter[str] = Counter()
    for codes, n in counts[pair].items():
        sums[codes[pair.index(name)]] += n
    dimension = DIMENSIONS[name]
    order = months if name == MONTH else list(dimension.labels)
    codes_ = [code for code in order if sums[code] or dimension.is_ordered]
    groups = coarsen([sums[code] for code in codes_], k, is_ordered=dimension.is_ordered)
    return [[codes_[place] for place in group] for group in groups]


def _table(pair: Pair, counts: Counts, sides: dict[str, list[list[str]]], k: int) -> dict[str, Any]:
    rows, columns = sides[pair[0]], sides[pair[1]]
    cells = [[sum(counts[a, b] for a in row for b in column) for column in columns] for row in rows]
    shown = protect(cells, k)
    table: dict[str, Any] = {"rows": pair[0], "columns": pair[1], "row_codes": rows, "column_codes": columns}
    if shown is None:
        return {**table, "is_withheld": True}
    return {
        **table,
        "cells": [list(row) for row in shown.cells],
        "row_totals": list(shown.row_totals),
        "column_totals": list(shown.column_totals),
    }
