"""What it costs to ask whether the person's word covers something, at N decisions: against the same row by its key."""

import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.models import Case
from consent.covering import covers
from consent.models import Decision
from consent.vocabulary import Purpose
from foundation.dossiers.models import Kind
from referrals.bench.load import Loader
from referrals.bench.measure import as_user
from referrals.bench.run import prepared

ASKED, WARM = 2_000, 200
FIELDS = ["alias", "summary"]
FLOOR = "SELECT fields, valid_until FROM floor.plain_consent_decision WHERE id = %s"


def measure(n_decisions: int, say: Callable[[str], None]) -> Iterator[str]:
    """Lines to print: milliseconds of ``covers`` for a caseworker, of a lookup by key without any wall, and the ratio."""
    with prepared() as world:
        say(f"loading cases with {n_decisions:,} decisions")
        Loader(world, n_decisions).grow(n_decisions)  # each case brings at least one decision
        with as_user(world.people["worker"]):
            yield from _lines(_people(world.people["worker"]))


def _people(worker: Any) -> list[tuple[Any, Any, Any]]:
    """Person, unit and decision of cases of the worker's own."""
    cases = Case.objects.newest(worker, Kind.CASE, ASKED)
    units = {case.person_id: case.unit_id for case in cases}
    rows = Decision.objects.filter(person__in=units, purpose=Purpose.INTERNAL_ESCALATION)
    return [(row.person_id, units[row.person_id], row.pk) for row in rows]


def _lines(people: list[tuple[Any, Any, Any]]) -> Iterator[str]:
    with CaptureQueriesContext(connection) as asked:
        person, unit, _pk = people[0]
        if covers(person, Purpose.INTERNAL_ESCALATION, unit, FIELDS) is None:
            raise AssertionError("the positive control: what was agreed to is covered")
    walled, plain = [], []
    for turn in range(ASKED + WARM):
        person, unit, pk = people[turn % len(people)]
        plain.append(_timed(_by_key, pk))
        walled.append(_timed(covers, person, Purpose.INTERNAL_ESCALATION, unit, FIELDS))
    walled, plain = walled[WARM:], plain[WARM:]
    ratio = statistics.median(a / b for a, b in zip(walled, plain, strict=True))
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM floor.plain_consent_decision")
        n_rows = cursor.fetchone()[0]
    yield f"{n_rows:,} decisions; {len(people):,} people asked about, {ASKED:,} times; {len(asked)} query each"
    yield f"covers: median {_median(walled)} ms, p95 {_p95(walled)} ms (wanted: 1 query, 1 ms)"
    yield f"the row by its key, no walls: median {_median(plain)} ms, p95 {_p95(plain)} ms; ratio {ratio:.2f}"


def _by_key(pk: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(FLOOR, [pk])
        cursor.fetchone()


def _timed(act: Callable[..., Any], *given: Any) -> float:
    began = time.perf_counter()
    act(*given)
    return (time.perf_counter() - began) * 1000


def _median(times: list[float]) -> str:
    return f"{statistics.median(times):.2f}"


def _p95(times: list[float]) -> str:
    return f"{sorted(times)[int(len(times) * 0.95)]:.2f}"
