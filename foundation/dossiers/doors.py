"""The SQL of the door, written once by hand: compiling the same with the ORM costs more than running it.

Every clause reads the rows that row-level security reads (``walls.py``), so both walls give the same answer; the
seats held at this moment come from the appointments, by ``amparo_groups(person)``.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models.expressions import RawSQL

if TYPE_CHECKING:
    from foundation.accounts.models import User

_LIVE = "(p.expires_at IS NULL OR p.expires_at > statement_timestamp())"
# Rows that name a person count while that person holds any seat: whoever left keeps nothing.
_WORKS = "(SELECT cardinality(amparo_groups(%s)) > 0)"
_FAR = "infinity"

# OFFSET 0 lets the planner probe, row by row; else it may first read all that the actor may see.
_SEEN = """(EXISTS (SELECT 1 FROM dossiers_dossiergrouppermission p WHERE p.content_object_id = "{table}"."{column}"
 AND p.permission_id {least} AND {live}
 AND p.group_id = ANY ((SELECT amparo_groups(%s))::int[]) OFFSET 0)
 OR EXISTS (SELECT 1 FROM dossiers_dossieruserpermission p WHERE p.content_object_id = "{table}"."{column}"
 AND p.permission_id {least} AND {live}
 AND p.user_id = %s AND {works} OFFSET 0))"""

# The rows of several seats are merged; a seat contributes at most n. A folder followed and opened counts once.
_NEWEST = """"{table}"."dossier_id" IN (SELECT k.id FROM (
  SELECT p.id, p.at FROM unnest(amparo_groups((SELECT %s::int))) g(id) CROSS JOIN unnest({held}) q(id)
  CROSS JOIN LATERAL (
    SELECT content_object_id AS id, dossier_created_at AS at FROM dossiers_dossiergrouppermission p
     WHERE p.group_id = g.id AND p.permission_id = q.id AND p.dossier_kind = %s AND {live}
       AND p.dossier_created_at < %s::timestamptz
     ORDER BY p.dossier_created_at DESC LIMIT {n:d}) p
  UNION
  SELECT p.id, p.at FROM unnest({held}) q(id) CROSS JOIN LATERAL (
    SELECT content_object_id AS id, dossier_created_at AS at FROM dossiers_dossieruserpermission p
     WHERE p.user_id = %s AND {works} AND p.permission_id = q.id AND p.dossier_kind = %s AND {live}
       AND p.dossier_created_at < %s::timestamptz
     ORDER BY p.dossier_created_at DESC LIMIT {n:d}) p
  ORDER BY at DESC LIMIT {n:d}) k)"""

_SET = """"{table}"."dossier_id" = ANY (ARRAY(
  SELECT p.content_object_id FROM dossiers_dossiergrouppermission p
   WHERE p.group_id = ANY ((SELECT amparo_groups(%s))::int[]) AND p.dossier_kind = %s AND {live}
     AND p.permission_id {least}
  UNION SELECT p.content_object_id FROM dossiers_dossieruserpermission p
   WHERE p.user_id = %s AND {works} AND p.dossier_kind = %s AND {live}
     AND p.permission_id {least}))"""


def _permissions(lowest: str) -> list[str]:
    """Who opens a folder also follows it."""
    return [f"(SELECT amparo_permission('{name}'))" for name in dict.fromkeys(("view_dossier", lowest))]


def at_least(lowest: str) -> str:
    """The comparison of a permission column, in SQL: ``view_dossier``, or any of the two. Each id is looked up once."""
    known = _permissions(lowest)
    return f"IN ({', '.join(known)})" if len(known) > 1 else f"= {known[0]}"


def permission(name: str) -> RawSQL:
    """The id of one of the two, looked up by the database."""
    return RawSQL(f"(SELECT amparo_permission('{name}'))", [], models.IntegerField())  # noqa: S611


def held(lowest: str) -> str:
    """The same as an array."""
    return f"ARRAY[{', '.join(_permissions(lowest))}]"


def _sql(template: str, table: str, permission: str, params: list[Any], **more: Any) -> RawSQL:
    """Numbers of rows stand in the text, not among the parameters: the plan is then made once, not at each request."""
    words = {"least": at_least(permission), "held": held(permission), "live": _LIVE, "works": _WORKS}
    text = template.format(table=table, **words, **more)
    return RawSQL(text, params, models.BooleanField())  # noqa: S611


def seen(table: str, column: str, actor: "User", permission: str) -> RawSQL:
    """The condition for single records and short sets: one EXISTS per permission table."""
    return _sql(_SEEN, table, permission, [actor.pk, actor.pk, actor.pk], column=column)


def newest(
    table: str, actor: "User", permission: str, kind: str, n: int, before: datetime | None
) -> tuple[RawSQL, str]:
    """The condition for list pages, and the order: the newest ``n`` per seat, merged."""
    until = before.isoformat() if before else _FAR
    params = [actor.pk, kind, until, actor.pk, actor.pk, kind, until]
    return _sql(_NEWEST, table, permission, params, n=n), "-dossier__created_at"


def whole(table: str, actor: "User", permission: str, kind: str) -> RawSQL:
    """The condition for scans (search): one pass over the access rows instead of one probe per folder."""
    return _sql(_SET, table, permission, [actor.pk, kind, actor.pk, actor.pk, kind])
