"""A small partner on the loopback: a server that takes webhooks, and a client of the API that knows its credentials."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from django.core.cache import cache
from django.test import Client
from standardwebhooks.webhooks import Webhook

EVERYTHING = "referrals:read referrals:respond directory:read"
"""Every scope: what is not asked for is not given."""


@dataclass
class Hook:
    """A server for webhooks: keeps what arrived and answers as told."""

    port: int = 0
    answer: int | Callable[[int], int] = 204
    location: str = ""
    delay: float = 0
    drip: float = 0
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    n_connects: int = 0

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}/hook"

    def verified(self, secret: str) -> list[dict[str, Any]]:
        """All that arrived, each checked with the official library."""
        return [Webhook(secret).verify(body, headers) for headers, body in self.got]


@contextmanager
def listening(**how: Any) -> Iterator[Hook]:
    """A hook on a free port, in threads of its own."""
    hook = Hook(**how)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, hook))
    server.daemon_threads = True
    hook.port = server.server_address[1]
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield hook
    finally:
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    def __init__(self, hook: Hook, *args: Any) -> None:
        self.hook = hook
        hook.n_connects += 1
        super().__init__(*args)

    def do_POST(self) -> None:
        hook, body = self.hook, self.rfile.read(int(self.headers["content-length"]))
        hook.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
        time.sleep(hook.delay)
        if hook.drip:
            return self._drip()
        self.send_response(hook.answer(len(hook.got)) if callable(hook.answer) else hook.answer)
        if hook.location:
            self.send_header("Location", hook.location)
        self.end_headers()
        return None

    def _drip(self) -> None:
        """Never finishes the first line, but never falls silent for long."""
        try:
            for sign in "HTTP/1.1 " * 100:
                self.wfile.write(sign.encode())
                time.sleep(self.hook.drip)
        except OSError:
            self.close_connection = True

    def log_message(self, *args: Any) -> None:
        pass


@dataclass
class Api:
    """The API as one partner's program sees it."""

    client_id: str
    client_secret: str
    bearer: str = ""
    client: Client = field(default_factory=Client)

    def token(self, **more: str) -> Any:
        """Ask for a token with id and secret in the body."""
        form = {"grant_type": "client_credentials", "client_id": self.client_id, "client_secret": self.client_secret}
        content = "&".join(f"{name}={value}" for name, value in {**form, **more}.items())
        return self.client.post("/api/v1/oauth/token", content, content_type="application/x-www-form-urlencoded")

    def sign_in(self, **more: str) -> "Api":
        """Get a token and use it from now on."""
        answer = self.token(**more)
        assert answer.status_code == 200, answer.content
        self.bearer = answer.json()["access_token"]
        return self

    def get(self, path: str = "", **headers: str) -> Any:
        """GET below ``/api/v1/referrals``."""
        return self.client.get(f"/api/v1/referrals{path}", headers=self._headers(headers))

    def hsds(self, path: str = "", **headers: str) -> Any:
        """GET below ``/api/v1/hsds/``."""
        return self.client.get(f"/api/v1/hsds/{path}", headers=self._headers(headers))

    def post(self, path: str, data: Any = None, **headers: str) -> Any:
        """POST below ``/api/v1/referrals``; ``data`` may be bytes."""
        body = data if isinstance(data, bytes) else json.dumps({} if data is None else data)
        headers = self._headers(headers)
        kind = headers.pop("content-type", "application/json")
        return self.client.post(f"/api/v1/referrals{path}", body, content_type=kind, headers=headers)

    def own(self, method: str, path: str = "", data: Any = None, **headers: str) -> Any:
        """Any method below ``/api/v1/services``."""
        body = "" if data is None else json.dumps(data)
        return self.client.generic(
            method, f"/api/v1/services{path}", body, content_type="application/json", headers=self._headers(headers)
        )

    def act(self, pk: Any, verb: str, data: Any = None, version: str = "", **headers: str) -> Any:
        """A verb on a referral, on its newest version unless told otherwise."""
        version = version or self.get(f"/{pk}")["ETag"]
        return self.post(f"/{pk}/{verb}", data, if_match=version, **headers)

    def _headers(self, more: dict[str, str]) -> dict[str, str]:
        own = {"authorization": f"Bearer {self.bearer}"} if self.bearer else {}
        return {**own, **{name.replace("_", "-"): value for name, value in more.items()}}


def api(house: Any, name: str = "Quayside Legal Clinic") -> Api:
    """A signed-in API client of one of the demonstration's partners, with every scope."""
    cache.delete("throttle_token_127.0.0.1")
    facts = house.clients[name]
    return Api(facts["client_id"], facts["client_secret"]).sign_in(scope=EVERYTHING)
