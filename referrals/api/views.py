"""The partner API, version 1."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.audit import trail
from foundation.core import policy
from foundation.core.errors import Absent, Stale
from referrals import actions
from referrals.api import problems, serializers
from referrals.api.authentication import require_scope
from referrals.api.idempotency import is_replay
from referrals.api.representation import available_actions, summary, whole
from referrals.models import Referral
from referrals.policy import is_recipient

_P = OpenApiResponse(serializers.Problem)
_PROBLEMS: dict[Any, Any] = {
    (code, problems.MEDIA_TYPE): _P for code in (400, 401, 403, 404, 409, 410, 412, 422, 428, 429)
}
_READING = {key: value for key, value in _PROBLEMS.items() if key[0] in (400, 401, 403, 404, 410, 429)}
_ACTING = [
    OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, required=True, description="The ETag you answer to."),
    OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER, description="1–80 characters, kept for 24 h."),
]


def _fetch(request: Request, pk: str) -> Referral:
    """A referral addressed to the caller; any other id, form of id or recipient is the same 404."""
    try:
        found: Referral = policy.fetch(request.user, Referral, UUID(pk), related=("dossier", "unit"))
    except ValueError:
        raise Absent("record.absent", "") from None
    if not is_recipient(request.user, found) or found.sent_at is None:
        raise Absent("record.absent", "")
    return found


def _etag(referral: Referral) -> str:
    return f'"{referral.version}"'


@extend_schema(
    operation_id="listReferrals", parameters=[serializers.InboxQuery], responses={200: serializers.Inbox, **_READING}
)
@api_view(["GET"])
def inbox(request: Request) -> Response:
    """What changed for you since a cursor: stable under insertion, without anything of the person."""
    require_scope(request, "referrals:read")
    query = serializers.InboxQuery(data=request.query_params.dict())
    query.is_valid(raise_exception=True)
    after, limit, status = (query.validated_data.get(name) for name in ("after", "limit", "status"))
    organisations = [s.unit.organisation_id for s in request.user.seats]
    rows = Referral.objects.visible_to(request.user).filter(recipient__in=organisations, change__gt=after)
    if status:
        rows = rows.filter(status=status)
    found = list(rows.select_related("unit").order_by("change")[: limit + 1])
    page = found[:limit]
    trail.record("referral.listed", ids=[row.pk for row in page])
    cursor = page[-1].change if page else after
    data = {"results": [summary(row) for row in page], "next_cursor": cursor, "has_more": len(found) > limit}
    return Response(data)


@extend_schema(operation_id="readReferral", responses={200: serializers.Whole, **_READING})
@api_view(["GET"])
def detail(request: Request, pk: str) -> Response:
    """One referral, as far as its state and the person's consent allow at this moment."""
    require_scope(request, "referrals:read")
    referral = _fetch(request, pk)
    if referral.recalled_at:
        detail_ = _("The person has taken back the consent. Stop, and confirm it.")
        more = {"reference": referral.reference, "available_actions": available_actions(referral)}
        response = problems.problem(410, "consent.withdrawn", detail_, **more)
    else:
        data = whole(referral)
        actions.viewed(referral)
        response = Response(data)
    response["ETag"] = _etag(referral)
    return response


def _check_version(expected: str) -> Any:
    def check(locked: Referral) -> None:
        if expected not in ("*", _etag(locked)):
            raise Stale("state.stale", _("Your copy is out of date."))

    return check


def _act(request: Request, pk: str, verb: str) -> Response:
    require_scope(request, "referrals:respond")
    referral = _fetch(request, pk)
    body = serializers.BODIES[verb](data=request.data)
    body.is_valid(raise_exception=True)
    if not is_replay(request):
        expected = request.headers.get("If-Match", "")
        if not expected:
            raise problems.IfMatchMissing
        referral = _carry_out(referral, verb, body.validated_data, request.user, _check_version(expected))
    else:
        referral = _fetch(request, pk)
    response = Response(summary(referral))
    response["ETag"] = _etag(referral)
    return response


def _carry_out(referral: Referral, verb: str, data: dict[str, str], user: Any, check: Any) -> Referral:
    if verb == "confirm-withdrawal":
        return actions.confirm_withdrawal(referral, data["confirmation"], by=user, check=check)
    reply = actions.Reply(reason=data.get("reason", ""), outcome=data.get("outcome", ""), text=data.get("text", ""))
    return actions.act_as_recipient(referral, verb.replace("-", "_"), reply, by=user, check=check)


def action(verb: str) -> Any:
    """The view of one verb, described by its own body."""

    def view(request: Request, pk: str) -> Response:
        return _act(request, pk, verb)

    view.__name__ = verb.replace("-", "_")
    view.__doc__ = f"{verb.replace('-', ' ').capitalize()}: allowed while ``available_actions`` lists it."
    name = "".join(part.capitalize() for part in verb.split("-"))
    decorated = extend_schema(
        operation_id=f"referral{name}",
        request=serializers.BODIES[verb],
        parameters=_ACTING,
        responses={200: serializers.Line, **_PROBLEMS},
    )(api_view(["POST"])(view))
    return decorated


@extend_schema(exclude=True)
@api_view(["GET", "POST", "PUT", "PATCH", "DELETE"])
def nothing(request: Request, path: str = "") -> Response:
    """Any other address of the API: the same 404."""
    raise Absent("record.absent", "")
