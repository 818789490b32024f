"""The directory of services for partners' programs, in the form of HSDS 3 (docs/partners/directory.md)."""

import hashlib
import json
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from django.urls import path, reverse
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.accounts.models import Organisation, OrganisationKind
from foundation.audit import trail
from foundation.core.errors import Absent
from referrals.api import hsds_shapes as shapes
from referrals.api import schema
from referrals.api.authentication import DIRECTORY, require_scope
from referrals.api.query import query_of
from referrals.hsds import published, terms, writing
from referrals.models import Partner, Service

PROFILE = "https://docs.openreferral.org/en/3.2/"
VERSIONED = OpenApiParameter(
    "ETag", str, OpenApiParameter.HEADER, response=[200, 304], description="Of this very answer."
)
IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match", str, OpenApiParameter.HEADER, description="The ETag that you have: 304 if nothing is different."
)
_SAME = {304: OpenApiResponse(description="The same as you have.")}
Read = Callable[[Request, dict[str, Any], str], Any]


def route(address: str, name: str, query: type[Any], answer: type[Any], read: Read) -> Any:
    """One address: GET alone, for a token with the scope, its query checked, its answer with an ETag."""
    has_id = "<" in address

    def view(request: Request, id: str = "") -> Response:
        require_scope(request, DIRECTORY)
        return _tagged(request, read(request, query_of(request, query), id))

    view.__name__, view.__doc__ = f"hsds_{name}", read.__doc__
    common: list[Any] = [*([schema.ID] if has_id else []), *([] if query is shapes.Nothing else [query])]
    described = extend_schema(
        operation_id=f"hsds{name.title().replace('_', '')}",
        parameters=[*common, schema.ACCEPT_LANGUAGE, IF_NONE_MATCH, VERSIONED, schema.RETRY_AFTER],
        responses={200: answer, **_SAME, **schema.refusals(400, 401, 403, *([404] if has_id else []), 406, 429, 503)},
    )
    return path(address, described(api_view(["GET"])(view)), name=f"hsds_{name}")


def _tagged(request: Request, data: Any) -> Response:
    tag = hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()[:32]
    given = {part.strip().removeprefix("W/") for part in request.headers.get("If-None-Match", "").split(",")}
    is_same = bool(given & {f'"{tag}"', "*"})
    return Response(None if is_same else data, status=304 if is_same else 200, headers={"ETag": f'"{tag}"'})


def envelope(contents: list[Any], n: int, page: int, per_page: int) -> dict[str, Any]:
    """A page as HSDS wraps it."""
    last = max(1, -(-n // per_page))
    return {
        "total_items": n, "total_pages": last, "page_number": page, "size": len(contents), "first_page": page == 1,
        "last_page": page >= last, "empty": not contents, "contents": contents,
    }  # fmt: skip


def _page(rows: Any, wanted: dict[str, Any], shape: Callable[[Any], Any]) -> dict[str, Any]:
    page, per_page = wanted["page"], wanted["per_page"]
    is_list = isinstance(rows, Sequence)
    n = len(rows) if is_list else rows.count()
    found = [shape(row) for row in rows[(page - 1) * per_page : page * per_page]]
    if not is_list:
        trail.record("partner.listed", count=len(found))
    return envelope(found, n, page, per_page)


def _one(rows: Any, ref: str) -> Any:
    """The published record of this id; any other id, or form of id, is the same 404."""
    try:
        found = rows.filter(pk=UUID(ref)).first()
    except ValueError:
        found = None
    if found is None:
        raise Absent("record.absent", "")
    trail.record("service.read", subject=found.pk)
    return found


def _whole(service: Service) -> dict[str, Any]:
    return {**writing.service_of(service), "organization": writing.organization_of(service.partner)}


def _organization(partner: Partner, *, is_full: bool, is_full_service: bool) -> dict[str, Any]:
    found = writing.organization_of(partner)
    if not is_full:
        return {name: found[name] for name in ("id", "name", "description")}
    shape = writing.service_of if is_full_service else writing.line_of
    return {**found, "services": [shape(service) for service in partner.shown]}  # type: ignore[attr-defined]


def root(request: Request, _wanted: dict[str, Any], _ref: str) -> Any:
    """Which version of HSDS this is, and where it is described."""
    publisher = Organisation.objects.filter(kind=OrganisationKind.NATIONAL_SOCIETY).order_by("name").first()
    return {
        "version": writing.VERSION, "profile": PROFILE, "openapi_url": request.build_absolute_uri(reverse("api:openapi")),
        "description": "Services that can be asked now, for partners.", "publisher": {"name": str(publisher or "")},
    }  # fmt: skip


def services(_request: Request, wanted: dict[str, Any], _ref: str) -> Any:
    """The services that can be asked now. What is no longer listed cannot be asked any more."""
    if wanted["minimal"]:
        wanted = {**wanted, "page": 1, "per_page": shapes.DEEPEST}
        return _page(published.services(wanted), wanted, _minimal)
    shape = _whole if wanted["full"] else _line
    return _page(published.services(wanted), wanted, shape)


def _minimal(service: Service) -> dict[str, Any]:
    line = writing.line_of(service)
    return {name: line[name] for name in ("id", "name", "status", "last_modified")}


def _line(service: Service) -> dict[str, Any]:
    partner = service.partner
    return {**writing.line_of(service), "organization": _organization(partner, is_full=False, is_full_service=False)}


def service(_request: Request, _wanted: dict[str, Any], ref: str) -> Any:
    """One service with all that hangs on it."""
    return _whole(_one(published.services({}), ref))


def organizations(_request: Request, wanted: dict[str, Any], _ref: str) -> Any:
    """The organisations of these services."""
    more = wanted["full_service"]
    full = wanted["full"] or more
    rows = published.partners(wanted)
    return _page(rows, wanted, lambda row: _organization(row, is_full=full, is_full_service=more))


def organization(_request: Request, wanted: dict[str, Any], ref: str) -> Any:
    """One organisation with its services."""
    return _organization(_one(published.partners({}), ref), is_full=True, is_full_service=wanted["full_service"])


def at_locations(_request: Request, wanted: dict[str, Any], _ref: str) -> Any:
    """The services at their places. What is hidden has no place here."""
    return _page(published.located(wanted), wanted, _located if wanted["full"] else writing.at_location_of)


def at_location(_request: Request, _wanted: dict[str, Any], ref: str) -> Any:
    """One service at its place."""
    return _located(_one(published.located({}), ref))


def _located(service: Service) -> dict[str, Any]:
    return {**writing.at_location_of(service), "service": _line(service)}


def taxonomies(_request: Request, wanted: dict[str, Any], _ref: str) -> Any:
    """The closed lists of the directory."""
    rows = [terms.taxonomy_of(row) for row in terms.TAXONOMIES.values()]
    return _page(_matching(rows, wanted), wanted, dict)


def taxonomy(_request: Request, _wanted: dict[str, Any], ref: str) -> Any:
    """One closed list."""
    return terms.taxonomy_of(_known(terms.BY_ID, ref))


def taxonomy_terms(_request: Request, wanted: dict[str, Any], _ref: str) -> Any:
    """The words of the closed lists, named in the language of Accept-Language."""
    of = str(wanted.get("taxonomy_id", ""))
    rows = [terms.term_of(row, code) for row, code in terms.TERMS.values() if of in ("", row.id)]
    return _page([] if "parent_id" in wanted else _matching(rows, wanted), wanted, dict)


def taxonomy_term(_request: Request, _wanted: dict[str, Any], ref: str) -> Any:
    """One word."""
    return terms.term_of(*_known(terms.TERMS, ref))


def _matching(rows: list[dict[str, str]], wanted: dict[str, Any]) -> list[dict[str, str]]:
    text = wanted.get("search", "").casefold()
    return [row for row in rows if text in row["name"].casefold() or text in row["description"].casefold()]


def _known(table: dict[str, Any], ref: str) -> Any:
    if ref not in table:
        raise Absent("record.absent", "")
    return table[ref]


urlpatterns = [
    route("hsds/", "root", shapes.Nothing, shapes.Root, root),
    route("hsds/services", "services", shapes.Services, shapes.Found, services),
    route("hsds/services/<str:id>", "service", shapes.Nothing, shapes.Record, service),
    route("hsds/organizations", "organizations", shapes.Organizations, shapes.Found, organizations),
    route("hsds/organizations/<str:id>", "organization", shapes.One, shapes.Record, organization),
    route("hsds/service_at_locations", "at_locations", shapes.Located, shapes.Found, at_locations),
    route("hsds/service_at_locations/<str:id>", "at_location", shapes.Nothing, shapes.Record, at_location),
    route("hsds/taxonomies", "taxonomies", shapes.Page, shapes.Found, taxonomies),
    route("hsds/taxonomies/<str:id>", "taxonomy", shapes.Nothing, shapes.Record, taxonomy),
    route("hsds/taxonomy_terms", "taxonomy_terms", shapes.Terms, shapes.Found, taxonomy_terms),
    route("hsds/taxonomy_terms/<str:id>", "taxonomy_term", shapes.Nothing, shapes.Record, taxonomy_term),
]
