"""While a restore is not finished, nobody works: what was erased may not be gone yet."""

from django.db import ProgrammingError, connection

from foundation.backup.database import MARKER

WORDS = (
    "a restore of this database was begun and has not ended. Run it again; the application starts when it has ended well:"
    " docs/how-to/backup.md."
)


def is_restoring() -> bool:
    """Whether the database carries the mark. Raises ``OperationalError`` while it does not answer."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [f"public.{MARKER}"])
            return bool(cursor.fetchone()[0])
    except ProgrammingError:
        return False
