"""How often a machine may ask. Without the cache nobody is stopped: it holds limits, never the truth."""

from typing import Any

from redis.exceptions import RedisError
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle, UserRateThrottle


class PartnerRate(UserRateThrottle):
    """Requests of one machine (``AMPARO_API_RATE``)."""

    def allow_request(self, request: Request, view: Any) -> bool:
        """Whether this request is within the limit."""
        try:
            return super().allow_request(request, view)
        except RedisError:
            return True


class TokenRate(SimpleRateThrottle):
    """Requests for a token from one address."""

    scope = "token"
    rate = "60/min"

    def get_cache_key(self, request: Request, view: Any) -> str:
        """One counter per address."""
        return f"throttle_token_{self.get_ident(request)}"

    def allow_request(self, request: Request, view: Any) -> bool:
        """Whether this request is within the limit."""
        try:
            return super().allow_request(request, view)
        except RedisError:
            return True
