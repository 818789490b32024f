"""The directory in the words of the Human Services Data Specification (HSDS 3.1), out and in (domain.md §9.3).

The address of a safe house is not in the database, not written out, and not taken in.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.accounts.models import User
from foundation.core.errors import Refused
from referrals.actions import directory, register
from referrals.listing import HIDDEN, HSDS_DAYS, Place
from referrals.models import Partner, Service

VERSION = "3.1.1"
ATTRIBUTES = "attributes"
NOT_ONE = gettext_lazy("This is not a directory in the form of HSDS 3.")


def written(services: Iterable[Service]) -> dict[str, Any]:
    """The whole directory: organisations and services with location, schedule, languages, capacity, attributes."""
    rows = list(services)
    partners = {service.partner_id: service.partner for service in rows}
    organisations = [
        {"id": str(pk), "name": str(partner), "description": str(partner)} for pk, partner in partners.items()
    ]
    return {"version": VERSION, "organizations": organisations, "services": [service_of(row) for row in rows]}


def service_of(service: Service) -> dict[str, Any]:
    """One service, as HSDS writes it."""
    found: dict[str, Any] = {
        "id": str(service.pk), "organization_id": str(service.partner_id), "name": service.name,
        "description": service.description, "status": service.status, "application_process": service.how_to,
        "fees_description": service.fees, "eligibility_description": service.eligibility,
        "minimum_age": service.minimum_age, "maximum_age": service.maximum_age, "alert": service.alert,
        "assured_date": service.verified_on.isoformat(), "last_modified": service.changed_at.isoformat(),
        "service_areas": [{"name": service.area}], "locations": [_location(service)],
        "languages": [{"code": code} for code in service.languages],
        "schedules": [
            {"freq": "WEEKLY", "byday": HSDS_DAYS[day], "opens_at": opens, "closes_at": closes,
             "timezone": service.time_zone}
            for day, opens, closes in service.hours
        ],
        "phones": [{"number": service.phone}] if service.phone else [],
        ATTRIBUTES: _attributes(service),
    }  # fmt: skip
    if service.capacity_available is not None:
        found["capacities"] = [_capacity(service)]
    return found


def _location(service: Service) -> dict[str, Any]:
    is_hidden = service.service_type in HIDDEN
    kind = Place.VIRTUAL if is_hidden else service.location_type
    address = [] if is_hidden or not service.address else [{"address_1": service.address}]
    return {
        "location_type": str(kind), "addresses": address, "accessibility": [{"description": c} for c in service.access],
    }  # fmt: skip


def _capacity(service: Service) -> dict[str, Any]:
    updated = service.capacity_at.isoformat() if service.capacity_at else None
    return {
        "unit": "places", "available": service.capacity_available, "maximum": service.capacity_maximum,
        "updated": updated,
    }  # fmt: skip


def _attributes(service: Service) -> list[dict[str, str]]:
    rows = [("service_type", service.service_type), *((code, "yes") for code in service.attributes)]
    rows += [("needs", code) for code in service.needs]
    if service.partner.data_sharing:
        rows.append(("data_sharing_with_authorities", service.partner.data_sharing))
    if service.partner.agreement_until:
        rows.append(("dsa_valid_until", service.partner.agreement_until.isoformat()))
    return [{"name": name, "value": value} for name, value in rows]


@transaction.atomic
def taken_in(data: Any, *, by: User) -> tuple[int, int]:
    """Take in a directory: how many entries are new, how many were changed. All or nothing.

    Unknown organisations become proposed partners. What stands in it was checked by nobody here: an entry that is new
    is dated so long ago that it can be used only after somebody has verified it.
    """
    if not isinstance(data, Mapping) or "services" not in data:
        raise Refused("hsds.form", str(NOT_ONE))
    names = {str(row.get("id")): str(row.get("name", "")) for row in _rows(data, "organizations")}
    services = _rows(data, "services")
    new = sum(_take(row, names, by) for row in services)
    return new, len(services) - new


def _rows(row: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    found = row.get(key) or []
    if not isinstance(found, list) or not all(isinstance(entry, Mapping) for entry in found):
        raise Refused("hsds.form", str(NOT_ONE))
    return found


def _first(row: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    return next(iter(_rows(row, key)), {})


def _take(row: Mapping[str, Any], names: Mapping[str, str], by: User) -> int:
    name = names.get(str(row.get("organization_id")), "")
    if not name or not row.get("name"):
        raise Refused("hsds.service", _("A service has no name, or its organisation is not in the file."))
    partner = Partner.objects.filter(organisation__name__iexact=name).first() or register.propose(name, "", by=by)
    entry = read(row)
    known = Service.objects.filter(partner=partner, name=entry["name"]).first()
    if known is not None:
        directory.edit(known, entry, by=by)
        return 0
    directory.add(partner, entry, by=by, checked_on=directory.LONG_AGO)
    return 1


def read(row: Mapping[str, Any]) -> dict[str, Any]:
    """An HSDS service as an entry; what we do not know is left out, and a safe house comes without its address."""
    said = [(a.get("name"), a.get("value")) for a in _rows(row, ATTRIBUTES)]
    kind = next((str(value) for name, value in said if name == "service_type"), "other")
    location = _first(row, "locations")
    address = _first(location, "addresses").get("address_1", "")
    area = _first(row, "service_areas").get("name", "")
    is_hidden = kind in HIDDEN
    return {
        "name": str(row["name"]), "service_type": kind, "status": str(row.get("status", "inactive")),
        "description": row.get("description") or "", "how_to": row.get("application_process") or "",
        "fees": row.get("fees_description") or "", "eligibility": row.get("eligibility_description") or "",
        "minimum_age": row.get("minimum_age"), "maximum_age": row.get("maximum_age"), "alert": row.get("alert") or "",
        "area": area or _("Not said"), "address": "" if is_hidden else address,
        "location_type": Place.VIRTUAL if is_hidden else location.get("location_type", Place.VIRTUAL),
        "languages": _known("languages", (entry.get("code") for entry in _rows(row, "languages"))),
        "access": _known("access", (entry.get("description") for entry in _rows(location, "accessibility"))),
        "attributes": _known("attributes", (name for name, _value in said)),
        "needs": _known("needs", (value for name, value in said if name == "needs")),
        "phone": _first(row, "phones").get("number", ""), **_hours(row), **_places(row),
    }  # fmt: skip


def _known(column: str, values: Iterable[Any]) -> list[str]:
    return sorted({str(value) for value in values} & directory.KNOWN[column])


def _hours(row: Mapping[str, Any]) -> dict[str, Any]:
    rows = [r for r in _rows(row, "schedules") if r.get("byday") in HSDS_DAYS]
    hours = [[HSDS_DAYS.index(r["byday"]), r.get("opens_at"), r.get("closes_at")] for r in rows]
    return {"hours": hours, "time_zone": rows[0].get("timezone", "UTC") if rows else "UTC"}


def _places(row: Mapping[str, Any]) -> dict[str, Any]:
    capacity = _first(row, "capacities")
    return {"capacity_available": capacity.get("available"), "capacity_maximum": capacity.get("maximum")}
