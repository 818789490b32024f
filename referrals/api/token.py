"""The token endpoint: OAuth 2 client credentials and nothing else. Its errors have the form of RFC 6749 §5.2."""

import json
from hashlib import sha256
from typing import Any

from django.db import DataError, transaction
from django.http import HttpRequest, HttpResponse
from drf_spectacular.utils import OpenApiResponse, extend_schema
from oauth2_provider.models import AccessToken, get_access_token_model
from oauth2_provider.views import TokenView
from rest_framework.decorators import (
    api_view,
    authentication_classes,
    parser_classes,
    permission_classes,
    throttle_classes,
)
from rest_framework.parsers import FormParser
from rest_framework.request import Request

from foundation.audit import trail
from foundation.core.acting import acting
from referrals.api import serializers
from referrals.api.middleware import may_call
from referrals.api.schema import PROBLEM
from referrals.api.throttles import TokenRate

_REFUSED = OpenApiResponse(serializers.TokenError)


@extend_schema(
    operation_id="getToken",
    request={"application/x-www-form-urlencoded": serializers.TokenRequest},
    responses={200: serializers.Token, 400: _REFUSED, 401: _REFUSED, (429, "application/problem+json"): PROBLEM},
    auth=[{"client": []}, {}],  # type: ignore[list-item]
)
@api_view(["POST"])
@authentication_classes([])
@permission_classes([])
@parser_classes([FormParser])
@throttle_classes([TokenRate])
def token(request: Request) -> HttpResponse:
    """A token for 15 minutes, for something signed with your key (``private_key_jwt``), or for your id and secret."""
    if request.META.get("QUERY_STRING"):
        return _refuse(400, "invalid_request", "Nothing may stand in the address.")
    if request._request.content_type != FormParser.media_type:
        return _refuse(400, "invalid_request", f"Send the parameters as {FormParser.media_type}.")
    if any(len(values) > 1 for _name, values in request._request.POST.lists()):
        return _refuse(400, "invalid_request", "A parameter stands there twice.")
    status, body = _answer(request._request)
    if status != 200:
        return _refuse(status, body["error"], body.get("error_description", ""))
    way = "key" if "client_assertion" in request._request.POST else "secret"
    return _json(200, body) if _is_recorded(body["access_token"], way) else _refuse(401, "invalid_client")


def _answer(request: HttpRequest) -> tuple[int, dict[str, Any]]:
    try:
        with transaction.atomic():
            _url, _headers, body, status = TokenView().create_token_response(request)
    except (DataError, ValueError):  # what no client id can be
        return 401, {"error": "invalid_client"}
    return status, json.loads(body)


def _is_recorded(issued: str, way: str) -> bool:
    """Write the new token into the trail; take it back if its machine may not call now."""
    model: type[AccessToken] = get_access_token_model()
    row = model.objects.select_related("application__user").get(token_checksum=sha256(issued.encode()).hexdigest())
    user = row.application.user
    if user is None or not may_call(user):
        row.delete()
        return False
    with acting(user.pk):
        trail.record("api.token", client=str(row.application_id), scope=row.scope, way=way)
    return True


def _refuse(status: int, error: str, description: str = "") -> HttpResponse:
    body = {"error": error, "error_description": description} if description else {"error": error}
    response = _json(status, body)
    if status == 401:
        response["WWW-Authenticate"] = 'Basic realm="amparo"'
    return response


def _json(status: int, body: dict[str, Any]) -> HttpResponse:
    return HttpResponse(json.dumps(body), status=status, content_type="application/json")
