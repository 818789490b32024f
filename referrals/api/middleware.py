"""Who calls the partner API. The bearer token is looked up before the view, so that the whole request acts as it."""

from hashlib import sha256

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from oauth2_provider.models import AccessToken, get_access_token_model

from foundation.accounts.models import User
from foundation.core.acting import acting
from foundation.core.middleware import Handler
from referrals.api import throttles
from referrals.models import Partner
from referrals.partnership import PartnerStatus
from referrals.policy import works_for

PREFIX = "/api/"


def act_as_partner(get_response: Handler) -> Handler:
    """For addresses of the API: ``request.partner_user``, ``request.partner_scopes``, and everything runs as it."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if not request.path.startswith(PREFIX):
            return get_response(request)
        with acting(None):  # whoever acts sees no token
            user, scopes = _caller(request)
        request.partner_user, request.partner_scopes = user, scopes  # type: ignore[attr-defined]
        request.standing = throttles.of_program(user)  # type: ignore[attr-defined]
        with acting(user.pk if user else None):
            response = get_response(request)
        throttles.tell(request, response)
        if response.status_code != 405:  # elsewhere it would tell one address from another
            response.headers.pop("Allow", None)
        return response

    return middleware


def _caller(request: HttpRequest) -> tuple[User | None, set[str]]:
    kind, _space, token = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not token:
        return None, set()
    model: type[AccessToken] = get_access_token_model()
    checksum = sha256(token.strip().encode()).hexdigest()
    rows = model.objects.select_related("application__user")
    found = rows.filter(token_checksum=checksum, expires__gt=timezone.now()).first()
    user = found.application.user if found and found.application else None
    return (user, set(found.scope.split())) if user is not None and may_call(user) else (None, set())


def may_call(user: User) -> bool:
    """An active machine on the seat of one partner that is not suspended: suspension works at once.

    One partner exactly, because a cursor counts the changes of one recipient.
    """
    organisations = works_for(user)
    is_known = user.is_active and user.is_machine and len(organisations) == 1
    return is_known and Partner.objects.filter(pk__in=organisations, status=PartnerStatus.ACTIVE).exists()
