"""What the ladder's sweep costs over N open clocks: when nothing is due, and when more is due than one sweep takes."""

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from statistics import median
from typing import Any

from django.core.management.base import CommandError
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from foundation.dossiers import ladder
from referrals.bench.copying import WallsDown
from referrals.bench.load import Loader
from referrals.bench.run import prepared

CASES, ROUNDS, SWEEPS = 2_000, 20, 5
MORE = """
INSERT INTO dossiers_clock (id, dossier_id, code, subject_kind, subject_id, reference, urgency, rank, unit_id, group_id,
                            user_id, rung, started_at, due_at, next_at, n_reminders)
SELECT gen_random_uuid(), c.dossier_id, c.code, c.subject_kind, gen_random_uuid(), c.reference, c.urgency, c.rank, c.unit_id,
       c.group_id, c.user_id, c.rung, c.started_at, c.due_at, c.next_at, 0
  FROM (SELECT *, row_number() OVER () - 1 AS place, count(*) OVER () AS many FROM dossiers_clock WHERE stopped_at IS NULL) c
  JOIN generate_series(0, %s - 1) n ON n %% c.many = c.place
"""
TWINS = """
INSERT INTO floor.plain_dossiers_clock (id, code, subject_kind, subject_id, reference, urgency, rank, unit_id, group_id,
                                        user_id, rung, started_at, due_at, next_at, n_reminders)
SELECT id, code, subject_kind, subject_id, reference, urgency, rank, unit_id, group_id,
       user_id, rung, started_at, due_at, next_at, n_reminders
  FROM dossiers_clock c WHERE stopped_at IS NULL AND NOT EXISTS (SELECT FROM floor.plain_dossiers_clock p WHERE p.id = c.id)
"""
TABLES = ("dossiers_clock", "floor.plain_dossiers_clock")
OPEN = "SELECT count(*) FROM floor.plain_dossiers_clock WHERE stopped_at IS NULL"
PLAIN = """
SELECT id FROM floor.plain_dossiers_clock WHERE stopped_at IS NULL AND paused_at IS NULL AND next_at <= now()
 ORDER BY rank, next_at LIMIT %s FOR UPDATE SKIP LOCKED
"""
SAVE = "UPDATE floor.plain_dossiers_clock SET n_reminders = n_reminders + 1, next_at = now() WHERE id = %s"


def measure(n_clocks: int, say: Callable[[str], None]) -> Iterator[str]:
    """Lines to print. ``CommandError`` if a sweep raises something else than what was due."""
    with prepared() as world:
        say(f"loading {n_clocks:,} open clocks")
        Loader(world, CASES).grow(CASES)
        n_open = _fill(n_clocks)
        quiet, n_queries = _quiet()
        plain = median(_timed(_plain) for _ in range(ROUNDS))
        yield (
            f"{n_open:,} open clocks, none due: a sweep takes {quiet:.1f} ms, {n_queries} statements;"
            f" the same question without walls {plain:.1f} ms"
        )
        yield from _busy(n_open)


def _fill(n_clocks: int) -> int:
    """As many open clocks as asked for, here and on the floor: copies of those that the loader made."""
    with WallsDown(), connections["owner"].cursor() as cursor:
        cursor.execute(MORE, [n_clocks])
        cursor.execute(TWINS)
    with connections["owner"].cursor() as cursor:
        _analyse(cursor)
        cursor.execute(OPEN)
        n_open: int = cursor.fetchone()[0]
    return n_open


def _analyse(cursor: Any) -> None:
    for table in TABLES:
        cursor.execute(f"ANALYZE {table}")


def _quiet() -> tuple[float, int]:
    times = [_timed(_swept, 0) for _ in range(ROUNDS)]
    with CaptureQueriesContext(connection) as queries:
        _swept(0)
    return median(times), len(queries)


def _busy(n_open: int) -> Iterator[str]:
    """Everything is due at once, as after a night without power."""
    past = timezone.now() - timedelta(minutes=1)
    with WallsDown(), connections["owner"].cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"UPDATE {table} SET next_at = %s WHERE stopped_at IS NULL", [past])  # noqa: S608
        _analyse(cursor)
    with CaptureQueriesContext(connection) as queries:
        _swept(ladder.SWEEP)
    times = [_timed(_swept, ladder.SWEEP) for _ in range(SWEEPS)]
    plain = median(_timed(_plain, ladder.SWEEP) for _ in range(SWEEPS))
    each = median(times) / ladder.SWEEP
    yield (
        f"all {n_open:,} due at once: {ladder.SWEEP} reminders, neediest first, in {median(times):,.0f} ms"
        f" (slowest of {SWEEPS}: {max(times):,.0f} ms), {each:.2f} ms and {len(queries) / ladder.SWEEP:.1f} statements each"
    )
    ratio = median(times) / plain
    yield f"as many rows found and saved without walls, trail and messages: {plain:,.0f} ms; ratio {ratio:.1f}"
    yield f"so everything is told after {n_open * each / 60_000:.1f} min of work"


def _swept(wanted: int) -> None:
    if (raised := ladder.sweep()) != wanted:
        raise CommandError(f"{raised} reminders were raised, {wanted} were due")


def _plain(wanted: int = 0) -> None:
    """What a plain task would do: find, then save one by one, in one transaction. Rolled back: the rows stay due."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute(PLAIN, [ladder.SWEEP])
        rows = cursor.fetchall()
        for (pk,) in rows:
            cursor.execute(
                "UPDATE dossiers_clock SET n_reminders = n_reminders + 1, next_at = now() WHERE id = %s", [pk]
            )
        cursor.execute("ROLLBACK")
    if len(rows) != wanted:
        raise CommandError(f"{len(rows)} rows were found, {wanted} were due")


def _timed(act: Callable[..., Any], *given: Any) -> float:
    began = time.perf_counter()
    act(*given)
    return (time.perf_counter() - began) * 1000
