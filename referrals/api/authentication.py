"""What DRF is told about the caller; the work was done by ``middleware``."""

from typing import Any

from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request


class PartnerToken(BaseAuthentication):
    """The machine behind the bearer token, or nobody."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        """The user and the scopes that the middleware found."""
        django_request = request._request
        user = getattr(django_request, "partner_user", None)
        return (user, django_request.partner_scopes) if user is not None else None  # type: ignore[attr-defined]

    def authenticate_header(self, request: Request) -> str:
        """Makes the answer a 401."""
        return "Bearer"


def require_scope(request: Request, scope: str) -> None:
    """403 unless the token has the scope."""
    if not isinstance(request.auth, set) or scope not in request.auth:
        raise PermissionDenied(code="scope")
