"""The table, the verdicts and the JSON."""

import json
import os
import platform
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from referrals.bench.measure import Line

PAGES = ("day", "list", "case", "partner list", "partner read")
WRITES = ("log: last step", "log: whole", "send")
LIMITS = {**dict.fromkeys(PAGES, 1.5), **dict.fromkeys(WRITES, 2.0)}
GROWTH, KINDS, SEARCH_MS, SEARCH = 1.2, 1.5, 100.0, "search"
HEAD = f"{'cases':>7}  {'what':<15} {'who':<13} {'rows':>5} {'floor ms':>9} {'walls ms':>9} {'p95':>8} {'ratio':>6}  queries"


def lines(results: list[Line]) -> Iterable[str]:
    """The table, one line a measurement."""
    yield HEAD
    for r in results:
        plain = f"{r.plain.median:9.2f}" if r.plain.times else " " * 9
        ratio = f"{r.ratio:6.2f}" if r.ratio else " " * 6
        queries = f"{r.plain.n_queries:>3} → {r.walled.n_queries}" if r.plain.times else f"      {r.walled.n_queries}"
        yield (
            f"{r.size:>7}  {r.what:<15} {r.who:<13} {r.n_rows:>5} {plain} {r.walled.median:9.2f} {r.walled.p95:8.2f}"
            f" {ratio}  {queries if r.walled.n_queries else ''}"
        )


def verdicts(results: list[Line]) -> list[dict[str, Any]]:
    """What was wanted, what was reached, and whether that is enough."""
    return [*_ratios(results), *_growth(results), *_kinds(results), *_search(results), *_queries(results)]


def _verdict(what: str, reached: float, wanted: float, unit: str = "×") -> dict[str, Any]:
    return {"what": what, "reached": round(reached, 3), "wanted": wanted, "unit": unit, "is_met": reached <= wanted}


def _ratios(results: list[Line]) -> Iterable[dict[str, Any]]:
    for what, limit in LIMITS.items():
        found = [r.ratio for r in results if r.what == what and r.ratio]
        if found:
            yield _verdict(f"{what}: walls / floor, worst user and size", max(found), limit)


def _growth(results: list[Line]) -> Iterable[dict[str, Any]]:
    """Each time in units of a page without cases that was asked in between: the sizes are measured minutes apart."""
    by_page: dict[tuple[str, str], list[Line]] = defaultdict(list)
    for r in results:
        by_page[(r.what, r.who)].append(r)
    for what in LIMITS:
        pairs = [(rows[0], rows[-1]) for (page, _), rows in by_page.items() if page == what and len(rows) > 1]
        if pairs:
            first, last = pairs[0][0].size, pairs[0][1].size
            worst = max(b.weight / a.weight for a, b in pairs)
            yield _verdict(f"{what}: {last:,} cases / {first:,} cases, worst user", worst, GROWTH)


def _kinds(results: list[Line]) -> Iterable[dict[str, Any]]:
    """Users who are shown as many rows: what one sees more of in all must not cost."""
    for what in PAGES:
        of_page = [r for r in results if r.what == what]
        for size in sorted({r.size for r in of_page}):
            full = [r for r in of_page if r.size == size and r.n_rows == max(x.n_rows for x in of_page)]
            if len(full) > 1:
                worst = max(r.weight for r in full) / min(r.weight for r in full)
                yield _verdict(f"{what}, {size:,} cases: worst user / best user with as many rows", worst, KINDS)


def _search(results: list[Line]) -> Iterable[dict[str, Any]]:
    for r in results:
        if r.what == SEARCH:
            yield _verdict(f"{r.who}, {r.size:,} cases", r.walled.median, SEARCH_MS, "ms")


def _queries(results: list[Line]) -> Iterable[dict[str, Any]]:
    """A page's number of statements over all sizes, among users who are shown rows."""
    for what in PAGES:
        counts = [r.walled.n_queries for r in results if r.what == what and r.n_rows]
        if counts:
            yield _verdict(f"{what}: most statements", max(counts), BUDGET[what], "statements")


BUDGET = {"day": 8, "list": 5, "case": 26, "partner list": 8, "partner read": 15}
"""Statements of a page, session and user included: a committed budget, whatever the number of rows."""


def document(results: list[Line], machine: dict[str, Any]) -> dict[str, Any]:
    """Everything, for ``--json``."""
    rows = [
        {**asdict(r), "ratio": r.ratio} | {side: _figures(getattr(r, side)) for side in ("walled", "plain", "still")}
        for r in results
    ]
    return {"machine": machine, "results": rows, "verdicts": verdicts(results)}


def _figures(series: Any) -> dict[str, Any] | None:
    if not series.times:
        return None
    known = {"median_ms": series.median, "p95_ms": series.p95, "queries": series.n_queries, "n": len(series.times)}
    return {name: round(value, 3) for name, value in known.items()}


def machine() -> dict[str, Any]:
    """Where it was measured, and how busy that was."""
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "cores": len(os.sched_getaffinity(0)),
        "load": round(os.getloadavg()[0], 2),
        "python": platform.python_version(),
        "system": platform.machine(),
    }


def write(path: str, content: dict[str, Any]) -> None:
    """The JSON file."""
    Path(path).write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
