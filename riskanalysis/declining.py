"""Why referrals were declined, by service: a table beside that of what became of them, which tells no more than it (R-53).

Its rows add up to the cells of "declined" in the table of endings. A cell that is hidden there must not come out here as a
total: only services whose cell is shown stand alone, all the others together, and their sum follows from the shown ones.
"""

from collections import Counter
from typing import Any

from riskanalysis.disclosure import coarsen, is_small, protect
from riskanalysis.vocabulary import DIMENSIONS, Ending

Counts = Counter[tuple[str, str]]
WITHHELD: dict[str, Any] = {"is_withheld": True}
SINGLE = 1


def declines(counts: Counts, referrals: dict[str, Any], k: int) -> dict[str, Any]:
    """The table of services and reasons, or that it is withheld: where "declined" is not told by itself, or is too few."""
    endings = next((t for t in referrals.get("tables", []) if (t["rows"], t["columns"]) == ("service", "ending")), None)
    if endings is None or "cells" not in endings or [Ending.DECLINED] not in endings["column_codes"]:
        return WITHHELD
    place = endings["column_codes"].index([Ending.DECLINED])
    known = list(zip(endings["row_codes"], (row[place] for row in endings["cells"]), strict=True))
    if any(cell is not None and cell != _sum(counts, codes) for codes, cell in known):
        return WITHHELD  # what was counted before reasons were
    return _table(counts, _rows(counts, known, k), k)


def _sum(counts: Counts, codes: list[str]) -> int:
    return sum(n for (service, _why), n in counts.items() if service in codes)


def _rows(counts: Counts, known: list[tuple[list[str], int | None]], k: int) -> list[list[str]]:
    """The services that may stand alone, and the others in one row of k or more, or of none."""
    alone = [codes for codes, cell in known if cell and len(codes) == SINGLE]
    others = [code for codes, cell in known if not (cell and len(codes) == SINGLE) for code in codes]
    alone.sort(key=lambda codes: -_sum(counts, codes))
    while alone and is_small(_sum(counts, others), k):
        others += alone.pop()
    return [*alone, *([others] if _sum(counts, others) else [])]


def _table(counts: Counts, rows: list[list[str]], k: int) -> dict[str, Any]:
    sums: Counter[str] = Counter()
    for (_service, why), n in counts.items():
        sums[why] += n
    codes = [code for code in DIMENSIONS["why"].labels if sums[code]]
    columns = [[codes[place] for place in group] for group in coarsen([sums[c] for c in codes], k, is_ordered=False)]
    cells = [[sum(counts[a, b] for a in row for b in column) for column in columns] for row in rows]
    shown = protect(cells, k) if cells else None
    if shown is None:
        return WITHHELD
    table = {
        "rows": "service", "columns": "why", "row_codes": rows, "column_codes": columns,
        "cells": [list(row) for row in shown.cells], "row_totals": list(shown.row_totals),
        "column_totals": list(shown.column_totals),
    }  # fmt: skip
    return {"tables": [table]}
