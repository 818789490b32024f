"""An HSDS service as an entry of the directory, with a note for whatever was changed or left out."""

from collections.abc import Iterable
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from referrals.hsds.cleaning import OLDEST, Row, Say, day, first, known, phone, plain, rows_of, text, whole
from referrals.hsds.hours import hours_of
from referrals.hsds.terms import TAXONOMIES, TERMS
from referrals.hsds.writing import TOLD, ZONE
from referrals.listing import HIDDEN, LANGUAGES, Place, ServiceStatus

MOST_PLACES = 1_000_000
TAKEN = {
    "id", "organization_id", "name", "status", *TOLD, "minimum_age", "maximum_age", "phones", "schedules",
    "service_areas", "service_at_locations", "locations", "languages", "capacities", "attributes", "organization",
    "assured_date", "last_modified",
}  # fmt: skip
"""What of a service is read; all else is named as left out."""


def entry_of(row: Row, say: Say, former: str = "") -> dict[str, Any]:
    """The entry. ``former``: the kind of service that it is here, where the file says none.

    Of a hidden place no area and no typed text is taken, so that what is here already stays.
    """
    said = _terms(row, say)
    kind = next(iter(said["service_type"]), former)
    if not kind:
        say(_("It does not say what it gives in words of this directory: entered as “Other”."))
    kind = kind or "other"
    entry = {
        "name": text(row.get("name"), "name", say), "service_type": kind, "status": _status(row, say),
        **_ages(row, say), **hours_of(row, next(iter(said[ZONE]), ""), say), **_places(row, say),
        "languages": _languages(row, say), "attributes": said["attribute"], "needs": said["needs"],
        "access": said["access"] or _access(row, say),
    }  # fmt: skip
    _check_dates(row, say)
    _name_the_rest(row, say)
    return entry | (_hidden(row, say) if kind in HIDDEN else _open(row, say))


def _terms(row: Row, say: Say) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {name: [] for name in (*TAXONOMIES, ZONE)}
    strange = []
    for attribute in rows_of(row, "attributes"):
        name, code = _term(attribute)
        if name == ZONE or (name in TAXONOMIES and code in TAXONOMIES[name].terms):
            found[name].append(code)
        else:
            strange.append(code or name)
    known(strange, (), _("Words that the directory does not know were left out:"), say)
    return {name: list(dict.fromkeys(codes)) for name, codes in found.items()}


def _term(attribute: Row) -> tuple[str, str]:
    if found := TERMS.get(plain(attribute.get("taxonomy_term_id"))):
        return found[0].code, found[1]
    name = plain(attribute.get("link_type")) or plain(attribute.get("name"))
    if name in TAXONOMIES["attribute"].terms:
        return "attribute", name
    term = attribute.get("taxonomy_term")
    words = plain(term.get("name")) if isinstance(term, dict) else ""
    return name, plain(attribute.get("value")) or words


def _status(row: Row, say: Say) -> str:
    status = plain(row.get("status"))
    if status not in ServiceStatus.values:
        say(_("Its status is none that HSDS knows: entered as not open yet."))
        return ServiceStatus.INACTIVE
    return status


def _ages(row: Row, say: Say) -> dict[str, int | None]:
    return {name: whole(row.get(name), name, say, OLDEST) for name in ("minimum_age", "maximum_age")}


def _places(row: Row, say: Say) -> dict[str, int | None]:
    capacity = first(row, "capacities")
    names = ("available", "maximum")
    return {f"capacity_{name}": whole(capacity.get(name), name, say, MOST_PLACES) for name in names}


def _languages(row: Row, say: Say) -> list[str]:
    codes = [plain(entry.get("code")) or plain(entry.get("name")) for entry in rows_of(row, "languages")]
    return known(codes, LANGUAGES, _("Languages that the directory does not know were left out:"), say)


def _access(row: Row, say: Say) -> list[str]:
    told = (plain(entry.get("description")) for entry in rows_of(_location(row), "accessibility"))
    return known(told, TAXONOMIES["access"].terms, _("Words that the directory does not know were left out:"), say)


def _location(row: Row) -> Row:
    at = first(row, "service_at_locations").get("location")
    return at if isinstance(at, dict) else first(row, "locations")


def _check_dates(row: Row, say: Say) -> None:
    for name in ("assured_date", "last_modified"):
        try:
            found = day(row.get(name))
        except ValueError:
            say(_("%(field)s is no date: left out.") % {"field": name})
            continue
        if found is not None and found > timezone.localdate():
            say(_("%(field)s lies after today: left out.") % {"field": name})


def _name_the_rest(row: Row, say: Say) -> None:
    rest = [str(name) for name, value in row.items() if name not in TAKEN and value not in (None, "", [], {})]
    known(sorted(rest), (), _("Not taken, as the directory has no place for it:"), say)


def _hidden(row: Row, say: Say) -> dict[str, Any]:
    told = [row.get(name) for name in TOLD] + [rows_of(row, "phones"), rows_of(row, "service_areas"), _location(row)]
    if any(told):
        say(_("A hidden place: its address, area, phone and free words were left out."))
    return {"address": "", "location_type": str(Place.VIRTUAL)}


def _open(row: Row, say: Say) -> dict[str, Any]:
    location = _location(row)
    if len(rows_of(row, "service_at_locations")) > 1:
        say(_("It has several places: the first was taken."))
    kind = plain(location.get("location_type")) or str(Place.VIRTUAL)
    if kind not in Place.values:
        kind = str(Place.VIRTUAL)
        say(_("Its kind of place is none that HSDS knows: entered as one that is not told."))
    typed = {column: text(row.get(name), column, say) for name, column in TOLD.items()}
    address = first(location, "addresses")
    area = _area(row, address, say)
    return {
        **typed, "location_type": kind, "area": area, "address": _address(address, area, say),
        "phone": phone(first(row, "phones").get("number"), say),
    }  # fmt: skip


def _area(row: Row, address: Row, say: Say) -> str:
    names = [plain(area.get("name")) for area in rows_of(row, "service_areas")]
    said = ", ".join(name for name in names if name) or plain(address.get("city"))
    return text(said, "area", say) or _("Not said")


def _address(address: Row, area: str, say: Say) -> str:
    parts = (plain(address.get(name)) for name in ("address_1", "address_2", "city", "postal_code"))
    return text(", ".join(_unlike(parts, area)), "address", say)


def _unlike(parts: Iterable[str], area: str) -> list[str]:
    return list(dict.fromkeys(part for part in parts if part and part != area))
