"""A helper that is away costs its wait once, not once for each request: the broker, the cache (safety.md §5)."""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.cache import caches

from foundation.core import breaker as breakers
from foundation.core.breaker import BROKER, CACHE, Breaker
from foundation.outbox import waking

MUTE_SECONDS = 2.0


@pytest.fixture(autouse=True)
def _closed():
    for one in breakers.ALL:
        one.succeeded()
    yield
    for one in breakers.ALL:
        one.succeeded()


@contextmanager
def mute_server() -> Iterator[str]:
    """A socket that takes every connection and never answers."""
    with tempfile.TemporaryDirectory() as directory, socket.socket(socket.AF_UNIX) as server:
        path = str(Path(directory) / "v.sock")
        server.bind(path)
        server.listen(200)
        yield path


WAKING = """
import json, logging, sys, threading, time
from uuid import uuid4
import django
from config.celery import app
django.setup()
app.set_default()
from foundation.core.breaker import BROKER
from foundation.outbox.waking import wake
def a_thousand():
    for _ in range(1000):
        wake(uuid4())
def eight_at_once():
    threads = [threading.Thread(target=wake, args=(uuid4(),)) for _ in range(8)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
began = time.monotonic()
globals()[sys.argv[1]]()
print(json.dumps({"seconds": time.monotonic() - began, "is_open": BROKER.is_open, "n_spared": BROKER.n_spared}))
"""


def woken(how: str, path: str) -> tuple[dict, str]:
    """Wake-ups in a process of its own whose broker is at this socket: what it measured, and what it logged."""
    environment = {**os.environ, "REDIS_URL": f"redis+socket://{path}", "DJANGO_SETTINGS_MODULE": "config.settings"}
    command = [sys.executable, "-c", WAKING, how]
    done = subprocess.run(command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout), done.stderr


def limits(path: str):
    """A cache like ours, at this socket."""
    from foundation.core.cache import Limits

    options = {**caches.settings["default"]["OPTIONS"]}
    return Limits(f"unix://{path}?db=1", {"KEY_PREFIX": uuid4().hex, "OPTIONS": options})


def test_after_a_failure_nobody_is_let_through_until_the_rest_is_over(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    one = Breaker("helper", rest=10)
    assert one.allows()
    assert one.failed() is True
    assert one.failed() is False, "known already"
    assert [one.allows() for _ in range(3)] == [False] * 3
    now[0] += 10.1
    assert [one.allows() for _ in range(3)] == [True, False, False], "one tries it out, alone"
    one.succeeded()
    assert not one.is_open
    assert all(one.allows() for _ in range(3))
    assert one.n_spared == 5


@pytest.mark.parametrize("is_mute", [False, True], ids=["stopped", "accepts and never answers"])
def test_a_thousand_wake_ups_do_not_each_wait_for_a_broker_that_is_away(is_mute):
    with mute_server() as path:
        told, log = woken("a_thousand", path if is_mute else path + ".none")
    assert told["seconds"] < MUTE_SECONDS + 1.5
    assert told["is_open"]
    assert told["n_spared"] >= 998
    assert log.count("broker away; the sweep delivers") == 1


def test_threads_that_meet_a_mute_broker_at_once_wait_beside_each_other_not_in_a_row():
    with mute_server() as path:
        assert woken("eight_at_once", path)[0]["seconds"] < 2 * MUTE_SECONDS + 1.5


def test_the_first_wake_up_after_the_rest_finds_the_broker_again(monkeypatch):
    BROKER.failed()
    sent = []
    monkeypatch.setattr("foundation.outbox.waking.deliver.apply_async", lambda *args, **more: sent.append(args))
    waking.wake(uuid4())
    assert sent == []
    monkeypatch.setattr(BROKER, "_closed_again_at", time.monotonic() - 1)
    waking.wake(uuid4())
    assert len(sent) == 1
    assert not BROKER.is_open


def test_a_wake_up_says_nothing_but_an_id(monkeypatch):
    sent = []
    monkeypatch.setattr("foundation.outbox.waking.deliver.apply_async", lambda args, **more: sent.append((args, more)))
    pk = uuid4()
    waking.wake(pk)
    assert sent == [((str(pk),), {"retry": False})]


def test_an_unforeseen_error_of_the_broker_is_not_swallowed(monkeypatch):
    def broken(*args, **more):
        raise ZeroDivisionError

    monkeypatch.setattr("foundation.outbox.waking.deliver.apply_async", broken)
    with pytest.raises(ZeroDivisionError):
        waking.wake(uuid4())


@pytest.mark.parametrize("is_mute", [False, True], ids=["stopped", "accepts and never answers"])
def test_limits_are_counted_by_the_process_itself_while_valkey_is_away(is_mute):
    with mute_server() as path:
        cache = limits(path if is_mute else path + ".none")
        began = time.monotonic()
        assert cache.add("tries", 0, timeout=60)
        assert [cache.incr("tries") for _ in range(300)] == list(range(1, 301))
        assert not cache.add("tries", 0, timeout=60)
        cache.set("other", [1.5], 60)
        assert cache.get("other") == [1.5]
        assert cache.delete("other")
        assert cache.get("other", "gone") == "gone"
        assert time.monotonic() - began < MUTE_SECONDS + 1
    assert CACHE.is_open


def test_a_counter_begun_elsewhere_goes_on_when_valkey_comes_or_goes():
    """The count may begin anew; the request must not fail."""
    cache = limits("/nonexistent/v.sock")
    assert cache.incr("never-begun") == 1
