"""Going to the Society's directory and coming back (OpenID Connect, authorization code with PKCE, state and nonce)."""

import secrets
import time
from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Any, cast
from urllib.parse import urlencode

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from allauth.core import ratelimit
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from foundation.accounts import actions
from foundation.accounts.directory import provider, token
from foundation.accounts.directory.provider import DirectoryError
from foundation.accounts.models import User
from foundation.accounts.views.door import next_page
from foundation.audit import trail
from foundation.core.errors import Absent, DomainError

KEPT, MINUTES = "directory", 10
SCOPE = "openid email profile"


def _back(request: HttpRequest) -> str:
    return f"{settings.URL}{reverse('accounts:directory_back')}"


def _require_on() -> None:
    if not provider.is_on():
        raise Absent("record.absent", _("There is nothing at this address."))


@require_safe
def directory(request: HttpRequest) -> HttpResponse:
    """Leave for the directory; what comes back must fit what this session keeps. Signed in, it confirms who it is."""
    _require_on()
    blocked: HttpResponse | None = ratelimit.consume_or_429(request, action="login")
    if blocked:
        return blocked
    state, nonce, verifier = (secrets.token_urlsafe(32) for _n in range(3))
    user = request.user if request.user.is_authenticated else None
    kept = {"state": state, "nonce": nonce, "verifier": verifier, "at": time.time(), "next": next_page(request)}
    request.session[KEPT] = kept | {"again": user.pk if user else None}
    try:
        where = provider.endpoints().authorize
    except DirectoryError as problem:
        return _refused(request, problem.code)
    challenge = urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {
        "response_type": "code", "client_id": settings.DIRECTORY["client_id"], "redirect_uri": _back(request),
        "scope": SCOPE, "state": state, "nonce": nonce, "code_challenge": challenge, "code_challenge_method": "S256",
        **({"prompt": "login", "max_age": "0"} if user else {}),
    }  # fmt: skip
    return HttpResponseRedirect(f"{where}{'&' if '?' in where else '?'}{urlencode(asked)}")


@require_safe
def directory_back(request: HttpRequest) -> HttpResponse:
    """Back from the directory: everything is checked before anybody is signed in."""
    _require_on()
    kept: dict[str, Any] = request.session.pop(KEPT, None) or {}
    try:
        claims = _claims(request, kept)
        user = actions.meet(claims)
    except DirectoryError as problem:
        return _refused(request, problem.code)
    except DomainError as error:
        return _refused(request, error.code, error.message)
    if kept["again"] is not None or request.user.is_authenticated:
        return _confirmed(request, user, claims, kept)
    record_authentication(request, user, "directory", factor=claims.has_factor)
    return cast(HttpResponse, perform_login(request, Login(user=user, redirect_url=kept["next"])))


def _claims(request: HttpRequest, kept: dict[str, Any]) -> token.Claims:
    given = request.GET
    is_ours = bool(kept) and secrets.compare_digest(given.get("state", "").encode(), str(kept["state"]).encode())
    if not is_ours or time.time() - kept["at"] > 60 * MINUTES:
        raise DirectoryError("state")
    if "iss" in given and given["iss"] != settings.DIRECTORY["issuer"]:
        raise DirectoryError("issuer")
    if "error" in given or not given.get("code"):
        raise DirectoryError("declined")
    return token.claims_of(provider.id_token(given["code"], kept["verifier"], _back(request)), kept["nonce"])


def _confirmed(request: HttpRequest, user: User, claims: token.Claims, kept: dict[str, Any]) -> HttpResponse:
    """The same person again, and just now; somebody else's answer confirms nothing."""
    is_same = request.user.is_authenticated and kept["again"] == request.user.pk == user.pk
    if not is_same or claims.signed_in_at < kept["at"] - token.LEEWAY:
        return _refused(request, "another")
    record_authentication(request, user, "directory", factor=claims.has_factor, reauthenticated=True)
    return redirect(kept["next"])


def _refused(request: HttpRequest, code: str, message: str = "") -> HttpResponse:
    with transaction.atomic():
        trail.record("directory.refused", code=code)
    return render(request, "accounts/directory_refused.html", {"message": message}, status=403)
