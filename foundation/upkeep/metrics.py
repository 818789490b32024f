"""Figures for Prometheus. Labels are names of routes, methods, channels and tasks: fixed lists, nothing that anybody typed.

With several web processes each writes into files of ``PROMETHEUS_MULTIPROC_DIR`` (``config/serving.py`` makes it), named
after the worker's place and not its process id, so that restarts neither add files nor lose counts.
"""

import os
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from django.db import Error
from django.http import HttpRequest
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest, values
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from foundation.core.breaker import ALL
from foundation.upkeep import checks, figures, targets

MULTIPROCESS = "PROMETHEUS_MULTIPROC_DIR"
PLACE = "AMPARO_WORKER_PLACE"
METHODS = {"GET", "HEAD", "POST"}
BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)

if MULTIPROCESS in os.environ:
    own: Any = values.MultiProcessValue
    values.ValueClass = own(lambda: os.environ.get(PLACE) or os.getpid())

OWN = CollectorRegistry()
REQUESTS = Counter("amparo_requests", "Requests answered.", ["route", "method", "answer"], registry=OWN)
SECONDS = Histogram("amparo_request_seconds", "Time to answer.", ["route"], registry=OWN, buckets=BUCKETS)


def observe(request: HttpRequest, status: int, seconds: float) -> None:
    """Count one request under the name of its route; what matched no route is "none"."""
    match = request.resolver_match
    route = (match.view_name if match else "") or "none"
    method = request.method if request.method in METHODS else "other"
    REQUESTS.labels(route, method, f"{status // 100}xx").inc()
    SECONDS.labels(route).observe(seconds)


def text() -> bytes:
    """Everything, in the text format of Prometheus: the requests of all web processes, and how the house stands."""
    registry = CollectorRegistry()
    registry.register(_House())
    if MULTIPROCESS in os.environ:
        gathered: Any = MultiProcessCollector
        gathered(registry)
        return generate_latest(registry)
    return generate_latest(registry) + generate_latest(OWN)


class _House(Collector):
    """What the database and the parts say, asked at each reading."""

    def collect(self) -> Iterable[Any]:
        """Metric families."""
        found = checks.results()
        yield _gauge("amparo_part_ok", "Whether a part works: 1, with less 0.5, not 0.", "part", _parts(found))
        spared = {(breaker.name,): float(breaker.is_open) for breaker in ALL}
        yield _gauge("amparo_breaker_open", "Whether this process does without a helper.", "helper", spared)
        if checks.worst(found) is not checks.State.BROKEN:
            yield from _standing()


def _parts(found: list[checks.Result]) -> dict[tuple[str], float]:
    worth = {checks.State.OK: 1.0, checks.State.DEGRADED: 0.5, checks.State.BROKEN: 0.0}
    return {(result.name,): worth[result.state] for result in found}


def _gauge(name: str, words: str, labels: str, rows: Mapping[Any, float]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, words, labels=labels.split())
    for row, value in rows.items():
        family.add_metric(list(row), value)
    return family


def _standing() -> Iterator[GaugeMetricFamily]:
    try:
        now = figures.standing()
        lines = targets.lines()
    except Error:
        return
    by_channel = {(c.name, state): float(n) for c in now.channels for state, n in _states(c)}
    yield _gauge("amparo_outbox_messages", "Messages that have not left.", "channel state", by_channel)
    oldest = {(c.name,): _age(now.now, c.oldest_at) for c in now.channels}
    yield _gauge("amparo_outbox_oldest_seconds", "Age of the oldest that waits.", "channel", oldest)
    yield _gauge("amparo_outbox_stuck", "Messages that a person should look at.", "", {(): float(now.n_stuck)})
    failing = float(sum(line.is_failing for line in lines))
    yield _gauge("amparo_targets_failing", "Endpoints outside where messages do not arrive.", "", {(): failing})
    clocks = {("running",): float(now.n_clocks), ("overdue",): float(now.n_overdue)}
    yield _gauge("amparo_clocks", "Clocks.", "state", clocks)
    yield _gauge(
        "amparo_reminder_late_seconds", "Oldest reminder due.", "", {(): _age(now.now, now.oldest_reminder_at)}
    )
    yield _gauge("amparo_seal_age_seconds", "Oldest event not sealed.", "", {(): _age(now.now, now.oldest_unsealed_at)})
    yield from _tasks(now)


def _states(channel: figures.Channel) -> Iterator[tuple[str, int]]:
    yield "waiting", channel.n_waiting
    yield "failed", channel.n_failed


def _age(now: datetime, at: datetime | None) -> float:
    return max((now - at).total_seconds(), 0.0) if at else 0.0


def _tasks(now: figures.Standing) -> Iterator[GaugeMetricFamily]:
    ran = [(beat.task, beat.pulse) for beat in now.beats if beat.pulse]
    ages = {(beat.task,): beat.age.total_seconds() for beat in now.beats if beat.age is not None}
    yield _gauge("amparo_task_age_seconds", "Since a scheduled task last succeeded.", "task", ages)
    late = {(beat.task,): float(beat.is_late) for beat in now.beats}
    yield _gauge("amparo_task_late", "Whether a scheduled task did not run when it should.", "task", late)
    runs = {(task,): float(pulse.n_runs) for task, pulse in ran}
    yield _gauge("amparo_task_runs", "How often a scheduled task succeeded.", "task", runs)
    failures = {(task,): float(pulse.n_failures) for task, pulse in ran}
    yield _gauge("amparo_task_failures", "How often it broke off.", "task", failures)
    seconds = {(task,): pulse.seconds for task, pulse in ran}
    yield _gauge("amparo_task_seconds", "How long its last run took.", "task", seconds)
