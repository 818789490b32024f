"""Every table with encrypted columns, and how its tokens are sealed anew under the newest version of their folder's key."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.apps import apps

from foundation.dossiers.models import Ciphers, DossierBound
from foundation.vault.crypto import VaultError, version_of
from foundation.vault.fields import EncryptedField


@dataclass(frozen=True)
class SealedTable:
    """A table of folders' rows with its encrypted columns."""

    name: str
    columns: tuple[str, ...]

    @property
    def is_old(self) -> str:
        """In SQL: a token of this row (``t``) names another version than the newest of its folder (``w.version``)."""
        return " OR ".join(f'substring(t."{column}" FROM 3 FOR 4) <> int4send(w.version)' for column in self.columns)

    def rows(self, cursor: Any, folders: list[UUID]) -> list[tuple[Any, ...]]:
        """All rows of these folders: id, folder, tokens."""
        names = ", ".join(f'"{column}"' for column in self.columns)
        cursor.execute(f'SELECT id, dossier_id, {names} FROM "{self.name}" WHERE dossier_id = ANY(%s)', [folders])  # noqa: S608
        return list(cursor.fetchall())

    def old_rows(self, cursor: Any, newest: dict[UUID, int], damaged: list[UUID], most: int) -> list[tuple[Any, ...]]:
        """Up to ``most`` rows (id, folder, tokens …) that still hold an old token, locked; rows of others are passed over."""
        names = ", ".join(f't."{column}"' for column in self.columns)
        cursor.execute(
            f"SELECT t.id, t.dossier_id, {names} FROM unnest(%s::uuid[], %s::int[]) w(id, version)"  # noqa: S608
            f' JOIN "{self.name}" t ON t.dossier_id = w.id WHERE ({self.is_old}) AND NOT t.id = ANY(%s)'
            " LIMIT %s FOR NO KEY UPDATE OF t SKIP LOCKED",
            [list(newest), list(newest.values()), damaged, most],
        )
        return list(cursor.fetchall())

    def old_folders(self, cursor: Any, newest: dict[UUID, int]) -> set[UUID]:
        """Which of these folders still have an old token here."""
        cursor.execute(
            f"SELECT DISTINCT w.id FROM unnest(%s::uuid[], %s::int[]) w(id, version)"  # noqa: S608
            f' JOIN "{self.name}" t ON t.dossier_id = w.id WHERE {self.is_old}',
            [list(newest), list(newest.values())],
        )
        return {row[0] for row in cursor.fetchall()}

    def put(self, cursor: Any, rows: list[tuple[UUID, list[bytes | None]]]) -> None:
        """Write the new tokens, in one statement."""
        sets = ", ".join(f'"{column}" = v.c{n}' for n, column in enumerate(self.columns))
        kinds = ", ".join("%s::bytea[]" for _ in self.columns)
        names = ", ".join(f"c{n}" for n in range(len(self.columns)))
        tokens: list[Any] = [[row[1][n] for row in rows] for n in range(len(self.columns))]
        cursor.execute(
            f'UPDATE "{self.name}" t SET {sets} FROM unnest(%s::uuid[], {kinds}) v(id, {names})'  # noqa: S608
            " WHERE t.id = v.id",
            [[row[0] for row in rows], *tokens],
        )

    def renewed(self, ciphers: Ciphers, row: UUID, tokens: list[bytes | None]) -> list[bytes | None]:
        """The same values under the newest version. ``VaultError`` when one of them does not open."""
        return [
            token if token is None or version_of(token) == ciphers.version
            else ciphers.seal(self.name, column, row, ciphers.open(self.name, column, row, token))
            for column, token in zip(self.columns, tokens, strict=True)
        ]  # fmt: skip


def tables() -> list[SealedTable]:
    """All of them, in a fixed order."""
    found = []
    for model in apps.get_models():
        fields = [f for f in model._meta.concrete_fields if isinstance(f, EncryptedField)]
        if fields:
            if not issubclass(model, DossierBound):
                raise VaultError(f"{model._meta.label} has encrypted columns and hangs on no folder")
            found.append(SealedTable(model._meta.db_table, tuple(str(f.column) for f in fields)))
    return sorted(found, key=lambda table: table.name)
