"""Writing, sealing, and doing things to the trail behind the application's back."""

import time
from collections.abc import Callable
from uuid import uuid4

from django.db import transaction

from foundation.audit import seals, trail
from tests.audit import owner


def record(n: int = 1) -> None:
    """``n`` events, each in a transaction of its own, that nothing outside this database holds up from being sealed."""
    for _ in range(n):
        with transaction.atomic():
            trail.record("case.read", subject=uuid4())
    _wait_for_others()


def _wait_for_others() -> None:
    """Transactions are numbered across a cluster: the test beside this one may hold an older one open in its database."""
    (mine,) = owner.column("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint", using="default")
    older = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname <> current_database() AND backend_xid::text::bigint < %s"
    )
    for _ in range(1200):
        if not owner.column(older, mine, using="default")[0]:
            return
        time.sleep(0.1)
    raise AssertionError("the test beside this one does not end")


def sealed() -> None:
    """Seal until nothing is open."""
    _wait_for_others()
    for _ in range(300):
        seals.seal()
        if seals.verify().n_unsealed == 0:
            return
        time.sleep(0.1)
    raise AssertionError("something is never sealed")


def behind_our_back(tamper: Callable[[], None], anchor: str = "") -> str | None:
    """What verifying says after the owner did this with the triggers off; everything is undone afterwards."""
    with owner.undone():
        tamper()
        found = seals.verify(anchor=anchor).problem
    assert seals.verify().problem is None
    return found


def sql(text: str, *values: object) -> Callable[[], None]:
    """Tampering that is one statement."""
    return lambda: owner.run(text, *values)


def rehash(where: str, *values: object) -> None:
    """Make the leaves fit the changed rows, as somebody would who knows how they are made."""
    owner.run(f"UPDATE trail.event e SET leaf = sha256(convert_to(trail.canonical(e), 'UTF8')) WHERE {where}", *values)


def write(seal: seals.Seal, version: int, signature: bytes) -> None:
    """Put a seal into its table as the owner, with the triggers off."""
    owner.run(
        "INSERT INTO trail.seal (number, from_xid, to_xid, n_events, root, previous, at, key_version, next_key, hash,"
        " signature) VALUES (%s, %s::text::xid8, %s::text::xid8, %s, %s, %s, %s, %s, %s, %s, %s)",
        seal.number, str(seal.from_xid), str(seal.to_xid), seal.n_events, seal.root, seal.previous, seal.at, version,
        seal.next_key or None, seal.hash(), signature,
    )  # fmt: skip


def leaves(first: int, end: int) -> list[bytes]:
    """The leaves of these transactions as they are now."""
    rows = owner.rows("SELECT xid::text::bigint, leaf FROM trail.event ORDER BY xid, id")
    return [bytes(leaf) for xid, leaf in rows if first <= xid < end]


def bounds() -> list[tuple[int, int, int]]:
    """Number, first transaction and end of every seal, in order."""
    return owner.rows("SELECT number, from_xid::text::bigint, to_xid::text::bigint FROM trail.seal ORDER BY number")
