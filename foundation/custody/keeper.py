"""Working on all folders at once, as the owner of the tables: for rotation alone, never in the running application.

The walls bind the owner too. They let it through only inside ``as_keeper()``: a transaction of a session that signed in as
the owner and that says what it is for. A function that runs with the owner's rights is not such a session, and the
application's role cannot become one (docs/decisions).
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connections, transaction

from foundation.core.errors import Refused

OWNER, APP = "owner", "default"
PAUSE = 0.005
_IS_OWNER = "SELECT tableowner = session_user FROM pg_tables WHERE tablename = 'dossiers_dossierkey'"
_SAY = "SELECT set_config('amparo.keeper', 'rotation', true)"
# Each running transaction holds a lock on its own number, which everybody may see.
_RUNNING = """SELECT l.pid, l.virtualxid FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
 WHERE l.locktype = 'virtualxid' AND l.granted AND a.usename = %s AND l.pid <> pg_backend_pid()
   AND a.datid = (SELECT oid FROM pg_database WHERE datname = current_database())"""


class Busy(Refused):
    """A transaction of the application did not end in time. What was done so far stands; run the command again."""


def require_owner() -> None:
    """``Refused`` unless this process signs in to the database as the owner of the tables."""
    with connections[OWNER].cursor() as cursor:
        cursor.execute(_IS_OWNER)
        found = cursor.fetchone()
    if found is None or not found[0]:
        raise Refused("keys.not_owner", "This is the owner's to do: set DATABASE_OWNER_URL, as for `migrate`.")


@contextmanager
def as_keeper() -> Iterator[Any]:
    """A cursor that sees every folder's rows, in one transaction. They stay sealed: who opens them needs the keys."""
    with transaction.atomic(using=OWNER), connections[OWNER].cursor() as cursor:
        cursor.execute(_SAY)
        yield cursor


def wait_for_others(patience: float) -> None:
    """Return when every transaction of the application that runs now has ended; new ones may have begun.

    What was committed before is then known to whoever reads or writes: nobody works on with what was there earlier.
    Raises ``Busy`` after ``patience`` seconds.
    """
    waiting, until = _running(), time.monotonic() + patience
    while waiting:
        if time.monotonic() > until:
            raise Busy(
                "keys.busy",
                f"A transaction of the application runs for more than {patience:g} s. Run this again later.",
            )
        time.sleep(PAUSE)
        waiting &= _running()


def _running() -> set[tuple[int, str]]:
    with connections[OWNER].cursor() as cursor:
        cursor.execute(_RUNNING, [connections[APP].settings_dict["USER"]])
        return set(cursor.fetchall())
