"""Errors as problem documents (RFC 9457). ``code`` is stable and says whose fault it is."""

from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from foundation.core.errors import DomainError

MEDIA_TYPE = "application/problem+json"
CODES = {
    400: "sender.malformed",
    401: "sender.not_authenticated",
    403: "sender.not_allowed",
    404: "record.absent",
    405: "sender.method",
    406: "sender.media_type",
    415: "sender.media_type",
    428: "sender.if_match_missing",
    429: "sender.too_many",
}


class IfMatchMissing(exceptions.APIException):
    """428: an action must say which version it answers to."""

    status_code = 428
    default_code = "if_match_missing"


def problem(status: int, code: str, detail: str = "", **more: Any) -> Response:
    """A problem document; nothing in it comes from a hidden record."""
    data = {"type": f"/api/v1/problems#{code}", "title": title(status), "status": status, "code": code, **more}
    return Response({**data, "detail": detail} if detail else data, status=status, content_type=MEDIA_TYPE)


def title(status: int) -> str:
    """A short sentence in the caller's language."""
    titles = {
        400: _("The request could not be understood."),
        401: _("Please authenticate."),
        403: _("This is not allowed."),
        404: _("There is nothing at this address."),
        405: _("This method is not allowed here."),
        409: _("This does not fit the current state."),
        410: _("This is no longer available to you."),
        412: _("Your copy is out of date."),
        422: _("This cannot be done."),
        428: _("Say in If-Match which version you answer to."),
        429: _("Too many requests."),
    }
    return str(titles.get(status, _("Something went wrong.")))


def handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler: every error is a problem and rolls the transaction back."""
    set_rollback()
    if isinstance(error, Http404):
        return problem(404, CODES[404])
    if isinstance(error, DomainError):
        extra = {"field": error.field} if error.field else {}
        if error.status == 404:
            return problem(404, CODES[404])
        return problem(error.status, error.code, error.message, **extra)
    if isinstance(error, exceptions.ValidationError):
        return problem(400, CODES[400], errors=error.get_full_details())
    if isinstance(error, exceptions.APIException):
        response = problem(error.status_code, CODES.get(error.status_code, "sender.malformed"))
        for name, value in (("WWW-Authenticate", getattr(error, "auth_header", None)), ("Retry-After", _wait(error))):
            if value:
                response[name] = value
        return response
    return None


def _wait(error: Exception) -> str | None:
    wait = getattr(error, "wait", None)
    return f"{wait:.0f}" if wait else None
