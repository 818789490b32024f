"""How the risk of one threat changed, as a small drawing and, beside it, the same as a table (no script, no colour alone)."""

from datetime import tzinfo
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _

from foundation.core.words import day_words
from riskanalysis.models import RiskAssessment
from riskanalysis.risk_words import level_words
from riskanalysis.risks import LEVELS

LEFT, RIGHT, TOP, STEP = 96, 16, 18, 30
WIDTH = 320
HEIGHT = TOP + 4 * STEP + 34
SHOWN = 8
"""More looks than these stand in the table alone."""


def history(rows: list[RiskAssessment], zone: tzinfo) -> dict[str, Any]:
    """The drawing and the table of the confirmed assessments of one threat, oldest first."""
    shown = rows[-SHOWN:]
    places = _places(len(shown))
    points = [_point(row, x, zone) for row, x in zip(shown, places, strict=True)]
    return {
        "points": points,
        "line": " ".join(f"{p['x']},{p['worst']}" for p in points),
        "own": " ".join(f"{p['x']},{p['own']}" for p in points if p["own"] is not None),
        "grid": [_grid(level) for level in range(5)],
        "width": WIDTH,
        "height": HEIGHT,
        "foot": HEIGHT - 8,
        "spoken": _spoken(rows, zone),
        "table": [_row(row, zone) for row in rows],
    }


def _places(n: int) -> list[int]:
    """From the start of reading to its end."""
    first, last = (WIDTH - LEFT, RIGHT) if get_language_bidi() else (LEFT, WIDTH - RIGHT)
    first += -14 if get_language_bidi() else 14
    return [round(first + (last - first) * place / max(n - 1, 1)) for place in range(n)]


def _y(level: int) -> int:
    return TOP + (4 - level) * STEP


def _grid(level: int) -> dict[str, Any]:
    is_rtl = get_language_bidi()
    return {
        "y": _y(level),
        "text": _y(level) + 5,
        "name": LEVELS[level] if level else _("None"),
        "x": WIDTH if is_rtl else 0,
        "anchor": "end" if is_rtl else "start",
        "from": 0 if is_rtl else LEFT,
        "to": WIDTH - LEFT if is_rtl else WIDTH,
    }


def _point(row: RiskAssessment, x: int, zone: tzinfo) -> dict[str, Any]:
    """A dot; a level that was not determined is a bar from its best to its worst."""
    span = row.decided
    own = None if row.rating is None else _y(row.rating)
    worst, best = _y(span.high), _y(span.low)
    return {
        "x": x, "worst": worst, "best": best, "is_range": not span.is_certain, "tall": best - worst + 10,
        "top": worst - 5, "left": x - 5, "own": own, "number": row.number,
        "diamond": "" if own is None else f"{x},{own - 8} {x + 8},{own} {x},{own + 8} {x - 8},{own}",
    }  # fmt: skip


def _row(row: RiskAssessment, zone: tzinfo) -> dict[str, Any]:
    return {
        "number": row.number,
        "day": day_words(row.confirmed_at or timezone.now(), zone),
        "level": level_words(row.decided),
        "own": "–" if row.rating is None else row.rating,
        "inputs": [
            "–" if value is None else value
            for value in (
                row.threat_score,
                row.vulnerability_score,
                row.prevent_score,
                row.respond_score,
                row.recover_score,
            )
        ],
        "pk": row.pk,
    }


def _spoken(rows: list[RiskAssessment], zone: tzinfo) -> str:
    """The drawing in a sentence."""
    said = [
        _("%(day)s: %(level)s")
        % {"day": day_words(row.confirmed_at or timezone.now(), zone), "level": level_words(row.decided)}
        for row in rows
    ]
    return _("Level of the risk at each look: %(list)s. The same stands in the table below.") % {
        "list": "; ".join(said)
    }
