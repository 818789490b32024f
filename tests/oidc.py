"""A small directory on the loopback that speaks OpenID Connect: description, keys, authorization code with PKCE, tokens.

It does what a real one does and refuses what a real one refuses; a test may tell it to lie.
"""

import json
import secrets
import time
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

CLIENT, SECRET = "amparo-test", "a secret: with/odd characters"


@dataclass
class Directory:
    """One directory. ``account`` is who is signed in there; ``lie`` may change claims and header of the next token."""

    port: int = 0
    account: dict[str, Any] = field(default_factory=dict)
    lie: Callable[[dict[str, Any], dict[str, Any]], None] | None = None
    sign: Callable[[dict[str, Any], dict[str, Any]], str] | None = None
    description: dict[str, Any] = field(default_factory=dict)
    answer: dict[str, str] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    key: Any = None
    kid: str = "first"

    def __post_init__(self) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    @property
    def issuer(self) -> str:
        """Its address is its name."""
        return f"http://127.0.0.1:{self.port}"

    def described(self) -> dict[str, Any]:
        """What stands under ``/.well-known/openid-configuration``."""
        own = self.issuer
        return {
            "issuer": own, "authorization_endpoint": f"{own}/authorize", "token_endpoint": f"{own}/token",
            "jwks_uri": f"{own}/keys", "token_endpoint_auth_methods_supported": ["client_secret_basic"],
            **self.description,
        }  # fmt: skip

    def keys(self) -> dict[str, Any]:
        """The public half."""
        row = json.loads(RSAAlgorithm.to_jwk(self.key.public_key()))
        return {"keys": [{**row, "kid": self.kid, "alg": "RS256", "use": "sig"}]}

    def authorize(self, asked: dict[str, str]) -> str:
        """The person is signed in here and agrees: back with a code."""
        assert (asked["response_type"], asked["client_id"]) == ("code", CLIENT)
        assert (asked["code_challenge_method"], asked["scope"].split()[0]) == ("S256", "openid")
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        back = {"code": code, "state": asked["state"], "iss": self.issuer} | self.answer
        return f"{asked['redirect_uri']}?{urlencode({k: v for k, v in back.items() if v})}"

    def exchange(self, given: dict[str, str], credentials: str) -> tuple[int, dict[str, Any]]:
        """A code for a token: once, for the client that asked, with the verifier that fits."""
        if credentials != f"{CLIENT}:{SECRET}":
            return 401, {"error": "invalid_client"}
        asked = self.codes.pop(given.get("code", ""), None)
        challenge = urlsafe_b64encode(sha256(given.get("code_verifier", "").encode()).digest()).rstrip(b"=").decode()
        if asked is None or asked["redirect_uri"] != given["redirect_uri"] or asked["code_challenge"] != challenge:
            return 400, {"error": "invalid_grant"}
        return 200, {"access_token": "x", "token_type": "Bearer", "id_token": self.token(asked)}

    def token(self, asked: dict[str, str]) -> str:
        """Signed, unless a test wants it otherwise."""
        now = int(time.time())
        claims = {
            "iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": asked["nonce"], "auth_time": now,
            **self.account,
        }  # fmt: skip
        header = {"kid": self.kid, "alg": "RS256"}
        if self.lie is not None:
            self.lie(claims, header)
        if self.sign is not None:
            return self.sign(claims, header)
        return jwt.encode(claims, self.key, algorithm="RS256", headers=header)


@contextmanager
def running(**how: Any) -> Iterator[Directory]:
    """A directory on a free port, in threads of its own."""
    directory = Directory(**how)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, directory))
    server.daemon_threads = True
    directory.port = server.server_address[1]
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield directory
    finally:
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    def __init__(self, directory: Directory, *args: Any) -> None:
        self.directory = directory
        super().__init__(*args)

    def do_GET(self) -> None:
        """Description, keys, and the page on which people agree."""
        parts, own = urlsplit(self.path), self.directory
        own.asked.append(parts.path)
        if parts.path == "/authorize":
            self.send_response(302)
            self.send_header("Location", own.authorize(_flat(parts.query)))
            self.end_headers()
        elif parts.path == "/.well-known/openid-configuration":
            self._say(200, own.described())
        elif parts.path == "/keys":
            self._say(200, own.keys())
        else:
            self._say(404, {})

    def do_POST(self) -> None:
        """The token endpoint."""
        self.directory.asked.append(self.path)
        given = _flat(self.rfile.read(int(self.headers["Content-Length"])).decode())
        kind, _space, pair = self.headers.get("Authorization", "").partition(" ")
        credentials = (
            unquote(b64decode(pair).decode())
            if kind == "Basic"
            else ":".join((given.get("client_id", ""), given.get("client_secret", "")))
        )
        self._say(*self.directory.exchange(given, credentials))

    def _say(self, status: int, data: dict[str, Any]) -> None:
        body = json.dumps(data).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        """Silent."""


def _flat(text: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(text, keep_blank_values=True).items()}
