"""What DRF is told about the caller; the work was done by ``middleware``."""

from typing import Any, cast

from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.request import Request

from foundation.accounts.models import User

READ, RESPOND = "referrals:read", "referrals:respond"
DIRECTORY = "directory:read"


class PartnerToken(BaseAuthentication):
    """The machine behind the bearer token, or nobody. A token that does not count is said to be invalid (RFC 6750)."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        """The user and the scopes that the middleware found."""
        found: Any = request._request
        if getattr(found, "partner_user", None) is not None:
            return found.partner_user, found.partner_scopes
        if "Authorization" in request.headers:
            raise AuthenticationFailed(_("The token is unknown, has expired or was stopped."))
        return None

    def authenticate_header(self, request: Request) -> str:
        """Makes the answer a 401."""
        more = ', error="invalid_token"' if "Authorization" in request.headers else ""
        return f'Bearer realm="amparo"{more}'


class ScopeMissing(PermissionDenied):
    """403: the token was asked for without this scope."""

    default_code = "scope"

    def __init__(self, scope: str) -> None:
        super().__init__(_("The token does not have the scope %(scope)s.") % {"scope": scope})
        self.auth_header = f'Bearer realm="amparo", error="insufficient_scope", scope="{scope}"'


def machine(request: Request) -> User:
    """Who calls, after authentication."""
    return cast(User, request.user)


def require_scope(request: Request, scope: str) -> None:
    """403 unless the token has the scope."""
    if not isinstance(request.auth, set) or scope not in request.auth:
        raise ScopeMissing(scope)
