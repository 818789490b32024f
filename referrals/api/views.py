"""The partner API, version 1."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.audit import trail
from foundation.core import policy
from foundation.core.errors import Absent, DomainError, Gone, Stale, WrongState
from referrals import actions
from referrals.api import problems, schema, serializers
from referrals.api.authentication import READ, RESPOND, machine, require_scope
from referrals.api.idempotency import Claim, claim
from referrals.api.matching import read_once, version_check
from referrals.api.query import query_of
from referrals.api.representation import available_actions, etag, summary, whole
from referrals.appointing import Meeting
from referrals.attempting import Attempt
from referrals.models import Referral
from referrals.policy import is_recipient, works_for


def _fetch(request: Request, ref: str) -> Referral:
    """A referral addressed to the caller; any other id, form of id or recipient is the same 404."""
    try:
        found: Referral = policy.fetch(
            request.user, Referral, UUID(ref), related=("dossier", "unit", "service__partner")
        )
    except ValueError:
        raise Absent("record.absent", "") from None
    if not is_recipient(request.user, found) or found.sent_at is None:
        raise Absent("record.absent", "")
    return found


def _told(error: DomainError, referral: Referral) -> problems.Told:
    """The refusal with what the recipient may know: where it stands and what can be done now."""
    more = {"reference": referral.reference, "state": referral.status}
    return problems.Told(error, etag(referral), **more, available_actions=available_actions(referral))


@extend_schema(
    operation_id="listReferrals",
    parameters=[serializers.InboxQuery, schema.ACCEPT_LANGUAGE, schema.RETRY_AFTER],
    responses={200: serializers.Inbox, **schema.LISTING},
)
@api_view(["GET"])
def inbox(request: Request) -> Response:
    """What changed for you since a cursor, oldest change first: stable under insertion, nothing of the person."""
    require_scope(request, READ)
    query = query_of(request, serializers.InboxQuery)
    after, limit, status = query["after"], query["limit"], query.get("status")
    rows = Referral.objects.visible_to(machine(request)).filter(
        recipient__in=works_for(machine(request)), change__gt=after
    )
    if status:
        rows = rows.filter(status=status)
    found = list(rows.select_related("unit").order_by("change")[: limit + 1])
    page = found[:limit]
    trail.record("referral.listed", ids=[row.pk for row in page])
    cursor = page[-1].change if page else after
    data = {"results": [summary(row) for row in page], "next_cursor": cursor, "has_more": len(found) > limit}
    return Response(data)


@extend_schema(
    operation_id="readReferral",
    parameters=[schema.ID, schema.ACCEPT_LANGUAGE, schema.ETAG, schema.RETRY_AFTER],
    responses={200: serializers.Whole, **schema.READING},
)
@api_view(["GET"])
def detail(request: Request, id: str) -> Response:
    """One referral, as far as its state and the person's consent allow at this moment."""
    require_scope(request, READ)
    referral = _fetch(request, id)
    try:
        data = whole(referral, machine(request))
    except Gone as error:
        raise _told(error, referral) from error
    actions.viewed(referral)
    return Response(data, headers={"ETag": etag(referral)})


def _act(request: Request, ref: str, verb: str) -> Response:
    require_scope(request, RESPOND)
    read_once(request)
    referral = _fetch(request, ref)
    body = serializers.BODIES[verb](data=request.data)
    body.is_valid(raise_exception=True)
    try:
        return _once(request, referral, verb, body.validated_data)
    except (Gone, Stale, WrongState) as error:
        raise _told(error, _fetch(request, ref)) from error


def _once(request: Request, referral: Referral, verb: str, data: dict[str, Any]) -> Response:
    held: Claim = claim(request)
    if held.answer is not None:
        headers = {"ETag": f'"{held.answer["version"]}"', "Idempotency-Replayed": "true"}
        return Response(held.answer, headers=headers)
    done = _carry_out(referral, verb, data, request.user, version_check(request, etag))
    answer = summary(done)
    held.keep(answer)
    return Response(answer, headers={"ETag": etag(done)})


def _carry_out(referral: Referral, verb: str, data: dict[str, Any], user: Any, check: Any) -> Referral:
    if verb == "confirm-withdrawal":
        kept = actions.Kept(data.get("ground", ""), data.get("text", ""))
        return actions.confirm_withdrawal(referral, data["confirmation"], kept, by=user, check=check)
    if verb == "attempt":
        return actions.log_attempt(referral, Attempt(**data), by=user, check=check)
    if verb == "request-item":
        return actions.request_item(referral, **data, by=user, check=check)
    if verb == "appointment":
        return actions.appoint(referral, Meeting(**data), by=user, check=check)
    if verb == "appointment-result":
        return actions.end_appointment(referral, data["result"], by=user, check=check)
    reply = actions.Reply(**data)
    return actions.act_as_recipient(referral, verb.replace("-", "_"), reply, by=user, check=check)


def action(verb: str) -> Any:
    """The view of one verb, described by its own body."""

    def view(request: Request, id: str) -> Response:
        return _act(request, id, verb)

    name = "".join(part.capitalize() for part in verb.split("-"))
    view.__name__, view.__doc__ = verb.replace("-", "_"), serializers.BODIES[verb].__doc__
    common = [schema.ID, schema.IF_MATCH, schema.IDEMPOTENCY_KEY, schema.ACCEPT_LANGUAGE]
    described = extend_schema(
        operation_id=f"referral{name}",
        description=f"{view.__doc__}\n\nAllowed while `available_actions` lists `{verb}`.",
        request=None if issubclass(serializers.BODIES[verb], serializers.Nothing) else serializers.BODIES[verb],
        parameters=[*common, schema.ETAG, schema.REPLAYED, schema.RETRY_AFTER],
        responses={200: serializers.Line, **schema.ACTING},
    )
    return described(api_view(["POST"])(view))


@extend_schema(exclude=True)
@api_view(["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"])
def nothing(request: Request, path: str | None = None) -> Response:
    """Any other address of the API: the same 404."""
    raise Absent("record.absent", "")
