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
from django.db.models import Model

from cases.models import Case
from consent.models import Person
from foundation.accounts.models import User
from foundation.audit import trail
from foundation.core.errors import Unreadable
from foundation.core.keyring import keyring
from foundation.core.legible import note
from foundation.dossiers import doors
from foundation.dossiers.models import KEY_COLUMNS, VIEW, DossierKey, Kind, Wrapped, open_keys
from foundation.vault import meter
from foundation.vault.names import compile_query

TABLE = Person._meta.db_table
FIELDS = ("alias", "name")
USABLE = " AND organisation_key_id IN (SELECT id FROM vault_organisationkey WHERE destroyed_at IS NULL)"
VERSIONS = 2
"""So many keys a folder may have at once: the second while the first is exchanged."""


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
    with meter.apart():  # what is compared is not what is shown; the trail says how many names were
        ranked = [(rank, name, person) for name, person in _names(actor) if (rank := query.rank(name)) is not None]
    best: dict[UUID, tuple[int, str]] = {}
    for rank, name, person in sorted(ranked, key=lambda row: (row[0], row[1])):
        best.setdefault(person, (rank, name))
    trail.record("case.searched", term=term_hash(text), n=len(best), shown=min(len(best), limit))
    return _hits(dict(list(best.items())[:limit]))


def term_hash(text: str) -> str:
    """16 hex digits that tell equal terms apart from others, and nothing to who has no key."""
    ring = keyring().seal
    return hmac.digest(ring.key(ring.current), b"search|" + text.casefold().encode(), "sha256").hex()[:16]


def _names(actor: User) -> Iterator[tuple[str, UUID]]:
    keys = _keys(actor)
    for dossier, person, *tokens in _rows(actor, Person, ("id", *FIELDS)):
        if dossier not in keys:
            continue
        try:
            cipher = open_keys(dossier, keys[dossier])
            names = [cipher.open(TABLE, f, person, t) for f, t in zip(FIELDS, tokens, strict=True) if t is not None]
        except Unreadable as problem:
            problem.place = (TABLE, "", person)
            note(problem)
            continue
        for name in names:
            yield name.decode(), person


def _keys(actor: User) -> dict[UUID, list[Wrapped]]:
    found: dict[UUID, list[Wrapped]] = {}
    for dossier, *columns in _rows(actor, DossierKey, KEY_COLUMNS, USABLE, VERSIONS):
        found.setdefault(dossier, []).append(Wrapped(*columns))
    return found


def _rows(
    actor: User, model: type[Model], columns: tuple[str, ...], more: str = "", n_each: int = 1
) -> list[tuple[Any, ...]]:
    """One pass over one table: joining the two would ask the access list once for each row of each."""
    table, scope = model._meta.db_table, doors.whole(model._meta.db_table, actor, VIEW, Kind.CASE)
    names = ", ".join(f'"{name}"' for name in ("dossier_id", *columns))
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT {names} FROM "{table}" WHERE {scope.sql}{more} ORDER BY dossier_id LIMIT %s',  # noqa: S608
            [*scope.params, n_each * settings.SEARCH_CAP],
        )
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _hits(best: dict[UUID, tuple[int, str]]) -> list[Hit]:
    cases = Case.objects.filter(person__in=best).select_related("unit")
    found = [Hit(*best[case.person_id], case) for case in cases]
    return sorted(found, key=lambda hit: (hit.rank, hit.name))
