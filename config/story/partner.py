"""The partner's program: a client of the API and a listener for its webhooks."""

import base64
import hashlib
import hmac
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from config.story.browser import TIMEOUT, StoryError, expect

MANAGE = Path(__file__).resolve().parent.parent.parent / "manage.py"
PATIENCE = 60


@dataclass
class Answer:
    """A status, headers and JSON."""

    status: int
    headers: Any
    data: dict[str, Any]
    text: str


@dataclass
class Listener:
    """Where webhooks arrive. Each is verified when it is taken (Standard Webhooks 1.0)."""

    port: int = 0
    secret: str = ""
    endpoint: str = ""
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def wait_for(self, kind: str, pk: str) -> float:
        """Wait until this event about this id has arrived; the seconds it took."""
        began = time.monotonic()
        while time.monotonic() - began < PATIENCE:
            for headers, body in list(self.got):
                data = self._verified(headers, body)
                if (data["type"], data["data"]) == (kind, {"id": pk}):
                    return time.monotonic() - began
            time.sleep(0.05)
        raise StoryError(f"no webhook {kind} about {pk} arrived within {PATIENCE} s")

    def _verified(self, headers: dict[str, str], body: bytes) -> dict[str, Any]:
        key = base64.b64decode(self.secret.removeprefix("whsec_"))
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        wanted = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        is_right = any(hmac.compare_digest(wanted, one) for one in headers["webhook-signature"].split())
        expect(is_right, "a webhook has a wrong signature")
        data: dict[str, Any] = json.loads(body)
        expect(set(data) == {"type", "timestamp", "data"}, f"a webhook says more than it should: {sorted(data)}")
        return data


def manage(*command: str) -> str:
    """Run a command of the product; its output."""
    done = subprocess.run([sys.executable, MANAGE, *command], capture_output=True, text=True, timeout=120)
    expect(done.returncode == 0, f"manage.py {command[0]}: {done.stderr.strip()[-300:]}")
    return done.stdout


@contextmanager
def listening(organisation: str) -> Iterator[Listener]:
    """A listener on the loopback, registered for a partner by the product's own command."""
    listener = Listener()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            listener.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    said = manage("webhook_register", organisation, f"http://127.0.0.1:{server.server_address[1]}/hook")
    listener.endpoint, listener.secret = (line.split()[1] for line in said.splitlines())
    try:
        yield listener
    finally:
        server.shutdown()
        server.server_close()


class Api:
    """The partner API with client credentials."""

    def __init__(self, base: str, facts: dict[str, str]) -> None:
        self.base, self.name = f"{base}/api/v1", facts["name"]
        form = {"grant_type": "client_credentials", **{n: facts[n] for n in ("client_id", "client_secret")}}
        self.token = ""
        answer = self._call(Request(f"{self.base}/oauth/token", urlencode(form).encode()))
        expect(answer.status == 200, f"{self.name} gets no token: {answer.data}")
        self.token = answer.data["access_token"]

    def get(self, path: str = "") -> Answer:
        """GET below ``/referrals``."""
        return self._call(Request(f"{self.base}/referrals{path}"))

    def act(self, pk: str, verb: str, etag: str, key: str = "", **data: str) -> Answer:
        """One of the verbs, on the version that was read."""
        headers = {"Content-Type": "application/json", "If-Match": etag}
        headers |= {"Idempotency-Key": key} if key else {}
        url = f"{self.base}/referrals/{pk}/{verb}"
        return self._call(Request(url, json.dumps(data).encode(), headers))

    def done(self, pk: str, verb: str, etag: str, **data: str) -> str:
        """A verb that must be accepted; the new version."""
        answer = self.act(pk, verb, etag, **data)
        expect(answer.status == 200, f"{self.name} cannot {verb}: {answer.data}")
        return str(answer.headers["ETag"])

    def _call(self, request: Request) -> Answer:
        if self.token:
            request.add_header("Authorization", f"Bearer {self.token}")
        try:
            with urlopen(request, timeout=TIMEOUT) as answer:
                return _answer(answer.status, answer.headers, answer.read())
        except HTTPError as error:
            with error:
                return _answer(error.code, error.headers, error.read())


def _answer(status: int, headers: Any, body: bytes) -> Answer:
    return Answer(status, headers, json.loads(body), body.decode())
