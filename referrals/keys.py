"""Public keys of partners' programs, and what is signed with them (RFC 7517, 7523, 7638; OpenID Connect Core §9).

A key comes with its kind, and the kind says the one algorithm that counts: nothing in a signed text chooses another.
"""

import json
import re
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from foundation.core.errors import Refused

LARGEST_KEY, LARGEST_ASSERTION, LONGEST_JTI = 4096, 8192, 200
ASSERTION, PROOF = timedelta(minutes=5), timedelta(hours=24)
LEEWAY = timedelta(seconds=60)
KINDS = {("EC", "P-256"): "ES256", ("OKP", "Ed25519"): "EdDSA", ("RSA", None): "RS256"}
NEEDED = {"EC": ("crv", "kty", "x", "y"), "OKP": ("crv", "kty", "x"), "RSA": ("e", "kty", "n")}
PRIVATE = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}
KID = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]{1,100}")
RSA_BITS = range(2048, 8193)


@dataclass(frozen=True)
class PublicKey:
    """A key as it is kept: its id, the one algorithm it is for, its members and nothing else, its thumbprint."""

    kid: str
    alg: str
    jwk: dict[str, str]
    thumbprint: str


class Unproven(Exception):
    """Something signed does not count. ``code`` for the trail; ``told`` in English and ASCII, for who wrote the program."""

    def __init__(self, code: str, told: str = "") -> None:
        super().__init__(code)
        self.code, self.told = code, told


def issuer() -> str:
    """The installation's own address (``AMPARO_URL``)."""
    return str(settings.URL).rstrip("/")


def endpoint() -> str:
    """Where tokens are given: the audience of an assertion."""
    return f"{issuer()}/api/v1/oauth/token"


def registering() -> str:
    """The audience of the proof that comes with a new key; no token is given for it."""
    return f"{endpoint()}#register"


def read_key(text: str) -> PublicKey:
    """A JWK as a partner sends it. Raises ``Refused`` with what is wrong: private parts, symmetric, too short, unknown."""
    given = _members(text)
    kty = given.get("kty")
    if kty == "oct":
        raise Refused(
            "key.symmetric", _("A symmetric key is a secret. Send a public key: EC P-256, Ed25519 or RSA."), "jwk"
        )
    if PRIVATE & set(given):
        raise Refused(
            "key.private",
            _(
                "This holds the private part, so the key is no longer private. Make a new pair and send the public part only."
            ),
            "jwk",
        )
    alg = KINDS.get((kty, given.get("crv"))) if isinstance(kty, str) else None
    if alg is None:
        raise Refused("key.kind", _("Send a key of the kind EC P-256, Ed25519 or RSA."), "jwk")
    _check_purpose(given, alg)
    jwk = _canonical(given, alg)
    thumbprint = thumbprint_of(jwk)
    return PublicKey(_kid(given.get("kid", thumbprint)), alg, jwk, thumbprint)


def _members(text: str) -> dict[str, Any]:
    try:
        given = json.loads(text) if len(text) <= LARGEST_KEY else None
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, dict) or "keys" in given:
        raise Refused("key.form", _("This is not one key in the form of a JWK."), "jwk")
    return given


def _check_purpose(given: dict[str, Any], alg: str) -> None:
    known = {*NEEDED[given["kty"]], "kid", "alg", "use", "key_ops"}
    is_for_it = given.get("use", "sig") == "sig" and given.get("key_ops", ["verify"]) == ["verify"]
    if set(given) - known or given.get("alg", alg) != alg or not is_for_it:
        raise Refused(
            "key.purpose",
            _("The key must be for signing (%(alg)s) and hold nothing but its members, kid, alg, use and key_ops.")
            % {"alg": alg},
            "jwk",
        )


def _canonical(given: dict[str, Any], alg: str) -> dict[str, str]:
    """The members as the library writes them, so that one key has one form."""
    try:
        key: Any = jwt.PyJWK(given, algorithm=alg).key
        written = dict(jwt.get_algorithm_by_name(alg).to_jwk(key, as_dict=True))
    except (jwt.PyJWTError, ValueError, TypeError, AttributeError):
        raise Refused("key.broken", _("The members of this key do not make a key."), "jwk") from None
    if isinstance(key, RSAPublicKey) and key.key_size not in RSA_BITS:
        raise Refused("key.short", _("An RSA key needs at least 2048 bits."), "jwk")
    return {name: str(written[name]) for name in NEEDED[given["kty"]]}


def _kid(given: Any) -> str:
    if not isinstance(given, str) or not KID.fullmatch(given):
        raise Refused("key.id", _("A key id is 1 to 100 printable ASCII characters without spaces and quotes."), "jwk")
    return given


def thumbprint_of(jwk: Mapping[str, str]) -> str:
    """RFC 7638: what tells one key from all others."""
    text = json.dumps(dict(jwk), sort_keys=True, separators=(",", ":"))
    return urlsafe_b64encode(sha256(text.encode()).digest()).rstrip(b"=").decode()


def claimed(assertion: str) -> tuple[str, str | None]:
    """Who an assertion says it is from, and under which key id. Nothing of it is proven."""
    try:
        if len(assertion) > LARGEST_ASSERTION or not assertion.isascii():
            raise Unproven("form", "The assertion is too long or not ASCII.")
        header = jwt.get_unverified_header(assertion)
        claims = jwt.decode(assertion, options={"verify_signature": False})
    except (jwt.PyJWTError, ValueError, TypeError, OverflowError, RecursionError):
        raise Unproven("form", "The assertion is not a signed JWT (RFC 7519).") from None
    kid, sub = header.get("kid"), claims.get("sub")
    if "crit" in header or not isinstance(sub, str) or not sub.isprintable():
        raise Unproven("form", "The assertion needs the client id as sub, and no crit in its header.")
    return sub, kid if isinstance(kid, str) else None


def proven(assertion: str, key: PublicKey, whom: str, audiences: list[str], longest: timedelta) -> dict[str, Any]:
    """The claims, if ``whom`` signed them with this key for one of ``audiences`` and for no longer than ``longest``.

    Clocks may differ by 60 s. What is wrong is said only after the signature was found right.
    """
    try:
        claims: dict[str, Any] = jwt.decode(
            assertion, jwt.PyJWK({**key.jwk}, algorithm=key.alg).key, algorithms=[key.alg], leeway=LEEWAY,
            issuer=whom, subject=whom, audience=audiences, options={"require": ["iss", "sub", "aud", "exp", "jti"]},
        )  # fmt: skip
    except jwt.ExpiredSignatureError:
        raise Unproven("expired", f"The assertion has expired (exp); {_our_clock()}.") from None
    except jwt.ImmatureSignatureError:
        raise Unproven("ahead", f"The assertion is from the future (iat or nbf); {_our_clock()}.") from None
    except jwt.InvalidAudienceError:
        raise Unproven("audience", f"The assertion must have the audience (aud) {audiences[0]}.") from None
    except (jwt.InvalidSignatureError, jwt.InvalidAlgorithmError, jwt.InvalidKeyError):
        raise Unproven("signature") from None
    except (jwt.PyJWTError, ValueError, TypeError, OverflowError):
        raise Unproven("claims", "The assertion needs iss and sub (both the client id), aud, exp and jti.") from None
    _check_claims(claims, longest, audiences)
    return claims


def _check_claims(claims: dict[str, Any], longest: timedelta, audiences: list[str]) -> None:
    exp, jti = claims["exp"], claims["jti"]
    if isinstance(exp, bool) or not isinstance(exp, (int, float)):
        raise Unproven("claims", "exp is a number of seconds.")
    if exp > (timezone.now() + longest + LEEWAY).timestamp():
        most = int(longest.total_seconds() // 60)
        raise Unproven("long", f"exp may be at most {most} minutes ahead; {_our_clock()}.")
    if not 1 <= len(jti) <= LONGEST_JTI:
        raise Unproven("claims", f"jti is a text of 1 to {LONGEST_JTI} characters.")
    if isinstance(claims["aud"], list) and len(claims["aud"]) != 1:
        raise Unproven("audience", f"The assertion must have one audience (aud), {audiences[0]}.")


def _our_clock() -> str:
    return f"our clock says {timezone.now():%Y-%m-%dT%H:%M:%SZ}"
