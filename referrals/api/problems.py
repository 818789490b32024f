"""Errors as problem documents (RFC 9457). ``code`` is stable and says whose fault it is."""

import math
from typing import Any

from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, UnreadablePostError
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
    406: "sender.accept",
    411: "sender.length",
    413: "sender.too_large",
    415: "sender.media_type",
    428: "sender.if_match_missing",
    429: "sender.too_many",
}


KINDS = {
    **{code: status for status, code in CODES.items()},
    "sender.invalid": 400,
    "sender.scope": 403,
    "sender.idempotency_key_reused": 409,
    "sender.idempotency_key": 422,
    "actor.not_allowed": 403,
    "state.not_from_here": 409,
    "state.attempts": 409,
    "state.not_yours": 409,
    "state.nothing_to_confirm": 409,
    "state.stale": 412,
    "consent.withdrawn": 410,
    "consent.expired": 410,
    "consent.suspended": 410,
    "receiver.agreement": 410,
    "receiver.reason": 422,
    "receiver.outcome": 422,
    "receiver.text": 422,
    "receiver.confirmation": 422,
    "receiver.ground": 422,
    "receiver.until": 422,
    "receiver.at": 422,
    "receiver.way": 422,
    "sender.staff_only": 422,
    **dict.fromkeys(
        (f"service.{word}" for word in ("code", "hours", "time_zone", "capacity", "invalid", "address")), 422
    ),
    "receiver.outside": 422,
    **dict.fromkeys(
        (
            f"receiver.{word}"
            for word in ("item", "item_reason", "venue", "where", "tell_by", "interpreter", "result", "early")
        ),
        422,
    ),
    "house.broken": 500,
    "house.unreadable": 503,
    "house.unavailable": 503,
    "house.full": 503,
}
"""Every code that the API answers, and its status."""


class IfMatchMissing(exceptions.APIException):
    """428: an action must say which version it answers to."""

    status_code = 428
    default_detail = ""


class LengthMissing(exceptions.APIException):
    """411: a body in chunks is not read."""

    status_code = 411
    default_detail = ""


class Told(Exception):
    """A refusal of the domain, with what the caller may know of the record: members of the problem, and its ETag."""

    def __init__(self, error: DomainError, etag: str, **more: Any) -> None:
        super().__init__(error.code)
        self.error, self.etag, self.more = error, etag, more


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
        406: _("The answer is JSON; Accept must allow it."),
        409: _("This does not fit the current state."),
        410: _("This is no longer available to you."),
        411: _("Say in Content-Length how long the body is."),
        412: _("Your copy is out of date."),
        413: _("The request is too large."),
        415: _("Send the body as application/json."),
        422: _("This cannot be done."),
        428: _("Say in If-Match which version you answer to."),
        429: _("Too many requests."),
        503: _("Not available at the moment."),
    }
    return str(titles.get(status, _("Something went wrong.")))


def handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler: every error is a problem and rolls the transaction back."""
    set_rollback()
    if isinstance(error, Told):
        response = _of_domain(error.error, error.more)
        response["ETag"] = error.etag
        return response
    if isinstance(error, DomainError):
        return _of_domain(error, {})
    if isinstance(error, exceptions.ValidationError):
        detail = _("Some values are not accepted; see errors.")
        return problem(400, "sender.invalid", detail, errors=error.get_full_details())
    if isinstance(error, exceptions.APIException):
        return _of_framework(error)
    return _of_django(error)


def _of_domain(error: DomainError, more: dict[str, Any]) -> Response:
    if error.status == 404:
        return problem(404, CODES[404])
    field = {"field": error.field} if error.field else {}
    return problem(error.status, error.code, error.message, **field, **more)


def _of_framework(error: exceptions.APIException) -> Response:
    status = error.status_code
    code = "sender.scope" if error.get_codes() == "scope" else CODES.get(status, CODES[400])
    response = problem(status, code, "" if status in (404, 405, 415) else str(error.detail))
    header, wait = getattr(error, "auth_header", None), getattr(error, "wait", None)
    if header:
        response["WWW-Authenticate"] = header
    if status == 429:
        response["Retry-After"] = str(max(1, math.ceil(wait or 1)))
    return response


def _of_django(error: Exception) -> Response | None:
    if isinstance(error, Http404):
        return problem(404, CODES[404])
    if isinstance(error, RequestDataTooBig):
        return problem(413, CODES[413])
    if isinstance(error, (SuspiciousOperation, BadRequest, UnreadablePostError)):
        return problem(400, CODES[400])
    return None
