"""How often a machine may ask, and how every answer tells it (draft-ietf-httpapi-ratelimit-headers: ``RateLimit-Policy``,
``RateLimit``). Without Valkey each process of ours counts for itself (``foundation.core.cache``).
"""

import math
import time
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.http import HttpRequest, HttpResponseBase
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

from foundation.accounts.models import User
from foundation.core.cache import counted


@dataclass(frozen=True)
class Standing:
    """Where a caller stands in its window: ``n`` of ``most`` requests made, ``reset`` seconds left of ``seconds``."""

    policy: str
    most: int
    seconds: int
    n: int
    reset: int

    @property
    def is_over(self) -> bool:
        """Whether this request is one too many."""
        return self.n > self.most

    def tell(self, response: HttpResponseBase) -> None:
        """Put it on the answer."""
        response["RateLimit-Policy"] = f'"{self.policy}";q={self.most};w={self.seconds}'
        response["RateLimit"] = f'"{self.policy}";r={max(0, self.most - self.n)};t={self.reset}'


class Window(SimpleRateThrottle):
    """Counts in a window that opens with the first request. One step for each request, however many come at once."""

    policy = ""

    def measure(self, key: str) -> Standing:
        """Count one request."""
        most, seconds = self.parse_rate(self.rate)
        if most is None or seconds is None:
            raise ValueError("a limit needs a rate")
        n, now = counted(key, seconds), time.time()
        if n == 1:
            cache.set(f"{key}_ends", now + seconds, seconds)
        left = (now + seconds if n == 1 else cache.get(f"{key}_ends", now + seconds)) - now
        return Standing(self.policy, most, seconds, n, min(seconds, max(1, math.ceil(left))))

    def allow_request(self, request: Request, view: Any) -> bool:
        """Whether the request is within the limit; the answer will say where its caller stands."""
        found: Any = request._request
        self.standing = found.standing = self.standing_of(request, view)
        return self.standing is None or not self.standing.is_over

    def standing_of(self, request: Request, view: Any) -> Standing | None:
        """Count this request."""
        key = self.get_cache_key(request, view)
        return self.measure(key) if key else None

    def wait(self) -> float | None:
        """Seconds until the next window."""
        return float(self.standing.reset) if self.standing else None


class PartnerRate(Window):
    """Requests of one program (``AMPARO_API_RATE``). The middleware counts them, so that every answer can say it."""

    scope, policy = "user", "client"

    def standing_of(self, request: Request, view: Any) -> Standing | None:
        """As the middleware counted it. Who is nobody is answered 401 and is not counted."""
        return getattr(request._request, "standing", None)


class TokenRate(Window):
    """Requests for a token from one address."""

    scope = policy = "token"
    rate = "60/min"

    def get_cache_key(self, request: Request, view: Any) -> str:
        """One counter per address."""
        return f"throttle_token_{self.get_ident(request)}"


def of_program(user: User | None) -> Standing | None:
    """Count a request of this program."""
    return PartnerRate().measure(f"throttle_client_{user.pk}") if user else None


def tell(request: HttpRequest, response: HttpResponseBase) -> None:
    """Say on the answer where the caller stands, if it was counted."""
    standing: Standing | None = getattr(request, "standing", None)
    if standing is not None:
        standing.tell(response)
