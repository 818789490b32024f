"""The directory's side: what it says of itself, its keys, and changing a code for a token. Every address is checked.

Why not allauth's own provider: docs/decisions (it sends no nonce, checks no signature, and takes parameters of the
request to the directory from the address of the sign-in page).
"""

import json
import time
from base64 import b64encode
from dataclasses import dataclass
from http.client import HTTPException
from ipaddress import ip_address
from typing import Any
from urllib.error import URLError
from urllib.parse import quote, urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from django.conf import settings

SECONDS, MOST_BYTES = 5, 256 * 1024
KEPT_SECONDS, PAUSE_SECONDS = 600, 30


class DirectoryError(Exception):
    """The directory cannot be used, or what it said does not hold. ``code`` says why, for the trail and the log alone."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Endpoints:
    """What the directory's own description names."""

    authorize: str
    token: str
    keys: str
    takes_basic: bool


class _NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        """Nowhere else."""


_OPENER = build_opener(_NoRedirect)
_KNOWN: dict[str, tuple[float, Any]] = {}


def is_on() -> bool:
    """Whether a directory is set up for this installation."""
    return bool(settings.DIRECTORY["issuer"] and settings.DIRECTORY["client_id"])


def forget() -> None:
    """Ask the directory anew (tests)."""
    _KNOWN.clear()


def endpoints() -> Endpoints:
    """From the directory's description, kept for ten minutes; its ``issuer`` must be the one that is set up."""
    issuer: str = settings.DIRECTORY["issuer"]
    said = _kept("endpoints", lambda: _get(f"{issuer.rstrip('/')}/.well-known/openid-configuration"))
    if said.get("issuer") != issuer:
        raise DirectoryError("issuer")
    methods = said.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    try:
        authorize, token, keys = (
            _checked(said[name]) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")
        )
    except (KeyError, TypeError) as problem:
        raise DirectoryError("description") from problem
    return Endpoints(authorize, token, keys, takes_basic="client_secret_basic" in methods)


def key_set(*, is_stale: bool = False) -> dict[str, Any]:
    """The directory's public keys by ``kid``; asked anew for an unknown one, at most every half minute."""
    at = _KNOWN.get("keys", (0.0, None))[0]
    if is_stale and time.monotonic() - at > PAUSE_SECONDS:
        _KNOWN.pop("keys", None)
    said = _kept("keys", lambda: _get(endpoints().keys))
    rows = said.get("keys")
    if not isinstance(rows, list):
        raise DirectoryError("keys")
    return {str(row.get("kid", "")): row for row in rows if isinstance(row, dict)}


def id_token(code: str, verifier: str, back: str) -> str:
    """Change the code for a token. The secret goes to the token endpoint alone."""
    where, own = endpoints(), settings.DIRECTORY
    data = {"grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": verifier}
    headers = {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"}
    if where.takes_basic:
        pair = f"{quote(own['client_id'], safe='')}:{quote(own['client_secret'], safe='')}"
        headers["Authorization"] = f"Basic {b64encode(pair.encode()).decode()}"
    else:
        data |= {"client_id": own["client_id"], "client_secret": own["client_secret"]}
    said = _read(Request(where.token, urlencode(data).encode(), headers))  # noqa: S310 - checked by endpoints
    token = said.get("id_token")
    if not isinstance(token, str):
        raise DirectoryError("token")
    return token


def _kept(name: str, ask: Any) -> dict[str, Any]:
    at, said = _KNOWN.get(name, (0.0, None))
    if said is None or time.monotonic() - at > KEPT_SECONDS:
        said = ask()
        _KNOWN[name] = (time.monotonic(), said)
    answer: dict[str, Any] = said
    return answer


def _get(url: str) -> dict[str, Any]:
    return _read(Request(_checked(url), headers={"Accept": "application/json"}))  # noqa: S310 - checked


def _checked(url: str) -> str:
    """The address, if it is https; http only on the loopback, and only where that is allowed (tests)."""
    parts = urlsplit(str(url))
    is_loopback = settings.DIRECTORY_ALLOW_LOOPBACK and _is_loopback(parts.hostname or "")
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback):
        raise DirectoryError("address")
    return str(url)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _read(request: Request) -> dict[str, Any]:
    try:
        with _OPENER.open(request, timeout=SECONDS) as answer:
            body = answer.read(MOST_BYTES + 1)
    except (URLError, OSError, HTTPException) as problem:
        raise DirectoryError("unreachable") from problem
    try:
        said = json.loads(body) if len(body) <= MOST_BYTES else None
    except ValueError as problem:
        raise DirectoryError("answer") from problem
    if not isinstance(said, dict):
        raise DirectoryError("answer")
    return said
