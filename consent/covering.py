"""The one question of this app: does the person's word allow exactly this, at this moment?

Everything that leaves, is told inside, is counted or is used to reach somebody asks here. The answer is the database's
(``amparo_covers``), which the guards on the tables ask too, so that page, API, task and a forgotten check refuse alike.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from consent.models import Decision
from consent.vocabulary import Basis


@dataclass(frozen=True, slots=True)
class Ground:
    """What a disclosure rests on: a decision of the person, or an exceptional disclosure, and until when."""

    basis: Basis
    id: UUID
    fields: frozenset[str]
    until: datetime


def covers(
    person_id: UUID,
    purpose: str,
    recipient_id: UUID,
    fields: Iterable[str],
    now: datetime | None = None,
    *,
    ground: UUID | None = None,
) -> Ground | None:
    """The ground for telling these fields to this recipient for this purpose at this moment; ``None`` if there is none.

    The person's own word goes before an exceptional disclosure; ``ground`` asks for one in particular. One query of one
    index (domain.md §5.4; HS-01, HS-02, HS-05). What the actor may not see is no ground.
    """
    asked: list[Any] = [person_id, str(purpose), recipient_id, sorted(fields), now or timezone.now(), ground, ground]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT basis, id, ARRAY(SELECT jsonb_array_elements_text(fields)), until"
            " FROM amparo_covers(%s, %s, %s, to_jsonb(%s::text[]), %s)"
            " WHERE %s::uuid IS NULL OR id = %s ORDER BY basis, until DESC LIMIT 1",
            asked,
        )
        row = cursor.fetchone()
    return Ground(Basis(row[0]), row[1], frozenset(row[2]), row[3]) if row else None


def agreed(people: Sequence[UUID], purpose: str, field: str) -> set[tuple[UUID, UUID]]:
    """Who of these agreed that this field is used for this purpose, and by whom: (person, recipient). For lists; one query."""
    rows = Decision.objects.active().filter(person__in=people, purpose=purpose, fields__contains=[field])
    return set(rows.values_list("person_id", "recipient_id"))
