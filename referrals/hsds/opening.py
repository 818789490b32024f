"""A file as it was handed in: the JSON that the API and the page give, or the tabular data package."""

import json
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from foundation.core.errors import Refused
from referrals.hsds import tables
from referrals.hsds.cleaning import plain
from referrals.hsds.report import NOT_ONE, TOO_LARGE, Line
from referrals.hsds.tables import PLACE, Rows

MOST_BYTES = 5_000_000
MOST_ROWS = 2_000
MOST_ON_A_PAGE = 250
"""Records of one file: by the command, and by the page, which somebody waits for."""


class Found(NamedTuple):
    """What stands in a file; each record says under ``PLACE`` where it stood."""

    organizations: Rows
    services: Rows
    lines: list[Line]


def opened(content: bytes, most: int = MOST_ROWS) -> Found:
    """The records, and what was left out already; ``Refused`` if it is no directory or larger than is taken at once."""
    if len(content) > MOST_BYTES:
        raise Refused("hsds.large", str(TOO_LARGE), "file")
    found = Found(*tables.opened(content)) if content.startswith(b"PK") else _json(content)
    if len(found.services) + len(found.organizations) > most:
        raise Refused("hsds.large", str(TOO_LARGE), "file")
    return found


def _json(content: bytes) -> Found:
    try:
        data = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise Refused("hsds.json", _("The file is neither JSON nor a package."), "file") from None
    if isinstance(data, list):
        data = {"services": data}
    if not isinstance(data, dict) or not {"services", "contents"} & set(data):
        raise Refused("hsds.form", str(NOT_ONE), "file")
    services = _placed(data.get("services", data.get("contents")), "services")
    given = _placed(data.get("organizations", []), "organizations")
    return Found([*given, *_within(services, given)], services, [])


def _placed(rows: Any, name: str) -> Rows:
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Refused("hsds.form", str(NOT_ONE), "file")
    return [{**row, PLACE: f"{name} {number}"} for number, row in enumerate(rows, start=1)]


def _within(services: Rows, given: Rows) -> Rows:
    """The organisations that stand inside their services, as the API gives them; each once."""
    known = {plain(row.get("id")) for row in given}
    found: dict[str, dict[str, Any]] = {}
    for service in services:
        row = service.get("organization")
        if isinstance(row, dict) and (pk := plain(row.get("id"))) not in known:
            service.setdefault("organization_id", pk)
            found.setdefault(pk, {**row, PLACE: f"{service[PLACE]}: organization"})
    return list(found.values())
