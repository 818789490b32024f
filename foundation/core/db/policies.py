"""Row-level security, one table at a time. For use in migrations.

The conditions are SQL over the row's columns and the functions that ``foundation.dossiers.walls`` makes. Scalars stand in
``(SELECT …)`` so that a statement asks for them once.
"""

from django.db.migrations.operations import RunSQL

ACTOR = "(SELECT amparo_actor())"
"""The acting user's id, or NULL."""
NOBODY = "(SELECT amparo_actor()) IS NULL"
"""Nobody acts yet: somebody is signing in."""
SOMEBODY = "(SELECT amparo_actor()) IS NOT NULL"
NEVER = "false"


def machine(key: str) -> str:
    """Whether one of ``foundation.core.machines`` acts."""
    return f"(SELECT amparo_is_machine('{key}'))"


def policies(table: str, *, reads: str, adds: str, changes: str, removes: str, binds_owner: bool = True) -> RunSQL:
    """Raise the wall: who sees a row, may add it, change it (before and after), remove it.

    ``FORCE`` binds the owner too; not on a library's tables, whose migrations would then change 0 rows without a word.
    """
    force = f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY;" if binds_owner else ""
    up = f"""
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
{force}
CREATE POLICY reads ON {table} FOR SELECT USING ({reads});
CREATE POLICY adds ON {table} FOR INSERT WITH CHECK ({adds});
CREATE POLICY changes ON {table} FOR UPDATE USING ({changes}) WITH CHECK ({changes});
CREATE POLICY removes ON {table} FOR DELETE USING ({removes});
"""
    down = "".join(f"DROP POLICY {name} ON {table};" for name in ("reads", "adds", "changes", "removes"))
    return RunSQL(up, f"{down} ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY;")
