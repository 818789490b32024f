"""How often a machine may ask. Without Valkey each process of ours counts for itself (``foundation.core.cache``)."""

from typing import Any

from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle, UserRateThrottle


class PartnerRate(UserRateThrottle):
    """Requests of one machine (``AMPARO_API_RATE``)."""


class TokenRate(SimpleRateThrottle):
    """Requests for a token from one address."""

    scope = "token"
    rate = "60/min"

    def get_cache_key(self, request: Request, view: Any) -> str:
        """One counter per address."""
        return f"throttle_token_{self.get_ident(request)}"
