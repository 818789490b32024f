"""Sealing and verifying the trail.

A seal covers every event of transactions that ended before the oldest one still running, so none is missed and none
comes late: ``hash = SHA-256(number | previous | root | from | to | count | time)``, signed with Ed25519 by a key that
is not in the database.
"""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connection, connections, transaction

from foundation.audit import merkle
from foundation.core.keyring import KeyringError, keyring

_LOCK = 0x5EA1
_NOTHING = sha256(b"").digest()


@dataclass(frozen=True)
class Seal:
    """What a seal's hash is made of."""

    number: int
    previous: bytes
    root: bytes
    from_xid: int
    to_xid: int
    n_events: int
    at: datetime

    def hash(self) -> bytes:
        """32 bytes."""
        text = f"{self.number}|{self.from_xid}|{self.to_xid}|{self.n_events}|{self.at.isoformat()}"
        return sha256(b"|".join((self.previous, self.root, text.encode()))).digest()


def _signer(version: int) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(keyring().seal.key(version))


@transaction.atomic
def seal() -> int:
    """Seal what is finished; returns the number of events sealed (0 when nothing is new or another sealer works)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute("SELECT horizon::text, leaf FROM trail.unsealed()")
        rows = cursor.fetchall()
        if not rows:
            return 0
        cursor.execute("SELECT number, to_xid::text, hash FROM trail.last_seal()")
        number, done, previous = cursor.fetchone() or (0, "0", _NOTHING)
        new = Seal(
            number + 1,
            bytes(previous),
            merkle.root([bytes(leaf) for _, leaf in rows]),
            int(done),
            int(rows[0][0]),
            len(rows),
            datetime.now(UTC),
        )
        _store(new)
    return new.n_events


def _store(new: Seal) -> None:
    version = keyring().seal.current
    digest = new.hash()
    values: list[Any] = [
        new.number,
        str(new.from_xid),
        str(new.to_xid),
        new.n_events,
        new.root,
        new.previous,
        new.at,
        version,
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO trail.seal (number, from_xid, to_xid, n_events, root, previous, at, key_version, hash, signature)"
            " VALUES (%s, %s::text::xid8, %s::text::xid8, %s, %s, %s, %s, %s, %s, %s)",
            [*values, digest, _signer(version).sign(digest)],
        )


@dataclass(frozen=True)
class Finding:
    """The first thing that is wrong, in words for the operator; ``None`` where all holds."""

    n_events: int
    n_seals: int
    n_unsealed: int
    problem: str | None
    head: str


def verify(alias: str = "owner", anchor: str = "") -> Finding:
    """Recompute every leaf from its row, every root from the leaves, the chain and the signatures.

    Runs as the database's owner, in Python, without trusting the functions that wrote the hashes. ``anchor`` is the
    ``head`` of an earlier run, kept outside: only that shows that the newest seals were cut off together with their events.
    """
    with connections[alias].cursor() as cursor:
        events = list(_events(cursor))
        seals = _seals(cursor)
    wrong = next((f"event {pk} was altered" for pk, _, stored, fresh in events if stored != fresh), None)
    problem = wrong or _chain_problem(seals, [(xid, stored) for _, xid, stored, _ in events])
    heads = [f"{seal_.number}:{stored.hex()}" for seal_, _, stored, _ in seals]
    if anchor and anchor not in heads:
        problem = problem or "the seal of the anchor is not there: the trail was cut off or made anew"
    horizon = seals[-1][0].to_xid if seals else 0
    unsealed = sum(xid >= horizon for _, xid, _, _ in events)
    return Finding(len(events), len(seals), unsealed, problem, heads[-1] if heads else "")


def _events(cursor: Any) -> Iterator[tuple[int, int, bytes, bytes]]:
    cursor.execute(
        "SELECT e.id, e.xid::text, e.leaf, jsonb_build_array(e.id, e.xid::text, extract(epoch FROM e.at)::text, e.actor,"
        " e.verb, e.dossier, e.subject, e.data)::text FROM trail.event e ORDER BY e.xid, e.id"
    )
    for pk, xid, leaf, text in cursor:
        yield pk, int(xid), bytes(leaf), sha256(text.encode()).digest()


def _seals(cursor: Any) -> list[tuple[Seal, int, bytes, bytes]]:
    cursor.execute(
        "SELECT number, previous, root, from_xid::text, to_xid::text, n_events, at, key_version, hash, signature"
        " FROM trail.seal ORDER BY number"
    )
    return [
        (Seal(n, bytes(prev), bytes(root), int(a), int(z), count, at.astimezone(UTC)), version, bytes(h), bytes(sig))
        for n, prev, root, a, z, count, at, version, h, sig in cursor
    ]


def _chain_problem(seals: list[tuple[Seal, int, bytes, bytes]], leaves: list[tuple[int, bytes]]) -> str | None:
    previous, done, expected = _NOTHING, 0, 1
    xids = [xid for xid, _ in leaves]
    for seal_, version, stored, signature in seals:
        inside = [leaf for _, leaf in leaves[bisect_left(xids, seal_.from_xid) : bisect_left(xids, seal_.to_xid)]]
        if (seal_.number, seal_.previous, seal_.from_xid) != (expected, previous, done):
            return f"seal {seal_.number} does not follow the one before"
        if len(inside) != seal_.n_events or merkle.root(inside) != seal_.root:
            return f"the events under seal {seal_.number} are not those that were sealed"
        if seal_.hash() != stored or not _is_signed(version, stored, signature):
            return f"seal {seal_.number} was not made by this installation"
        previous, done, expected = stored, seal_.to_xid, seal_.number + 1
    return None


def _is_signed(version: int, digest: bytes, signature: bytes) -> bool:
    try:
        _signer(version).public_key().verify(signature, digest)
    except (InvalidSignature, KeyringError):
        return False
    return True
