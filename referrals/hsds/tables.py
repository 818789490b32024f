"""The tabular data package of HSDS: a zip of CSV files with ``datapackage.json``, as nested records.

Nothing of it reaches a disk, and no more of it is unpacked than ``MOST_BYTES``, whatever its own figures say.
"""

import csv
import io
import json
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from django.utils.translation import gettext as _

from foundation.core.errors import Refused
from referrals.hsds.report import NOT_ONE, TOO_LARGE, Line, Result

MOST_BYTES = 20_000_000
MOST_FILES = 60
MOST_ROWS = 20_000
INDEX = "datapackage.json"
COLUMNS = {
    "organizations": "id name description",
    "services": "id organization_id name status description application_process fees_description eligibility_description "
    "minimum_age maximum_age alert assured_date last_modified",
    "service_at_location": "id service_id location_id",
    "locations": "id location_type",
    "addresses": "id location_id address_1 address_2 city postal_code address_type",
    "accessibility": "id location_id description",
    "phones": "id service_id organization_id number",
    "schedules": "id service_id valid_from valid_to freq interval byday opens_at closes_at timezone",
    "service_areas": "id service_id name",
    "languages": "id service_id name code",
    "service_capacity": "id service_id unit_id available maximum updated",
    "attributes": "id link_id taxonomy_term_id link_type link_entity value label",
    "taxonomy_terms": "id code name description taxonomy taxonomy_id",
    "taxonomies": "id name description",
    "units": "id name",
}
"""The tables and columns that are read, or that say nothing more than these; others are named as left out."""
OTHER_NAMES = {
    "organization": "organizations", "service": "services", "location": "locations", "address": "addresses",
    "phone": "phones", "schedule": "schedules", "service_area": "service_areas", "language": "languages",
    "attribute": "attributes", "taxonomy_term": "taxonomy_terms", "unit": "units", "taxonomy": "taxonomies",
    "service_at_locations": "service_at_location", "service_capacities": "service_capacity",
}  # fmt: skip
PARTS = (
    ("phones", "service_id", "phones"), ("schedules", "service_id", "schedules"),
    ("service_areas", "service_id", "service_areas"), ("languages", "service_id", "languages"),
    ("service_capacity", "service_id", "capacities"), ("attributes", "link_id", "attributes"),
    ("service_at_location", "service_id", "service_at_locations"),
)  # fmt: skip
"""Table, the column that points to the service, and where it stands in the nested record."""
Rows = list[dict[str, Any]]
PLACE = "\x00place"
"""Where a row stands in its file; no column can have this name."""


def opened(content: bytes) -> tuple[Rows, Rows, list[Line]]:
    """Organisations, services with all that hangs on them, and what was left out; ``Refused`` if it is no package."""
    lines: list[Line] = []
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            tables = {name: _rows(name, found, lines) for name, found in _files(package, lines)}
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError):
        raise Refused("hsds.zip", _("The package cannot be unpacked."), "file") from None
    if "services" not in tables:
        raise Refused("hsds.form", str(NOT_ONE), "file")
    return tables.get("organizations", []), _nested(defaultdict(list, tables), lines), lines


def _files(package: zipfile.ZipFile, lines: list[Line]) -> Iterator[tuple[str, str]]:
    """Table and text of each file that is read."""
    infos = [info for info in package.infolist() if not info.is_dir()]
    if len(infos) > MOST_FILES:
        raise Refused("hsds.large", str(TOO_LARGE), "file")
    left, seen = MOST_BYTES, set()
    texts: dict[str, str] = {}
    for info in infos:
        with package.open(info) as file:
            data = file.read(left + 1)
        left -= len(data)
        if left < 0:
            raise Refused("hsds.large", str(TOO_LARGE), "file")
        texts[info.filename] = _text(data, info.filename)
    names = _names(texts.pop(_index(texts), ""))
    for path, found in texts.items():
        stem = PurePosixPath(path).stem
        table = names.get(PurePosixPath(path).name) or OTHER_NAMES.get(stem, stem)
        if table not in COLUMNS or table in seen:
            lines.append(Line(path[:80], "", Result.LEFT, [_("The directory has no place for this file.")]))
            continue
        seen.add(table)
        yield table, found


def _text(data: bytes, path: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused("hsds.encoding", _("%(file)s is not written in UTF-8.") % {"file": path[:80]}, "file") from None


def _index(texts: dict[str, str]) -> str:
    found = [path for path in texts if PurePosixPath(path).name == INDEX]
    if len(found) != 1:
        raise Refused("hsds.index", _("The package has no datapackage.json, or several."), "file")
    return found[0]


def _names(index: str) -> dict[str, str]:
    """File → table, as the package's own list says."""
    try:
        listed = json.loads(index)["resources"]
        rows = [(str(row["path"]), str(row["name"])) for row in listed]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Refused("hsds.index", _("datapackage.json does not list the files."), "file") from None
    return {PurePosixPath(path).name: OTHER_NAMES.get(name, name) for path, name in rows}


def _rows(table: str, found: str, lines: list[Line]) -> Rows:
    """The rows of a table without empty cells; unknown columns and cells beyond the columns are named."""
    try:
        reader = csv.DictReader(io.StringIO(found, newline=""), restkey="")
        head = list(reader.fieldnames or [])
        rows = [row for _n, row in zip(range(MOST_ROWS + 1), reader, strict=False)]
    except csv.Error:
        raise Refused("hsds.csv", _("%(file)s is no table.") % {"file": table}, "file") from None
    if len(rows) > MOST_ROWS:
        raise Refused("hsds.large", str(TOO_LARGE), "file")
    allowed = set(COLUMNS[table].split())
    if strange := [name for name in head if name not in allowed]:
        names = ", ".join(name[:40] for name in strange[:20])
        lines.append(Line(table, "", Result.LEFT, [_("Columns that are not taken: %(names)s") % {"names": names}]))
    kept = []
    for number, row in enumerate(rows, start=2):
        if "" in row:
            lines.append(
                Line(f"{table} {number}", "", Result.LEFT, [_("More cells than columns: the row is left out.")])
            )
            continue
        kept.append({PLACE: f"{table} {number}", **{k: v for k, v in row.items() if k in allowed and v}})
    return kept


def _nested(tables: defaultdict[str, Rows], lines: list[Line]) -> Rows:
    terms = {row.get("id"): row for row in tables["taxonomy_terms"]}
    locations = _located(tables, lines)
    for row in tables["attributes"]:
        row["taxonomy_term"] = terms.get(row.get("taxonomy_term_id"), {})
    for row in tables["service_at_location"]:
        row["location"] = locations.get(row.get("location_id"), {})
    services = tables["services"]
    for table, key, name in PARTS:
        theirs = [row for row in tables[table] if not _is_of_another(row, key)]
        _hang(theirs, key, services, name, lines)
    return services


def _is_of_another(row: dict[str, Any], key: str) -> bool:
    """A phone of an organisation, an attribute of a place: nothing that hangs on a service."""
    return key not in row or row.get("link_entity", "service") != "service"


def _located(tables: defaultdict[str, Rows], lines: list[Line]) -> dict[Any, dict[str, Any]]:
    locations = tables["locations"]
    for name in ("addresses", "accessibility"):
        _hang(tables[name], "location_id", locations, name, lines)
    return {row.get("id"): row for row in locations}


def _hang(parts: Rows, key: str, owners: Rows, name: str, lines: list[Line]) -> None:
    """Put each part into the record that it points to; what points to nothing is named."""
    by_id = {row["id"]: row for row in reversed(owners) if "id" in row}
    for row in parts:
        place = row[PLACE]
        if owner := by_id.get(row.get(key, "")):
            owner.setdefault(name, []).append({k: v for k, v in row.items() if k != PLACE})
        else:
            lines.append(Line(place, "", Result.LEFT, [_("It belongs to nothing in this package.")]))
