"""Freezing a quarter's report: once, after the delay, for each branch. What is counted later stands in no report any more."""

import json
from collections import defaultdict
from datetime import date

from django.conf import settings
from django.db import IntegrityError
from django.utils import timezone

from foundation.accounts.models import Unit
from foundation.audit import trail
from foundation.dossiers import clerk
from riskanalysis.fairness import fairness
from riskanalysis.figures import Line, report
from riskanalysis.models import Release, Tally
from riskanalysis.quarters import last_due, level, months_of, quarter_of
from riskanalysis.sealing import Sealer
from riskanalysis.vocabulary import RULE


def release_due(today: date | None = None) -> int:
    """Freeze every report that is due and not there yet; returns how many. Harmless when doubled."""
    newest = last_due(today or timezone.localdate())
    with clerk.as_clerk():
        waiting = _waiting(newest)
    return sum(release(unit, quarter) for unit, quarter in waiting)


def _waiting(newest: date) -> list[tuple[Unit, date]]:
    units = {unit.pk: level(unit) for unit in Unit.objects.select_related("parent__parent")}
    counted = Tally.objects.filter(month__lte=months_of(newest)[-1]).values_list("unit_id", "month").distinct()
    found = {(units[unit].pk, quarter_of(month)): units[unit] for unit, month in counted}
    made = set(Release.objects.values_list("unit_id", "quarter"))
    return [(unit, key[1]) for key, unit in sorted(found.items(), key=str) if key not in made]


def release(unit: Unit, quarter: date) -> bool:
    """Freeze one report; False when it is there already."""
    try:
        with clerk.as_clerk():
            _freeze(unit, quarter)
    except IntegrityError:  # another process was faster
        return False
    return True


def _freeze(unit: Unit, quarter: date) -> None:
    sealer, threshold = Sealer.of(unit.organisation_id), settings.DISCLOSURE_THRESHOLD
    months = [month.isoformat()[:7] for month in months_of(quarter)]
    lines = _lines(sealer, unit, quarter)
    content = {**report(lines, months, threshold), "fairness": fairness(lines)}
    made = Release(unit=unit, quarter=quarter, threshold=threshold, rule=RULE)
    made.content = sealer.seal(made.pk, json.dumps(content).encode())
    made.save(force_insert=True)
    trail.record("report.released", subject=made.pk, unit=unit.pk, quarter=quarter.isoformat())


def _lines(sealer: Sealer, unit: Unit, quarter: date) -> list[Line]:
    """The tallies of all units that belong to this report."""
    below: defaultdict[object, list[Unit]] = defaultdict(list)
    for place in Unit.objects.select_related("parent__parent"):
        below[level(place).pk].append(place)
    rows = Tally.objects.filter(unit__in=below[unit.pk], month__in=months_of(quarter))
    lines = []
    for row in rows:
        cube, *codes = json.loads(sealer.open(row.pk, bytes(row.cell)))
        lines.append(Line(cube, row.month.isoformat()[:7], tuple(codes), row.n))
    return lines
