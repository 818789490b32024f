"""The age tables that ship, and publishing another one. A new table is a new version, never a change (domain.md §5.5)."""

import json
from pathlib import Path
from typing import Any

from consent.ages import Table
from consent.models import AgeTable

SHIPPED = Path(__file__).parent / "age_tables.json"


def install() -> None:
    """Publish what ships, once."""
    for data in json.loads(SHIPPED.read_text("utf-8")):
        publish(data)


def publish(data: dict[str, Any]) -> AgeTable:
    """Publish a table: ``country``, ``version``, ``source``, ``rows``, ``inside``. The same version twice is one.

    Raises ``ValueError`` or ``KeyError`` for what is no table: an age without a row, an unknown word.
    """
    if not isinstance(data, dict):
        raise ValueError("a table has a country, a version, a source and rows")
    rules = {"rows": data["rows"], "inside": data.get("inside", [])}
    Table.of(rules)
    key = {"country": str(data.get("country", ""))[:2].upper(), "version": int(data["version"])}
    found, _made = AgeTable.objects.get_or_create(**key, defaults={"source": str(data["source"]), "rules": rules})
    if found.rules != rules:
        raise ValueError("this version was published with other rules; give the new ones a new version")
    return found
