"""Rows for COPY, for a model and for its plain twin in the schema ``floor`` (see ``twins.py``)."""

import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connections
from django.db.models import AutoField, Model
from django.db.models.fields import NOT_PROVIDED

from foundation.vault.crypto import Cipher
from foundation.vault.fields import EncryptedField

_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def text(value: Any) -> str:
    """A value in COPY's text format."""
    if value is None:
        return "\\N"
    if isinstance(value, str):
        return value.translate(_ESCAPES)
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return "\\\\x" + value.hex()
    if isinstance(value, timedelta):
        return f"{value.total_seconds()} seconds"
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False).translate(_ESCAPES)
    return str(value) if isinstance(value, int | UUID | date) else _refuse(value)


def _refuse(value: Any) -> str:
    raise TypeError(type(value).__name__)


class Table:
    """One model's table: columns, what a row has when nobody says otherwise, and the rows that wait to be copied."""

    def __init__(self, model: type[Model], *, has_twin: bool = False) -> None:
        fields: list[Any] = [f for f in model._meta.concrete_fields if not isinstance(f, AutoField)]
        self.name, self.has_twin = model._meta.db_table, has_twin
        self.sealed: dict[str, Any] = {str(f.column): f for f in fields if isinstance(f, EncryptedField)}
        self.columns = [f.column for f in fields]
        self.plain_columns = [c for c in self.columns if c != "dossier_id"]
        self.defaults = {f.column: _default(f) for f in fields}
        self.lines: list[str] = []
        self.plain_lines: list[str] = []

    def add(self, cipher: Cipher | None = None, **values: Any) -> None:
        """One row. Values of encrypted columns are given open; ``cipher`` seals them for the table, not for the twin."""
        row = {**self.defaults, **{name: text(value) for name, value in values.items()}}
        if self.has_twin:
            self.plain_lines.append("\t".join([row[c] for c in self.plain_columns]))
        for name in [column for column in self.sealed if column in values]:
            row[name] = text(self._seal(cipher, name, values))
        self.lines.append("\t".join([row[c] for c in self.columns]))

    def _seal(self, cipher: Cipher | None, name: str, values: dict[str, Any]) -> bytes | None:
        if values[name] is None or cipher is None:
            return None
        return cipher.seal(self.name, name, values["id"], self.sealed[name].encode(values[name]))

    def flush(self, cursor: Any) -> None:
        """Send what waits."""
        _copy(cursor, f'"{self.name}"', self.columns, self.lines)
        _copy(cursor, f'floor."plain_{self.name}"', self.plain_columns, self.plain_lines)


def _default(field: Any) -> str:
    """The default of a column; a computed one (a key, a time) is for the caller to give, so NULL makes it fail."""
    if field.default is NOT_PROVIDED:
        return text("" if field.empty_strings_allowed and not field.null and field.blank else None)
    if callable(field.default):
        return text(field.default()) if field.default in (list, dict) else text(None)
    return text(field.default)


def _copy(cursor: Any, table: str, columns: Iterable[str], lines: list[str]) -> None:
    if not lines:
        return
    names = ", ".join(f'"{column}"' for column in columns)
    with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as stream:
        stream.write("\n".join(lines) + "\n")
    lines.clear()


class Trail:
    """Events, as the application would have written them; the database makes times and leaf hashes."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def add(self, verb: str, dossier: UUID, subject: UUID) -> None:
        """One event."""
        self.lines.append(f"{verb}\t{dossier}\t{subject}\t{{}}")

    def flush(self, cursor: Any) -> None:
        """Send what waits."""
        _copy(cursor, "trail.event", ("verb", "dossier", "subject", "data"), self.lines)


class WallsDown:
    """While rows are copied as the owner: no policies for the owner, no guards, no foreign keys; all stand again afterwards.

    COPY is refused where policies bind, and a foreign key checked row by row takes longer than the row.
    """

    def __init__(self) -> None:
        self.connection = connections["owner"]
        self.restore: list[str] = []

    def __enter__(self) -> Any:
        with self.connection.cursor() as cursor:
            for down, up in _forced(cursor) + _guards(cursor) + _foreign_keys(cursor):
                self.restore.append(up)
                cursor.execute(down)
        raw: Any = self.connection.connection
        return raw

    def __exit__(self, *problem: object) -> None:
        with self.connection.cursor() as cursor:
            for statement in reversed(self.restore):
                cursor.execute(statement)


def _forced(cursor: Any) -> list[tuple[str, str]]:
    cursor.execute(
        "SELECT oid::regclass::text FROM pg_class WHERE relforcerowsecurity AND relnamespace = 'public'::regnamespace"
    )
    alter = "ALTER TABLE {} {} ROW LEVEL SECURITY"
    return [(alter.format(name, "NO FORCE"), alter.format(name, "FORCE")) for (name,) in cursor.fetchall()]


def _guards(cursor: Any) -> list[tuple[str, str]]:
    """The triggers that ask for a ground, row by row: what they ask for is copied in the same stroke, in any order."""
    cursor.execute(
        "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal AND starts_with(tgname, 'guard_')"
    )
    alter = "ALTER TABLE {} {} TRIGGER {}"
    return [(alter.format(t, "DISABLE", name), alter.format(t, "ENABLE", name)) for t, name in cursor.fetchall()]


def _foreign_keys(cursor: Any) -> list[tuple[str, str]]:
    cursor.execute(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE contype = 'f' AND connamespace = 'public'::regnamespace"
    )
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for table, name, definition in cursor.fetchall():
        found[table].append((name, definition))
    return [
        (
            f"ALTER TABLE {table} " + ", ".join(f'DROP CONSTRAINT "{name}"' for name, _def in keys),
            f"ALTER TABLE {table} " + ", ".join(f'ADD CONSTRAINT "{name}" {definition}' for name, definition in keys),
        )
        for table, keys in found.items()
    ]
