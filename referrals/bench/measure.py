"""The same request to the floor and to the product in turn, many times: medians, p95, queries, and whether they agree."""

import json
import re
import secrets
import statistics
import time
from base64 import b32encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from difflib import unified_diff
from typing import Any

from allauth.account.internal.flows import login
from django.conf import settings
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rest_framework.throttling import SimpleRateThrottle

from foundation.accounts import actions as accounts
from foundation.accounts import gate
from foundation.accounts.backend import facts
from foundation.accounts.models import User
from foundation.core.acting import acting

BACKEND = "foundation.accounts.backend.Backend"
FLOOR_URLCONF = "referrals.bench.urls"
WARM_UP, STILL, SHOWN = 7, "/help/", 16
_FORGERY = re.compile(r'value="[A-Za-z0-9]{64}"|, \d\d:\d\d\b')
Request = Callable[[Client], Any]
_ACTORS: dict[Client, int | None] = {}


class UnequalError(Exception):
    """Floor and product do not show the same; then the figures mean nothing."""


@dataclass
class Series:
    """What one request cost on one side."""

    times: list[float] = field(default_factory=list)
    n_queries: int = 0

    @property
    def median(self) -> float:
        """Milliseconds."""
        return statistics.median(self.times)

    @property
    def p95(self) -> float:
        """Milliseconds."""
        return sorted(self.times)[min(len(self.times) - 1, int(len(self.times) * 0.95))]


@dataclass
class Line:
    """One line of the table: without walls, with them, and a page that shows no case, asked in between.

    ``plain`` stays empty where plain Django has no such thing (search over tokens).
    """

    size: int
    what: str
    who: str
    n_rows: int = 0
    plain: Series = field(default_factory=Series)
    walled: Series = field(default_factory=Series)
    still: Series = field(default_factory=Series)

    @property
    def ratio(self) -> float | None:
        """Walls over floor: the median of what two requests that followed each other gave."""
        return _paired(self.walled, self.plain) if self.plain.times else None

    @property
    def weight(self) -> float:
        """Walls over the page without cases: comparable between two times, and two users, of a busy machine."""
        return _paired(self.walled, self.still)

    def one(self, client: Client, request: Request, *, is_floor: bool, wanted: int = 200) -> Any:
        """One timed request to the floor or to the product."""
        if not is_floor:
            return timed(self.walled, client, request, wanted=wanted)
        with floor(client):
            return timed(self.plain, client, request, wanted=wanted)

    def rest(self, client: Client) -> None:
        """One timed request for the page without cases."""
        timed(self.still, client, get(STILL))


def _paired(above: Series, below: Series) -> float:
    return statistics.median(a / b for a, b in zip(above.times, below.times, strict=True))


@dataclass
class Visit:
    """A page that somebody looks at again and again."""

    line: Line
    client: Client
    request: Request
    has_floor: bool = True

    def begin(self, n_warm: int) -> None:
        """Warm both sides, count their statements, and refuse to go on if they answer differently."""
        for _ in range(n_warm):
            self.request(self.client)
            with floor(self.client):
                self.request(self.client) if self.has_floor else None
        self.line.walled.n_queries, there = counted(self.client, self.request)
        if self.has_floor:
            with floor(self.client):
                self.line.plain.n_queries, here = counted(self.client, self.request)
            _check_same(here, there)

    def again(self, number: int) -> None:
        """One round; who goes first changes."""
        sides = (True, False) if self.has_floor else (False,)
        for is_floor in sides if number % 2 else sides[::-1]:
            self.line.one(self.client, self.request, is_floor=is_floor)
        self.line.rest(self.client)


def take_turns(visits: list[Visit], rounds: int) -> list[Line]:
    """All visits in each round, so that a busy minute of the machine falls on all of them."""
    for visit in visits:
        visit.begin(min(WARM_UP, rounds))
    for number in range(rounds):
        for visit in visits:
            visit.again(number)
    return [visit.line for visit in visits]


@contextmanager
def floor(client: Client) -> Iterator[None]:
    """Requests inside go to the plain twins.

    Pages of the floor run in autocommit, and a few tables that have no twin are walled (notices, the outbox): so the
    session says once who acts. The partner's machine reads none of these.
    """
    product, actor = settings.ROOT_URLCONF, _ACTORS.get(client)
    settings.ROOT_URLCONF = FLOOR_URLCONF
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('amparo.actor', %s, false)", [str(actor or "")])
    try:
        yield
    finally:
        settings.ROOT_URLCONF = product
        with connection.cursor() as cursor:
            cursor.execute("RESET amparo.actor")


@contextmanager
def unthrottled() -> Iterator[None]:
    """Without the partner API's limit of requests, and answering to the test client's host."""
    rates, hosts = SimpleRateThrottle.THROTTLE_RATES, settings.ALLOWED_HOSTS
    SimpleRateThrottle.THROTTLE_RATES = {**rates, "user": "1000000/min"}
    settings.ALLOWED_HOSTS = [*hosts, "testserver"]
    try:
        yield
    finally:
        SimpleRateThrottle.THROTTLE_RATES, settings.ALLOWED_HOSTS = rates, hosts


def signed_in(user: User) -> Client:
    """A browser of this person, past the gate as after a second step."""
    client, now = Client(), time.time()
    if gate.needs_factor(user) and not facts(user).has_factor:
        accounts.give_app(user, b32encode(secrets.token_bytes(20)).decode(), by=None)
    client.force_login(user, backend=BACKEND)
    _ACTORS[client] = None if user.is_machine else user.pk
    session = client.session
    session[login.AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "mfa", "type": "totp", "at": now}]
    session[login._AUTHENTICATION_METHODS_USER_SESSION_KEY] = str(user.pk)
    session.save()
    return client


def get(address: str, **headers: str) -> Request:
    """A page."""
    return lambda client: client.get(address, headers=headers)


def body(response: Any) -> str:
    """What a page says, without forgery tokens, the present minute and the order of JSON's keys."""
    if "json" in response.headers["Content-Type"]:
        return json.dumps(response.json(), sort_keys=True)
    return _FORGERY.sub("", response.content.decode())


def timed(series: Series, client: Client, request: Request, *, wanted: int = 200) -> Any:
    """One request, its time noted."""
    began = time.perf_counter()
    response = request(client)
    series.times.append((time.perf_counter() - began) * 1000)
    if response.status_code != wanted:
        raise UnequalError(f"{response.status_code} instead of {wanted}: {response.content[:500]!r}")
    return response


def counted(client: Client, request: Request) -> tuple[int, str]:
    """Number of statements and the body, in a request that is not timed."""
    with CaptureQueriesContext(connection) as queries:
        response = request(client)
    return len([q for q in queries.captured_queries if q["sql"] not in ("BEGIN", "COMMIT")]), body(response)


def _check_same(here: str, there: str) -> None:
    if here != there:
        lines = list(unified_diff(here.splitlines(), there.splitlines(), "floor", "walls", lineterm="", n=1))
        raise UnequalError("floor and walls show different pages:\n" + "\n".join(lines[:SHOWN]))


def searching(user: User, term: str) -> Request:
    """The page of the search, without its limit of requests."""

    def look(client: Client) -> Any:
        cache.delete(f"search:{user.pk}")
        return client.post("/search/", {"term": term})

    return look


@contextmanager
def as_user(user: User) -> Iterator[None]:
    """For what is prepared between the timed requests."""
    with acting(user.pk), transaction.atomic():
        yield
