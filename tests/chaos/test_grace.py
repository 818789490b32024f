"""Going down in order, and going on with less: what was begun is finished, nobody waits for what does not answer."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request

import pytest

from config.story.browser import first_id
from tests import partner
from tests.chaos.clients import Client, Tough, ToughApi, signed_in
from tests.installation import Installation, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.proof("chaos")]
N_ASKED = 60


@pytest.fixture(scope="module")
def at_work(house: Installation, lead: Tough) -> Client:
    """Somebody who can do a step when asked."""
    return Client(house, lead)


def sent(person: Tough, path: str, pairs: list[tuple[str, str]]) -> int:
    """Send a form once; the status, without following where it leads."""
    try:
        with person._sender.open(Request(person.base + path, urlencode(pairs).encode()), timeout=40) as answer:
            return int(answer.status)
    except HTTPError as error:
        return error.code


@contextmanager
def held(house: Installation, table: str) -> Iterator[None]:
    """Whoever writes into this table waits."""
    with house.probe() as connection, connection.transaction():
        connection.execute(f"LOCK TABLE {table} IN EXCLUSIVE MODE".encode())
        yield


def test_a_request_in_flight_is_answered_before_the_web_server_leaves(house, at_work, figure):
    """SIGTERM: no new requests, those that are there are finished, then the end."""
    case = at_work.case(at_work.concern())
    answers: list[int] = []
    pid, at = house.pid("web"), f"/cases/{case}/notes/"
    page = at_work.worker.opened(at)
    pairs = page.form("text").filled({"text": "written while the house closes"})
    with held(house, "cases_casenote"):
        sender = threading.Thread(target=lambda: answers.append(sent(at_work.worker, at, pairs)))
        sender.start()
        wait_until(
            lambda: house.rows("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"), "the note waits", 20
        )
        began = time.monotonic()
        os.kill(pid, signal.SIGTERM)
        time.sleep(1.5)
    wait_until(lambda: house.pid("web") != pid, "the web server has left and another has come", 150)
    seconds = time.monotonic() - began
    sender.join(10)
    wait_until(house.is_whole, "whole", 150)
    assert answers == [302]
    assert house.rows("SELECT count(*) FROM cases_casenote WHERE case_id = %s AND event = 'note'", case) == [(1,)]
    figure(f"web server told to leave: the request in flight answered, gone after {seconds:.1f} s")


def test_a_task_in_flight_is_finished_before_the_worker_leaves(house, figure):
    with partner.listening(delay=2.5) as slow:
        house.manage("webhook_register", house.demo["partners"][1]["name"], slow.url)
        wait_until(lambda: slow.n_connects, "the worker has begun to deliver", 150)
        pid, began = house.pid("worker"), time.monotonic()
        os.kill(pid, signal.SIGTERM)
        wait_until(lambda: house.pid("worker") != pid, "the worker has left and another has come", 150)
        seconds = time.monotonic() - began
        assert len(slow.got) == slow.n_connects == 1
        name = slow.got[0][0]["webhook-id"].removeprefix("msg_")
        query = "SELECT status, n_tries FROM outbox_message WHERE replace(id::text, '-', '') = %s"
        assert house.rows(query, name) == [("done", 1)]
        moment = time.time()
        wait_until(lambda: house.swept_after(moment), "whole", 150)
    figure(f"worker told to leave: the delivery in flight finished, once; gone after {seconds:.1f} s")


def test_a_broker_that_accepts_and_never_answers_holds_nobody_up(house, at_work, hook, figure):
    """Valkey stopped in the middle of everything (SIGSTOP): connections open, no answer comes."""
    pk = at_work.refer(at_work.case(at_work.concern()))
    api = ToughApi(house.url, house.demo["partners"][0])
    pid = house.pid("valkey")
    usual = asked(api, pk)
    os.kill(pid, signal.SIGSTOP)
    try:
        mute = asked(api, pk)
        status, body = house.ask("/readyz")
        assert (status, "degraded" in body) == (200, True)
        concern = at_work.concern()
    finally:
        os.kill(pid, signal.SIGCONT)
    moment = time.time()
    wait_until(lambda: house.swept_after(moment) and house.is_whole(), "whole", 150)
    wait_until(house.has_told_all, "delivered once the broker answers again", 150)
    assert house.rows("SELECT status FROM cases_concern WHERE id = %s", first_id(concern)) != [("draft",)]
    assert mute - usual < N_ASKED * 2 / 5, "not each waited its two seconds"
    figure(f"Valkey mute: {N_ASKED} requests in {mute:.1f} s, {usual:.1f} s with it")


def asked(api: ToughApi, pk: str) -> float:
    began = time.monotonic()
    for _ in range(N_ASKED):
        assert api.get(f"/{pk}").status == 200
    return time.monotonic() - began


def test_after_a_restart_of_the_database_no_request_fails(house, at_work):
    """Each thread of the web server finds its connection dead and takes a new one, before the page is asked for."""
    pid = house.pid("postgres")
    person = signed_in(house, "volunteer")
    os.kill(pid, signal.SIGINT)
    wait_until(lambda: house.pid("postgres") != pid, "another postmaster", 150)
    wait_until(house.is_whole, "whole", 150)
    for path in ["/", "/concerns/", "/help/"] * 14:
        assert person._try(path).status == 200
