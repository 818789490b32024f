"""A restore begins with nothing, and leaves nothing behind when it fails."""

from pathlib import Path

from django.conf import settings
from django.db import connections

from foundation.backup import files
from foundation.backup.database import MARKER, TABLES, connected
from foundation.backup.errors import BackupError


def require_empty() -> None:
    """Refuse a database that holds a table, one that others are connected to, and a store that holds a file."""
    connections.close_all()
    with connected("owner") as owner:
        tables = [f"{schema}.{name}" for schema, name in owner.execute(TABLES)]
        others = owner.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ).fetchone()
    is_left = f"public.{MARKER}" in tables
    if tables and not is_left:
        raise BackupError(f"the database is not empty: it holds {len(tables)} tables, such as {tables[0]}")
    if others and others[0]:
        raise BackupError("somebody else is connected to the database; stop web, worker and beat first")
    if is_left:
        wipe()  # of a restore that was killed
    files.require_empty(Path(settings.FILES_PATH))


def wipe() -> None:
    """Make the owner's database as empty as it was: the owner's own schemas, and whatever the owner made in ``public``."""
    connections.close_all()
    with connected("owner") as owner:
        for (schema,) in owner.execute(SCHEMAS).fetchall():
            owner.execute(f"DROP SCHEMA {schema} CASCADE")
        for kind, name in owner.execute(OWNED).fetchall():
            owner.execute(f"DROP {kind} IF EXISTS {name} CASCADE")


SCHEMAS = "SELECT quote_ident(nspname) FROM pg_namespace WHERE nspowner = current_user::regrole AND nspname <> 'public'"
OWNED = """
SELECT CASE relkind WHEN 'v' THEN 'VIEW' WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, oid::regclass::text FROM pg_class
 WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'S') AND NOT relispartition
   AND relowner = current_user::regrole
UNION ALL SELECT 'FUNCTION', oid::regprocedure::text FROM pg_proc
 WHERE pronamespace = 'public'::regnamespace AND proowner = current_user::regrole
"""
