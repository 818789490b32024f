"""A partner's own entries of the directory: read, kept up to date from day to day, said to be right still."""

import json
from collections.abc import Callable
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder

from foundation.audit import trail
from foundation.core.errors import Absent, Stale
from referrals.actions import owning
from referrals.api import problems, schema
from referrals.api.authentication import READ, RESPOND, machine, require_scope
from referrals.api.idempotency import claim
from referrals.api.matching import read_once, version_check
from referrals.api.serializers import Nothing
from referrals.api.service_shapes import Entries, EntryShape, ServicePatch
from referrals.listing import HSDS_DAYS
from referrals.models import Service
from referrals.policy import works_for

PLAIN = (
    "name", "service_type", "status", "description", "area", "location_type", "address", "phone", "how_to", "eligibility",
    "minimum_age", "maximum_age", "languages", "access", "attributes", "time_zone", "fees", "capacity_available",
    "capacity_maximum", "capacity_at", "alert", "needs", "verified_on", "confirmed_on",
)  # fmt: skip


def entry(service: Service) -> dict[str, Any]:
    """One entry as its partner reads it. Of a safe house the database holds no address."""
    hours = [
        {"weekday": HSDS_DAYS[day], "opens_at": opens, "closes_at": closes} for day, opens, closes in service.hours
    ]
    plain = {name: getattr(service, name) for name in PLAIN}
    return {"id": str(service.pk), **plain, "hours": hours, "changeable": owning.changeable(service)}


def etag(told: dict[str, Any]) -> str:
    """The version: whatever changes in the entry, by whomever, changes it."""
    return f'"{sha256(json.dumps(told, cls=JSONEncoder, sort_keys=True).encode()).hexdigest()[:20]}"'


def _tag_of(service: Service) -> str:
    return etag(entry(service))


def _own(request: Request) -> QuerySet[Service]:
    return Service.objects.filter(partner__in=works_for(machine(request))).select_related("partner").order_by("name")


def _fetch(request: Request, ref: str) -> Service:
    """An entry of the caller; any other id or form of id is the same 404."""
    try:
        found = _own(request).filter(pk=UUID(ref)).first()
    except ValueError:
        found = None
    if found is None:
        raise Absent("record.absent", "")
    return found


@extend_schema(
    operation_id="listServices",
    parameters=[schema.ACCEPT_LANGUAGE, schema.RETRY_AFTER],
    responses={200: Entries, **schema.LISTING},
)
@api_view(["GET"])
def services(request: Request) -> Response:
    """Your own entries of the directory, all of them; nobody else's."""
    require_scope(request, READ)
    found = [entry(row) for row in _own(request)]
    trail.record("partner.listed", count=len(found))
    return Response({"results": found})


_READ = extend_schema(
    methods=["GET"],
    operation_id="readService",
    parameters=[schema.SERVICE, schema.ACCEPT_LANGUAGE, schema.ETAG, schema.RETRY_AFTER],
    responses={200: EntryShape, **schema.READING},
)
_WRITING = [
    schema.SERVICE, schema.IF_MATCH, schema.IDEMPOTENCY_KEY, schema.ACCEPT_LANGUAGE, schema.ETAG, schema.REPLAYED,
    schema.RETRY_AFTER,
]  # fmt: skip
_CHANGE = extend_schema(
    methods=["PATCH"],
    operation_id="changeService",
    description=f"{ServicePatch.__doc__}\n\nWhat you leave out stays. `changeable` lists what you may change.",
    request=ServicePatch,
    parameters=_WRITING,
    responses={200: EntryShape, **schema.ACTING},
)


@_READ
@_CHANGE
@api_view(["GET", "PATCH"])
def service(request: Request, service: str) -> Response:
    """One of your own entries of the directory."""
    if request.method == "PATCH":
        return _change(request, service)
    require_scope(request, READ)
    found = _fetch(request, service)
    trail.record("service.read", subject=found.pk)
    told = entry(found)
    return Response(told, headers={"ETag": etag(told)})


def _change(request: Request, ref: str) -> Response:
    require_scope(request, RESPOND)
    read_once(request)
    found = _fetch(request, ref)
    body = ServicePatch(data=request.data)
    body.is_valid(raise_exception=True)
    return _once(request, found, lambda check: owning.change_own(found, body.told(), by=machine(request), check=check))


@extend_schema(
    operation_id="confirmService", request=None, parameters=_WRITING, responses={200: EntryShape, **schema.ACTING}
)
@api_view(["POST"])
def confirm(request: Request, service: str) -> Response:
    """All of it is right still: your own word, with its date. Whoever keeps the directory checks it all the same."""
    require_scope(request, RESPOND)
    read_once(request)
    found = _fetch(request, service)
    Nothing(data=request.data).is_valid(raise_exception=True)
    return _once(request, found, lambda check: owning.confirm_own(found, by=machine(request), check=check))


def _once(request: Request, found: Service, carry_out: Callable[[owning.Check], Service]) -> Response:
    held = claim(request)
    if held.answer is not None:
        return Response(held.answer, headers={"ETag": etag(held.answer), "Idempotency-Replayed": "true"})
    try:
        told = entry(carry_out(version_check(request, _tag_of)))
    except Stale as error:
        raise problems.Told(error, _tag_of(_fetch(request, str(found.pk)))) from error
    held.keep(told)
    return Response(told, headers={"ETag": etag(told)})
