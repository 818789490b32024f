"""What a token must be before it is believed (OpenID Connect Core §3.1.3.7), and what is read out of it."""

import hmac
import json
import time
from dataclasses import dataclass
from typing import Any

import jwt
from django.conf import settings
from jwt.algorithms import get_default_algorithms

from foundation.accounts.directory.provider import DirectoryError, key_set

ALGORITHMS = ("RS256", "PS256", "ES256")
"""Signatures of a key pair only: never "none", never one that the shared secret could make."""

LEEWAY, MOST_AGE = 30, 600
NEEDED = ["iss", "aud", "exp", "iat", "sub", "nonce"]


@dataclass(frozen=True)
class Claims:
    """Who the directory says it is: its own name for the person, a verified address, whether a second factor was used."""

    issuer: str
    subject: str
    email: str
    has_factor: bool
    signed_in_at: int


def claims_of(token: str, nonce: str) -> Claims:
    """The claims of a token that was made by this directory, for this installation, for this very sign-in, just now."""
    said = _decoded(token)
    if not hmac.compare_digest(str(said["nonce"]).encode(), nonce.encode()):
        raise DirectoryError("nonce")
    audience = said["aud"] if isinstance(said["aud"], list) else [said["aud"]]
    if (len(audience) > 1 or "azp" in said) and said.get("azp") != settings.DIRECTORY["client_id"]:
        raise DirectoryError("audience")
    if said["iat"] < time.time() - MOST_AGE:
        raise DirectoryError("expired")
    own = settings.DIRECTORY
    email = str(said.get(own["email_claim"]) or "").strip().lower()
    if said.get(own["verified_claim"]) is not True:
        raise DirectoryError("unverified")
    if not _is_of_domain(email, own["domains"]):
        raise DirectoryError("domain")
    return Claims(str(said["iss"]), str(said["sub"]), email, _has_factor(said), int(said.get("auth_time") or 0))


def _is_of_domain(email: str, domains: list[str]) -> bool:
    name, _at, domain = email.rpartition("@")
    return bool(name) and "@" not in name and domain in {one.strip().lower() for one in domains}


def _has_factor(said: dict[str, Any]) -> bool:
    """Whether the directory says so in words that were agreed (settings); by default it is not believed."""
    methods = said.get("amr") if isinstance(said.get("amr"), list) else []
    own = settings.DIRECTORY
    return bool({str(m) for m in methods or []} & set(own["amr"])) or str(said.get("acr", "")) in own["acr"]


def _decoded(token: str) -> dict[str, Any]:
    try:
        header = jwt.get_unverified_header(token)
        algorithm, key = _key(header)
        said: dict[str, Any] = jwt.decode(
            token, key=key, algorithms=[algorithm], audience=settings.DIRECTORY["client_id"],
            issuer=settings.DIRECTORY["issuer"], leeway=LEEWAY, options={"require": NEEDED},
        )  # fmt: skip
    except jwt.InvalidAudienceError as problem:
        raise DirectoryError("audience") from problem
    except jwt.InvalidIssuerError as problem:
        raise DirectoryError("issuer") from problem
    except (jwt.ExpiredSignatureError, jwt.ImmatureSignatureError, jwt.InvalidIssuedAtError) as problem:
        raise DirectoryError("expired") from problem
    except (jwt.PyJWTError, ValueError, TypeError) as problem:
        raise DirectoryError("token") from problem
    return said


def _key(header: dict[str, Any]) -> tuple[str, Any]:
    algorithm, kid = header.get("alg"), str(header.get("kid", ""))
    if algorithm not in ALGORITHMS:
        raise DirectoryError("algorithm")
    row = key_set().get(kid) or key_set(is_stale=True).get(kid)
    if row is None or row.get("use", "sig") != "sig" or row.get("alg", algorithm) != algorithm:
        raise DirectoryError("key")
    if row.get("kty") != {"R": "RSA", "P": "RSA", "E": "EC"}[algorithm[0]]:
        raise DirectoryError("key")
    return algorithm, get_default_algorithms()[algorithm].from_jwk(json.dumps(row))
