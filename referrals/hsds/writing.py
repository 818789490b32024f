"""The directory in the words of the Human Services Data Specification (HSDS 3), out (domain.md §9.3).

Of a safe house and of a move to a safer place: no address, no area, no phone, and no text that somebody typed but the
name. What HSDS demands and the directory does not keep (postal code, country) is an empty text.
"""

from collections.abc import Iterable
from typing import Any
from uuid import uuid5
from zoneinfo import ZoneInfo

from django.utils import timezone

from referrals.actions.directory import LONG_AGO
from referrals.hsds.terms import SPACE, TAXONOMIES, attribute_of
from referrals.listing import HIDDEN, HSDS_DAYS
from referrals.models import Partner, Service

VERSION = "3.2"
PLACES = {"id": str(uuid5(SPACE, "unit/places")), "name": "places"}
TOLD = {
    "description": "description", "application_process": "how_to", "fees_description": "fees",
    "eligibility_description": "eligibility", "alert": "alert",
}  # fmt: skip
"""HSDS field → what an editor typed. Nothing of it is told of a hidden place."""
ZONE = "time_zone"


def written(services: Iterable[Service]) -> dict[str, Any]:
    """The whole directory for its editors, to be taken in elsewhere: organisations, and services with all they have."""
    rows = list(services)
    partners = {service.partner_id: service.partner for service in rows}
    organisations = [organization_of(partner, is_own=True) for partner in partners.values()]
    return {"version": VERSION, "organizations": organisations, "services": [service_of(row) for row in rows]}


def is_hidden(service: Service) -> bool:
    """Whether nobody is told where it is."""
    return service.service_type in HIDDEN


def line_of(service: Service) -> dict[str, Any]:
    """A service with what it has once: texts, ages, dates."""
    typed = {} if is_hidden(service) else {name: getattr(service, column) for name, column in TOLD.items()}
    checked = service.verified_on.isoformat() if service.verified_on != LONG_AGO else ""
    found = {
        "id": str(service.pk), "organization_id": str(service.partner_id), "name": service.name,
        "status": service.status, **typed, "minimum_age": service.minimum_age, "maximum_age": service.maximum_age,
        "assured_date": checked, "last_modified": service.changed_at.isoformat(timespec="milliseconds"),
    }  # fmt: skip
    return _filled(found)


def service_of(service: Service) -> dict[str, Any]:
    """A service with all that hangs on it but the organisation."""
    found: dict[str, Any] = {
        **line_of(service), "languages": _languages(service), "schedules": _schedules(service),
        "capacities": _capacities(service), "attributes": _attributes(service),
    }  # fmt: skip
    if not is_hidden(service):
        found["phones"] = _phones(service.phone, "service_id", service.pk)
        found["service_areas"] = [{**_part(service, "area"), "name": service.area}]
        found["service_at_locations"] = [at_location_of(service)]
    return found


def organization_of(partner: Partner, *, is_own: bool = False) -> dict[str, Any]:
    """An organisation. Until when our agreement with it lasts, only its keepers are told (``is_own``)."""
    pk = partner.pk
    found: dict[str, Any] = {"id": str(pk), "name": str(partner), "description": str(partner)}
    found["phones"] = _phones(partner.phone, "organization_id", pk)
    found["attributes"] = []
    if partner.data_sharing:
        sharing = TAXONOMIES["data_sharing_with_authorities"]
        found["attributes"] = [attribute_of(pk, "organization", sharing, partner.data_sharing)]
    if is_own and partner.agreement_until:
        found["attributes"] += [_plain(pk, "organization", "dsa_valid_until", partner.agreement_until.isoformat())]
    return found


def at_location_of(service: Service) -> dict[str, Any]:
    """Where a service is given. It has one place, which has its id; a hidden one has none."""
    pk = str(service.pk)
    return {"id": pk, "service_id": pk, "location_id": pk, "location": _location(service)}


def _location(service: Service) -> dict[str, Any]:
    pk, reach = service.pk, TAXONOMIES["access"].terms
    address = {
        "id": str(uuid5(pk, "address")), "location_id": str(pk), "address_1": service.address, "city": service.area,
        "state_province": "", "postal_code": "", "country": "", "address_type": service.location_type,
    }  # fmt: skip
    return {
        "id": str(pk), "location_type": service.location_type, "addresses": [address] if service.address else [],
        "accessibility": [
            {"id": str(uuid5(pk, f"access/{code}")), "location_id": str(pk), "description": str(reach[code])}
            for code in service.access
        ],
    }  # fmt: skip


def _filled(found: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in found.items() if value not in ("", None)}


def _part(service: Service, name: str) -> dict[str, str]:
    return {"id": str(uuid5(service.pk, name)), "service_id": str(service.pk)}


def _phones(number: str, of: str, pk: Any) -> list[dict[str, str]]:
    return [{"id": str(uuid5(pk, "phone")), of: str(pk), "number": number}] if number else []


def _languages(service: Service) -> list[dict[str, str]]:
    return [{**_part(service, f"language/{code}"), "code": code} for code in service.languages]


def _schedules(service: Service) -> list[dict[str, Any]]:
    """Hours on the clock of the service; the offset is today's, the zone itself stands in an attribute."""
    offset = timezone.localtime(timezone=ZoneInfo(service.time_zone)).strftime("%z")
    behind = f"{offset[:3]}:{offset[3:]}"
    hours = (int(offset[1:3]) + int(offset[3:]) / 60) * (-1 if offset[0] == "-" else 1)
    return [
        {**_part(service, f"schedule/{day}/{opens}"), "freq": "WEEKLY", "byday": HSDS_DAYS[day], "timezone": hours,
         "opens_at": f"{opens}{behind}", "closes_at": f"{'23:59' if closes == '24:00' else closes}{behind}"}
        for day, opens, closes in service.hours
    ]  # fmt: skip


def _capacities(service: Service) -> list[dict[str, Any]]:
    if service.capacity_available is None:
        return []
    updated = (service.capacity_at or service.changed_at).isoformat(timespec="milliseconds")
    found = {
        **_part(service, "capacity"), "unit": PLACES, "unit_id": PLACES["id"], "updated": updated,
        "available": service.capacity_available, "maximum": service.capacity_maximum,
    }  # fmt: skip
    return [_filled(found)]


def _attributes(service: Service) -> list[dict[str, Any]]:
    said = [("service_type", service.service_type)]
    said += [(name, code) for name, column in (("attribute", "attributes"), ("access", "access"), ("needs", "needs"))
             for code in getattr(service, column)]  # fmt: skip
    rows = [attribute_of(service.pk, "service", TAXONOMIES[name], code) for name, code in said]
    return [*rows, _plain(service.pk, "service", ZONE, service.time_zone)]


def _plain(pk: Any, entity: str, name: str, value: str) -> dict[str, str]:
    """An attribute whose value is of no closed list."""
    return {"id": str(uuid5(pk, name)), "link_id": str(pk), "link_entity": entity, "link_type": name, "value": value}
