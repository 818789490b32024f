"""The trail goes on in the new cluster: its transactions, its proof, and the keys of its seals to come."""

import io
from typing import Any

import psycopg
from django.core.management import CommandError, call_command

from foundation.audit import anchors, sealkey, seals
from foundation.backup.database import connected
from foundation.backup.errors import BackupError
from foundation.backup.files import hand_over

BURN = 200_000


def count_on(last_xid: int) -> None:
    """Transactions of a new cluster count from the beginning; the trail's seals need them to go on where they were."""
    with connected("owner", autocommit=True) as owner:
        owner.execute("SET synchronous_commit = off")
        while (missing := last_xid + 1 - _xid(owner)) > 0:
            n = min(missing, BURN)
            owner.execute(f"DO $$ BEGIN FOR i IN 1..{n} LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP; END $$")


def _xid(owner: "psycopg.Connection[Any]") -> int:
    row = owner.execute("SELECT pg_current_xact_id()::text::bigint").fetchone()
    return int(row[0]) if row else 0


def verify(head: str) -> None:
    """By its signatures, and from the head that the backup noted; nothing is sealed yet."""
    try:
        call_command("audit_verify", from_anchor=head, no_seal=True, stdout=io.StringIO())
    except CommandError as problem:
        raise BackupError(f"the trail does not hold: {problem}") from None


def seal_on() -> str:
    """The key that sealed is in no backup, or has moved on: seals go on under a new one, and the trail says so (HS-22).

    A file of anchors that is not there begins anew too. One that is there stays: it may know seals that did not come back.
    """
    try:
        said = f"a new chain of sealing keys begins with seal {seals.begin_anew('restored')}"
    except sealkey.SealKeyError as problem:
        if problem.code != "seal.needless":
            raise BackupError(problem.message) from None
        said = "the sealing key fits"
    place = anchors.file()
    if place is None or place.exists():
        return said
    try:
        anchors.begin()
    except anchors.AnchorError as problem:
        raise BackupError(problem.message) from None
    hand_over(place)
    return f"{said}; {place} is new"
