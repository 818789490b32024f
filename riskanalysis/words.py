"""A report in words: titles, rows, columns, what is hidden and why."""

from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cases.moments import written, zone_of
from riskanalysis.fair_words import fair_words
from riskanalysis.models import Release
from riskanalysis.quarters import months_of
from riskanalysis.vocabulary import DIMENSIONS, MONTH

TITLES = {
    ("category", "urgency"): gettext_lazy("What it was about, and how urgent"),
    ("category", "outcome"): gettext_lazy("What it was about, and what triage ended with"),
    ("category", "month"): gettext_lazy("What it was about, by month"),
    ("urgency", "kept"): gettext_lazy("How urgent, and whether triage was in time"),
    ("urgency", "reporter"): gettext_lazy("How urgent, and who brought it"),
    ("service", "ending"): gettext_lazy("Referrals by service, and what became of them"),
    ("service", "why"): gettext_lazy("Why referrals were declined, by service"),
    ("service", "age"): gettext_lazy("Referrals by service and age"),
    ("age", "gender"): gettext_lazy("Referrals by age and sex or gender"),
    ("reason", "result"): gettext_lazy("Cases closed: why, and what has changed for the person"),
    ("risk", "result"): gettext_lazy("Cases closed: what became of the risk, and what has changed for the person"),
    ("risk", "moved"): gettext_lazy("Cases closed: what became of the risk, and which part of it got better"),
    ("needs", "result"): gettext_lazy("Cases closed: whether needs were met, and what has changed for the person"),
    ("followed", "result"): gettext_lazy("Cases closed: follow-up, and what has changed for the person"),
}


def period(release: Release) -> str:
    """ "July to September 2026"."""
    first, *_rest, last = months_of(release.quarter)
    return _("%(first)s to %(last)s") % {"first": month(first), "last": month(last, is_year_said=True)}


def month(day: date, *, is_year_said: bool = False) -> str:
    """A month, standing alone in the reader's language."""
    moment = timezone.datetime(day.year, day.month, 15, 12, tzinfo=timezone.get_default_timezone())  # type: ignore[attr-defined]
    return written(moment, timezone.get_default_timezone(), "LLLL y" if is_year_said else "LLLL")


def line(release: Release, actor: Any) -> dict[str, Any]:
    """A row of the list of reports."""
    frozen = written(release.frozen_at, zone_of(actor), "d MMMM y")
    return {"release": release, "period": period(release), "frozen": frozen}


def page(release: Release, content: dict[str, Any], actor: Any) -> dict[str, Any]:
    """The context of a report's page."""
    concerns, referrals, closings = content["concerns"], content["referrals"], content.get("closings")
    groups = [_group(group) for group in (concerns, referrals, content.get("declines", {}), closings or {})]
    tables = [table for group in groups for table in group["tables"]]
    return {
        **line(release, actor),
        "lede": [_concerns(concerns), _referrals(referrals), *([_closings(closings)] if closings else [])],
        "chart": _chart(concerns),
        "groups": [group for group in groups if group["tables"]],
        "fairness": fair_words(content.get("fairness", [])),
        "n_hidden": sum(table["n_hidden"] for table in tables),
        "n_figures": sum(table["n_figures"] for table in tables),
        "k": release.threshold,
        "most": release.threshold - 1,
    }


def _concerns(group: dict[str, Any]) -> str:
    if "total" not in group:
        return _("Fewer concerns than the threshold were triaged: nothing of them is shown.")
    n: int = group["total"]
    return ngettext("%(n)d concern was triaged.", "%(n)d concerns were triaged.", n) % {"n": n}


def _referrals(group: dict[str, Any]) -> str:
    if "total" not in group:
        return _("Fewer referrals than the threshold were sent: nothing of them is shown.")
    n: int = group["total"]
    return ngettext("%(n)d referral was sent.", "%(n)d referrals were sent.", n) % {"n": n}


def _closings(group: dict[str, Any]) -> str:
    if "total" not in group:
        return _("Fewer cases than the threshold were closed: nothing of them is shown.")
    n: int = group["total"]
    words = ngettext(
        "%(n)d case of somebody who agreed to be counted was closed.",
        "%(n)d cases of people who agreed to be counted were closed.",
        n,
    )
    return words % {"n": n}


def _group(group: dict[str, Any]) -> dict[str, Any]:
    return {"tables": [table_words(table) for table in group.get("tables", [])]}


def table_words(table: dict[str, Any]) -> dict[str, Any]:
    """A table for the page: head, rows of cells (``None`` is hidden), totals."""
    rows, columns = DIMENSIONS[table["rows"]], DIMENSIONS[table["columns"]]
    known: dict[str, Any] = {
        "title": TITLES[table["rows"], table["columns"]],
        "corner": rows.title,
        "columns": [group_words(table["columns"], codes) for codes in table["column_codes"]],
        "is_withheld": table.get("is_withheld", False),
        "n_hidden": 0,
        "n_figures": 0,
        "across": columns.title,
    }
    if known["is_withheld"]:
        return known
    names = [group_words(table["rows"], codes) for codes in table["row_codes"]]
    lines = [
        {"name": name, "cells": cells, "total": total}
        for name, cells, total in zip(names, table["cells"], table["row_totals"], strict=True)
    ]
    flat = [cell for cells in table["cells"] for cell in cells]
    known |= {"lines": lines, "totals": table["column_totals"], "total": sum(table["row_totals"])}
    return known | {"n_hidden": flat.count(None), "n_figures": len(flat)}


def group_words(name: str, codes: list[str]) -> str:
    """One code by its label; neighbours by theirs; what was taken together because it was few, as the others."""
    if len(codes) > 1 and not DIMENSIONS[name].is_ordered:
        return _("All others together")
    return ", ".join(_label(name, code) for code in codes)


def _label(name: str, code: str) -> str:
    if name == MONTH:
        return month(date.fromisoformat(f"{code}-01"))
    return str(DIMENSIONS[name].labels.get(code, code))


def _chart(group: dict[str, Any]) -> dict[str, Any] | None:
    """The margin of urgency as bars: all of it is shown in the table below too."""
    table = next((t for t in group.get("tables", []) if t["columns"] == "urgency" and "cells" in t), None)
    if table is None:
        return None
    total, bars = group["total"], []
    for place, (codes, n) in enumerate(zip(table["column_codes"], table["column_totals"], strict=True)):
        label = group_words("urgency", codes)
        share = round(100 * n / total, 1)
        bars.append({"label": label, "n": n, "y": place * 54, "width": f"{share}%", "rest": f"{100 - share:.1f}%"})
    spoken = "; ".join(f"{bar['label']}: {bar['n']}" for bar in bars)
    return {"bars": bars, "height": 54 * len(bars), "spoken": spoken}
