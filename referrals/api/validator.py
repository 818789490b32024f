"""Which program asks for a token: by a secret (RFC 6749 §2.3.1) or by something signed with its key (RFC 7523 §2.2).

Who shows nothing that ever counted gets one answer, whether the program exists or not; what was wrong is said only to
whoever has shown a secret or a signature of it.
"""

import binascii
import hmac
from base64 import b64decode
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote_plus

from django.contrib.auth.hashers import check_password
from django.utils import timezone
from oauth2_provider.oauth2_validators import OAuth2Validator
from oauthlib.common import Request
from oauthlib.oauth2.rfc6749.errors import InvalidClientError, InvalidRequestError

from referrals import keys, signing
from referrals.actions import clients
from referrals.models import Client, ClientKey, ClientSecret

JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
NO_KEY_FITS = "No key of this client fits: check the client id, the key id, the algorithm and the key."


class ProgramValidator(OAuth2Validator):  # type: ignore[misc]
    """The library's checks of grants and scopes; who the program is, is decided here."""

    def authenticate_client(self, request: Request, *args: Any, **kwargs: Any) -> bool:
        """Whether the program has shown who it is; raises the OAuth error that says what to mend."""
        client = _signed_in(request)
        if client is not None:
            request.client = client.application
        return client is not None


def _signed_in(request: Request) -> Client | None:
    basic, assertion = _basic(request), _given(request, "client_assertion")
    if assertion or _given(request, "client_assertion_type"):
        if basic or _given(request, "client_secret"):
            raise InvalidRequestError("Sign in by a secret or by an assertion, not by both.")
        if _given(request, "client_assertion_type") != JWT_BEARER or not assertion:
            raise InvalidRequestError(f"Send client_assertion with the client_assertion_type {JWT_BEARER}.")
        return _by_key(assertion, _given(request, "client_id"))
    name, secret = basic or (_given(request, "client_id"), _given(request, "client_secret"))
    return _by_secret(name, secret) if name and secret else None


def _given(request: Request, name: str) -> str:
    return str(getattr(request, name, None) or "")


def _basic(request: Request) -> tuple[str, str] | None:
    kind, _space, text = str(request.headers.get("HTTP_AUTHORIZATION", "")).partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        name, _colon, secret = b64decode(text.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return unquote_plus(name), unquote_plus(secret)


def _find(client_id: str) -> Client | None:
    if not client_id.isprintable():  # no client id has such signs, and no column takes them
        return None
    rows = Client.objects.select_related("application__user")
    return rows.filter(application__client_id=client_id).first()


def _by_secret(client_id: str, secret: str) -> Client | None:
    client = _find(client_id)
    found = _matching(client.secrets.all(), secret) if client else None
    if client is None or found is None:
        return None
    if found.ends_at is not None and found.ends_at <= timezone.now():
        clients.refused(client, "secret_ended")
        raise InvalidClientError("This secret has ended; use the one that followed it.")
    if signing.needs_key(client):
        clients.refused(client, "key_needed")
        raise InvalidClientError("This client signs in by its key only (private_key_jwt).")
    clients.used(found)
    return client


def _matching(rows: Iterable[ClientSecret], secret: str) -> ClientSecret | None:
    digest = clients.digest_of(secret)
    return next((row for row in rows if _matches(row.digest, digest, secret)), None)


def _matches(kept: str, digest: str, secret: str) -> bool:
    """A secret that was given out by an older version of ours is kept under a slow hash."""
    return hmac.compare_digest(kept, digest) if kept.startswith("sha256$") else check_password(secret, kept)


def _by_key(assertion: str, client_id: str) -> Client:
    try:
        whom, kid = keys.claimed(assertion)
        client = _find(whom) if client_id in ("", whom) else None
        if client is None:
            raise keys.Unproven("signature")
        key = _key(client, kid)
        claims = keys.proven(
            assertion, _public(key), whom, [keys.endpoint(), keys.issuer()], keys.ASSERTION
        )  # fmt: skip
    except keys.Unproven as problem:
        raise InvalidClientError(problem.told or NO_KEY_FITS) from None
    until = datetime.fromtimestamp(claims["exp"], UTC) + keys.LEEWAY
    if not clients.use_up(client, claims["jti"], until):
        clients.refused(client, "replayed")
        raise InvalidClientError("This assertion was used before (jti): sign a new one for every request.")
    clients.used(key)
    return client


def _key(client: Client, kid: str | None) -> ClientKey:
    """The key that the assertion names; one that names none is taken to mean the only one."""
    found = [key for key in signing.live(client.keys) if kid in (None, key.kid)]
    if len(found) != 1:
        raise keys.Unproven("signature")
    key: ClientKey = found[0]
    return key


def _public(key: ClientKey) -> keys.PublicKey:
    return keys.PublicKey(key.kid, key.alg, key.jwk, key.thumbprint)
