"""How late everybody's messages are while one endpoint is dead and one slow, against a run without the two.

The worker's own path: outbox, circuit, signature, sockets on the loopback, the log and the trail, with as many workers as
an installation starts and a sweep as often as there. The workers are threads; both runs are alike in that. The others have
answered before; the two never have.
"""

import queue
import socket
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from functools import partial
from statistics import quantiles
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.core.management.base import CommandError
from django.db import connections, transaction
from django.test.utils import override_settings
from django.utils import timezone

from consent.models import ImpactAssessment
from consent.terms import AssessmentState, AssessmentSubject
from foundation.core.acting import acting
from foundation.core.machines import COURIER
from foundation.outbox import delivery
from foundation.outbox.models import Line, Message, Status
from referrals import webhooks
from referrals.bench.run import prepared
from referrals.bench.world import World

ENDPOINTS, WORKERS, A_SECOND = 20, 2, 20
SLOW, PATIENCE = 4.0, 120
Say = Callable[[str], None]


def measure(n_events: int, say: Say) -> Iterator[str]:
    """Lines to print: how late the others' messages are with the two and without, and the ratio."""
    with prepared() as world, override_settings(WEBHOOK_ALLOW_LOOPBACK=True):
        _assess(world)
        found = {name: _run(world, n_events, has_two=name == "with", say=say) for name in ("without", "with")}
    for name, late in found.items():
        yield (
            f"{name:<7} a dead and a slow endpoint: {len(late):,} messages to {ENDPOINTS - 2} others,"
            f" late by p50 {_at(late, 50):.0f} ms, p95 {_at(late, 95):.0f} ms, p99 {_at(late, 99):.0f} ms,"
            f" worst {max(late):.0f} ms"
        )
    ratio = {n: _at(found["with"], n) / _at(found["without"], n) for n in (50, 95)}
    yield (
        f"{n_events:,} events, {A_SECOND} a second, {WORKERS} workers: with / without p50 {ratio[50]:.2f}, p95 {ratio[95]:.2f}"
    )


def _at(late: list[float], percent: int) -> float:
    return quantiles(late, n=100)[percent - 1]


def _assess(world: World) -> None:
    """What is asked for before anything is sent to a partner's system (HS-25)."""
    partner = world.services[0].partner.organisation
    worker, lead = world.people["worker"], world.people["manager"]
    ImpactAssessment.objects.create(
        organisation=world.society, subject=AssessmentSubject.PARTNER_API, partner=partner, state=AssessmentState.APPROVED,
        drafted_by=worker, decided_by=lead, decided_at=timezone.now(),
        review_by=timezone.localdate() + timedelta(days=300),
    )  # fmt: skip


def _run(world: World, n_events: int, *, has_two: bool, say: Say) -> list[float]:
    """Milliseconds between an event and its arrival, of each message to an endpoint that is well."""
    say(f"{n_events:,} events {'with' if has_two else 'without'} a dead and a slow endpoint")
    with ExitStack() as stack:
        dead = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=512))
        ports = [dead.getsockname()[1], stack.enter_context(_server(SLOW))]
        ports += [stack.enter_context(_server(0)) for _ in range(ENDPOINTS - 2)]
        targets = [_registered(world, port) for port in ports]
        with COURIER.at_work():
            Line.objects.bulk_create(Line(pk=target) for target in targets[2:])
        stack.enter_context(_working())
        begun = timezone.now()
        _tell(world, n_events, targets, skip=0 if has_two else 2)
        return _lateness(targets[2:], begun)


def _registered(world: World, port: int) -> UUID:
    with COURIER.at_work():
        made, _secret = webhooks.register(world.services[0].partner.organisation, f"http://127.0.0.1:{port}/hook")
        Message.objects.filter(target_id=made.pk).update(status=Status.GIVEN_UP)
        return made.pk


def _tell(world: World, n_events: int, targets: list[UUID], *, skip: int) -> None:
    """An event after the other, at their pace; each is of a referral of its own."""
    began = time.monotonic()
    for number in range(n_events):
        time.sleep(max(0.0, began + number / A_SECOND - time.monotonic()))
        place = number % len(targets)
        if place >= skip:
            with acting(world.people["manager"].pk), transaction.atomic():
                slot = f"bench:{uuid4()}"
                delivery.add("webhook", "referral.updated", slot, target_id=targets[place], reference=uuid4())


def _lateness(targets: list[UUID], begun: Any) -> list[float]:
    """Waits until all of them have arrived."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        with COURIER.at_work():
            rows = Message.objects.filter(target_id__in=targets, created_at__gte=begun)
            found = list(rows.values_list("status", "created_at", "done_at"))
        if all(status == Status.DONE for status, _made, _done in found):
            return [1000 * (done - made).total_seconds() for _status, made, done in found if done is not None]
        time.sleep(0.2)
    raise CommandError("messages to endpoints that are well did not arrive")


@contextmanager
def _working() -> Iterator[None]:
    """As many workers as an installation starts, woken after each commit, and the sweep."""
    waiting: queue.SimpleQueue[UUID | None] = queue.SimpleQueue()
    stop, before = threading.Event(), list(delivery._WAKE)
    delivery.wake_with(waiting.put)
    every = settings.CELERY_BEAT_SCHEDULE["outbox"]["schedule"]
    jobs = [*[partial(_work, waiting)] * WORKERS, partial(_sweep, waiting, stop, every)]
    threads = [threading.Thread(target=job, daemon=True) for job in jobs]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        delivery._WAKE[:] = before
        for _ in range(WORKERS):
            waiting.put(None)
        for thread in threads:
            thread.join(2 * webhooks.TIMEOUT)
        with COURIER.at_work():
            Message.objects.filter(status=Status.PENDING, channel="webhook").update(status=Status.GIVEN_UP)
            Line.objects.all().delete()


def _work(waiting: "queue.SimpleQueue[UUID | None]") -> None:
    try:
        while (pk := waiting.get()) is not None:
            delivery.deliver(pk)
    finally:
        connections.close_all()


def _sweep(waiting: "queue.SimpleQueue[UUID | None]", stop: threading.Event, every: float) -> None:
    try:
        while not stop.wait(every):
            for pk in delivery.next_in_line():
                waiting.put(pk)
    finally:
        connections.close_all()


@contextmanager
def _server(delay: float) -> Iterator[int]:
    """Answers 204 to everything, after so many seconds; its port."""

    class Answer(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(65536)
            time.sleep(delay)
            self.request.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        request_queue_size = 128

    with Server(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield server.server_address[1]
        server.shutdown()
