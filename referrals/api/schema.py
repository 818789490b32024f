"""The OpenAPI document: what every operation has in common, and the document itself."""

import json
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import override
from django.views.decorators.http import require_GET
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse

from referrals.api import problems, serializers

PROBLEM = OpenApiResponse(serializers.Problem)
SCOPES = {
    "referrals:read": "Read referrals addressed to you", "referrals:respond": "Answer them",
    "directory:read": "Read the directory of services (HSDS)",
}  # fmt: skip

_DETAIL = {200: "", 410: ""}
ID = OpenApiParameter("id", {"type": "string", "format": "uuid"}, OpenApiParameter.PATH)
SERVICE = OpenApiParameter("service", {"type": "string", "format": "uuid"}, OpenApiParameter.PATH)
ACCEPT_LANGUAGE = OpenApiParameter(
    "Accept-Language", str, OpenApiParameter.HEADER, description="en, ru or ar: the language of titles and details."
)
ETAG = OpenApiParameter(
    "ETag", str, OpenApiParameter.HEADER, response=list(_DETAIL), description="The version; send it back in If-Match."
)
IF_MATCH = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, required=True, description="The ETag that you answer to."
)
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="1–80 printable ASCII characters, kept for 24 hours: the same request again gets the same answer.",
)
REPLAYED = OpenApiParameter(
    "Idempotency-Replayed",
    {"type": "string", "enum": ["true"]},
    OpenApiParameter.HEADER,
    response=[200],
    description="The answer was given before; nothing was done again.",
)
RETRY_AFTER = OpenApiParameter("Retry-After", int, OpenApiParameter.HEADER, response=[429, 503], description="Seconds.")


def refusals(*statuses: int) -> dict[Any, Any]:
    """Responses that are problem documents."""
    return {(status, problems.MEDIA_TYPE): PROBLEM for status in statuses}


READING = refusals(400, 401, 403, 404, 406, 410, 429, 503)
LISTING = refusals(400, 401, 403, 406, 429, 503)
ACTING = refusals(400, 401, 403, 404, 406, 409, 410, 411, 412, 413, 415, 422, 428, 429, 503)


def tell_rates(result: dict[str, Any], **_more: Any) -> dict[str, Any]:
    """Every answer to a known program says where it stands (``throttles``): a hook of the generator."""
    headers = {
        "RateLimit-Policy": 'The limit: `"client";q=600;w=60` allows 600 requests in 60 seconds.',
        "RateLimit": 'Where you stand: `"client";r=599;t=42` leaves 599 requests for the next 42 seconds.',
    }
    told = {name: {"$ref": f"#/components/headers/{name}"} for name in headers}
    result["components"]["headers"] = {
        name: {"schema": {"type": "string"}, "description": text} for name, text in headers.items()
    }
    for operations in result["paths"].values():
        for operation in operations.values():
            for response in operation["responses"].values():
                response["headers"] = {**response.get("headers", {}), **told}
    return result


class Scheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How a caller proves who it is."""

    target_class = "referrals.api.authentication.PartnerToken"
    name = "oauth2"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        """OAuth 2 client credentials, by ``private_key_jwt`` or a secret."""
        flow = {"tokenUrl": "/api/v1/oauth/token", "scopes": SCOPES}
        return {"type": "oauth2", "flows": {"clientCredentials": flow}}


@cache
def document() -> dict[str, Any]:
    """The document, in English; made once per process."""
    with override("en"):
        made: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return made


@require_GET
def kinds(request: HttpRequest) -> JsonResponse:
    """What the ``type`` of a problem leads to: every code, its status and its title."""
    told = [
        {"code": code, "status": status, "title": problems.title(status)} for code, status in problems.KINDS.items()
    ]
    return JsonResponse({"problems": told})


@require_GET
def openapi(request: HttpRequest) -> HttpResponse:
    """The document, for everybody."""
    text = json.dumps(document(), ensure_ascii=False, separators=(",", ":"))
    return HttpResponse(text, content_type="application/vnd.oai.openapi+json; version=3.1")
