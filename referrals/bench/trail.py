"""What a long trail costs: events written by the application's role, sealed, verified, and one of them falsified."""

import resource
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.core.management.base import CommandError
from django.db import connection, connections, transaction

from foundation.audit import keeping, seals
from foundation.audit.verifying import Finding

PER_SEAL = 1_000
WRITE = """
INSERT INTO trail.event (verb, dossier, subject, data)
SELECT 'case.read', gen_random_uuid(), gen_random_uuid(), jsonb_build_object('whole', true, 'n', n)
  FROM generate_series(1, %s) n
"""
MIDDLE = "SELECT id FROM trail.event ORDER BY xid, id OFFSET %s LIMIT 1"
FALSIFY = "UPDATE trail.event SET actor = 7 WHERE id = %s"


@dataclass
class Took:
    """Seconds on the clock and of this process's processor; the process's memory at its highest, in MB."""

    seconds: float = 0.0
    processor: float = 0.0
    highest: float = 0.0


@contextmanager
def timed() -> Iterator[Took]:
    """Fill in what the block took."""
    took, begun, worked = Took(), time.perf_counter(), time.process_time()
    yield took
    took.seconds, took.processor = time.perf_counter() - begun, time.process_time() - worked
    took.highest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(n_events: int) -> Iterable[str]:
    """Lines to print. ``CommandError`` if the trail does not hold, or holds although it was falsified."""
    keeping.keep_months()
    with timed() as fill:
        _write(n_events)
    yield f"{n_events:,} events written by the application and sealed, {PER_SEAL:,} to a seal: {fill.seconds:.1f} s"
    highest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    with timed() as took:
        found = seals.verify()
    if found.problem:
        raise CommandError(found.problem)
    yield (
        f"verified {found.n_events:,} events under {found.n_seals:,} seals, {found.n_unsealed:,} not sealed yet:"
        f" {took.seconds:.1f} s, of them {took.processor:.1f} s in this process; {found.n_events / took.seconds:,.0f}"
        f" events a second; {took.highest - highest:.1f} MB of memory more than before"
    )
    yield _falsified(n_events // 2)


def _write(n_events: int) -> None:
    for begun in range(0, n_events, PER_SEAL):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(WRITE, [min(PER_SEAL, n_events - begun)])
        seals.seal()


def _falsified(place: int) -> str:
    """The positive control: the owner changes one event in the middle, with the triggers off; undone afterwards."""
    with transaction.atomic(using="owner"):
        with connections["owner"].cursor() as cursor:
            cursor.execute(MIDDLE, [place])
            number = cursor.fetchone()[0]
            cursor.execute("ALTER TABLE trail.event DISABLE TRIGGER USER")
            cursor.execute(FALSIFY, [number])
        with timed() as took:
            found: Finding = seals.verify()
        transaction.set_rollback(True, using="owner")
    if found.problem is None or str(number) not in found.problem:
        raise CommandError("an event was changed, and verifying did not say so")
    return f"control: one event changed, found after {took.seconds:.1f} s: {found.problem}"
