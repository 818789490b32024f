"""A partner's program that holds a key: made and signed with another library than ours (jwcrypto, not PyJWT)."""

import json
import time
from base64 import urlsafe_b64encode
from typing import Any
from uuid import uuid4

from django.test import Client as Browser
from jwcrypto import jwk, jws

from foundation.core.acting import acting
from referrals import keys
from referrals.actions import clients
from referrals.models import Client, ClientKey

ALGORITHMS = {"EC": "ES256", "OKP": "EdDSA", "RSA": "RS256"}
KINDS: dict[str, dict[str, Any]] = {
    "ES256": {"kty": "EC", "crv": "P-256"}, "EdDSA": {"kty": "OKP", "crv": "Ed25519"},
    "RS256": {"kty": "RSA", "size": 2048},
}  # fmt: skip
URL, FORM = "/api/v1/oauth/token", "application/x-www-form-urlencoded"


def pair(alg: str = "ES256", kid: str = "first") -> jwk.JWK:
    """A new pair of keys."""
    return jwk.JWK.generate(kid=kid, **KINDS[alg])


def public(key: jwk.JWK, **more: Any) -> str:
    """What the partner sends us."""
    return json.dumps({**json.loads(key.export_public()), **more})


def signed(key: jwk.JWK, claims: Any, **header: Any) -> str:
    """A JWT over these claims."""
    head = {"alg": ALGORITHMS[key["kty"]], "typ": "JWT", "kid": key["kid"], **header}
    token = jws.JWS(claims if isinstance(claims, str) else json.dumps(claims))
    token.add_signature(key, None, json.dumps({k: v for k, v in head.items() if v is not None}), None)
    return str(token.serialize(compact=True))


def claims(client_id: str, aud: Any = None, seconds: float = 120, **more: Any) -> dict[str, Any]:
    """What an assertion says; ``None`` leaves a claim out."""
    said = {
        "iss": client_id, "sub": client_id, "aud": aud or keys.endpoint(), "exp": time.time() + seconds,
        "jti": str(uuid4()), **more,
    }  # fmt: skip
    return {name: value for name, value in said.items() if value is not None}


def proof(key: jwk.JWK, client_id: str, **more: Any) -> str:
    """Signed for registering the key."""
    return signed(key, claims(client_id, **{"aud": keys.registering(), "seconds": 3600, **more}))


def client_of(facts: dict[str, str]) -> Client:
    """The row of a program."""
    return clients.find(facts["client_id"], by=None)


def registered(facts: dict[str, str], alg: str = "ES256", kid: str = "first") -> tuple[jwk.JWK, ClientKey]:
    """A pair whose public half counts from now on."""
    key = pair(alg, kid)
    row = clients.add_key(client_of(facts), public(key), proof(key, facts["client_id"]), by=None)
    return key, row


def ask(assertion: str, **more: str) -> Any:
    """Ask for a token with an assertion."""
    form = {
        "grant_type": "client_credentials", "client_assertion": assertion,
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer", **more,
    }  # fmt: skip
    body = "&".join(f"{name}={value}" for name, value in form.items() if value)
    return Browser().post(URL, body, content_type=FORM)


def with_key(key: jwk.JWK, facts: dict[str, str], **more: Any) -> Any:
    """Ask for a token as the partner does."""
    return ask(signed(key, claims(facts["client_id"], **more)))


def plain(value: Any) -> str:
    """A part of a token by hand."""
    text = value if isinstance(value, bytes) else json.dumps(value).encode()
    return urlsafe_b64encode(text).rstrip(b"=").decode()


def rows(model: Any, **which: Any) -> list[Any]:
    """Rows that nobody who acts sees."""
    with acting(None):
        return list(model.objects.filter(**which))
