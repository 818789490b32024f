"""Finding a person by name: what the actor may open is fetched, decrypted and compared; there is no index of names.

Only narrow columns leave the database, in one pass over the actor's access rows; a name lives for one comparison.
"""

import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection

from cases.models import Case
from consent.models import Person
from foundation.accounts.models import User
from foundation.audit import trail
from foundation.core.keyring import keyring
from foundation.dossiers import doors
from foundation.dossiers.models import VIEW, Kind, open_key
from foundation.vault.names import compile_query

TABLE = Person._meta.db_table
FIELDS = ("alias", "name")


@dataclass(frozen=True)
class Hit:
    """A case whose person may be the one who is looked for; ``rank`` as in ``foundation.vault.names``."""

    rank: int
    name: str
    case: Case


def find(actor: User, text: str, limit: int = 25) -> list[Hit]:
    """The best matches among the cases that this person may open, best first.

    About 15 µs per person; stops at ``SEARCH_CAP`` persons. Leaves the term in the trail as a keyed hash only.
    """
    query = compile_query(text)
    ranked = [(rank, name, person) for name, person in _names(actor) if (rank := query.rank(name)) is not None]
    best: dict[UUID, tuple[int, str]] = {}
    for rank, name, person in sorted(ranked, key=lambda row: (row[0], row[1])):
        best.setdefault(person, (rank, name))
    trail.record("case.searched", term=term_hash(text), n=len(best))
    return _hits(dict(list(best.items())[:limit]))


def term_hash(text: str) -> str:
    """16 hex digits that tell equal terms apart from others, and nothing to who has no key."""
    ring = keyring().seal
    return hmac.digest(ring.key(ring.current), b"search|" + text.casefold().encode(), "sha256").hex()[:16]


def _names(actor: User) -> Iterator[tuple[str, UUID]]:
    for dossier, person, version, key, wrapped, commit, *tokens in _rows(actor):
        cipher = open_key(dossier, version, key, wrapped, commit)
        for field, token in zip(FIELDS, tokens, strict=True):
            if token is not None:
                yield cipher.open(TABLE, field, person, token).decode(), person


def _rows(actor: User) -> list[tuple[Any, ...]]:
    scope = doors.whole(TABLE, actor, VIEW, Kind.CASE)
    columns = ", ".join(f'"{TABLE}"."{name}"' for name in FIELDS)
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT k.dossier_id, "{TABLE}"."id", k.version, k.organisation_key_id, k.wrapped, k.commit, {columns}'  # noqa: S608
            f' FROM "{TABLE}" JOIN dossiers_dossierkey k ON k.dossier_id = "{TABLE}"."dossier_id"'
            f" WHERE {scope.sql} LIMIT %s",
            [*scope.params, settings.SEARCH_CAP],
        )
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _hits(best: dict[UUID, tuple[int, str]]) -> list[Hit]:
    cases = Case.objects.filter(person__in=best).select_related("unit")
    found = [Hit(*best[case.person_id], case) for case in cases]
    return sorted(found, key=lambda hit: (hit.rank, hit.name))
