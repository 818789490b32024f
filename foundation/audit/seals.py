"""Sealing the trail.

A seal covers every event of transactions that ended before the oldest one still running, so none is missed and none
comes late: ``hash = SHA-256(previous | root | number | from | to | count | time | next key)``, signed with Ed25519 by a key
that is not in the database and moves on with each seal (``sealkey``). Verifying is ``verifying.verify``.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection, transaction

from foundation.audit import merkle, sealkey, trail
from foundation.audit.chain import EVOLVING, NOTHING, Seal, Start
from foundation.audit.sealkey import SealKey, SealKeyError
from foundation.audit.verifying import Finding, verify
from foundation.core.machines import ARCHIVIST

__all__ = ["REASONS", "Finding", "Seal", "SealKeyError", "begin_anew", "seal", "verify"]

logger = logging.getLogger("amparo.audit")
LOCK = 0x5EA1
REASONS = ("key_lost", "restored")
"""Why a chain of keys begins anew; the very first begins because it is the ``first``."""
_CHUNK = 2_000


@dataclass(frozen=True)
class Last:
    """The newest seal; before the first one, nothing."""

    number: int = 0
    to_xid: int = 0
    hash: bytes = NOTHING
    next_key: bytes = b""


def seal() -> int:
    """Seal what is finished; returns the number of events sealed (0 when nothing is new or another sealer works).

    Raises ``SealKeyError`` when the key is missing, damaged, ahead or cannot be replaced: then nothing is sealed and nothing
    lost, and the next attempt goes on from there.
    """
    try:
        with sealkey.held() as is_mine:
            return _seal() if is_mine else 0
    except SealKeyError as problem:
        logger.error("the trail is not sealed", extra={"code": problem.code})
        raise


@transaction.atomic
def _seal() -> int:
    if not _is_alone():
        return 0
    horizon, tree = _finished()
    if tree.n_leaves == 0:
        return 0
    last = _last()
    key = _key(last)
    new = Seal(
        last.number + 1, last.hash, tree.root(), last.to_xid, horizon, tree.n_leaves, datetime.now(UTC),
        key.moved(key.number + 1).public,
    )  # fmt: skip
    sealkey.lay_ready(key.moved(key.number + 1))
    _store(new, key)
    transaction.on_commit(sealkey.take_up)
    return new.n_events


def _is_alone() -> bool:
    """One sealer at a time, on whichever machine."""
    return bool(_rows("SELECT pg_try_advisory_xact_lock(%s)", LOCK)[0][0])


def _rows(text: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(text, values)
        return list(cursor.fetchall())


def _finished() -> tuple[int, merkle.Tree]:
    """The leaves of all transactions that ended, however many: they pass by, none is kept."""
    horizon, tree = 0, merkle.Tree()
    for until, leaf in _leaves():
        horizon = int(until)
        tree.add(bytes(leaf))
    return horizon, tree


def _leaves() -> Iterator[tuple[str, bytes]]:
    with connection.chunked_cursor() as cursor:
        cursor.execute("SELECT horizon::text, leaf FROM trail.unsealed()")
        while rows := cursor.fetchmany(_CHUNK):
            yield from rows


def _last() -> Last:
    rows = _rows("SELECT number, to_xid::text, hash, next_key FROM trail.last_seal()")
    return Last(rows[0][0], int(rows[0][1]), bytes(rows[0][2]), bytes(rows[0][3] or b"")) if rows else Last()


def _key(last: Last) -> SealKey:
    """The key of the seal after ``last``: the file's, moved on if a crash left it behind; at the very first, a new one."""
    number = last.number + 1
    rows = _rows("SELECT public_key FROM trail.last_start() WHERE number = %s", number)
    wanted = bytes(rows[0][0]) if rows else last.next_key
    if not wanted:
        return _first(last)
    known = sealkey.candidates()
    fitting = [key.moved(number) for key in known if key.number <= number]
    found = next((key for key in fitting if key.public == wanted), None)
    if found is None:
        raise _unfit(known, number)
    behind = min(number - key.number for key in known if key.number <= number)
    if behind > 1:
        logger.warning("the sealing key was behind the trail", extra={"code": "seal.behind", "count": behind})
    return found


def _unfit(known: list[SealKey], number: int) -> SealKeyError:
    if not known:
        return sealkey.missing()
    return sealkey.ahead() if all(key.number > number for key in known) else sealkey.foreign()


def _first(last: Last) -> SealKey:
    """Begin the chain of keys with this seal; a key that is there already has sealed more than the database holds."""
    if sealkey.read() is not None:
        raise sealkey.ahead()
    key = SealKey.begin(last.number + 1, last.hash)
    _begin(key.start, "first")
    return key


def _begin(start: Start, reason: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO trail.start (number, at, previous, public_key, reason) VALUES (%s, %s, %s, %s, %s)",
            [start.number, datetime.now(UTC), start.previous, start.public, reason],
        )


def begin_anew(reason: str) -> int:
    """A new chain of keys from the next seal on, after the key was lost or the database restored; returns its number.

    Stands in the trail, and every verification says so from then on. ``SealKeyError`` while the key that is there fits.
    """
    with sealkey.held() as is_mine, ARCHIVIST.at_work():
        if not is_mine or not _is_alone():
            raise sealkey.busy()
        last = _last()
        if _still_fits(last):
            raise sealkey.needless()
        key = SealKey.begin(last.number + 1, last.hash)
        sealkey.lay_ready(key)
        _begin(key.start, reason)
        trail.record("trail.key_begun", number=key.number, why=reason)
        transaction.on_commit(sealkey.take_up)
    return key.number


def _still_fits(last: Last) -> bool:
    try:
        _key(last)
    except SealKeyError:
        return False
    return True


def _store(new: Seal, key: SealKey) -> None:
    digest = new.hash()
    values: list[Any] = [
        new.number, str(new.from_xid), str(new.to_xid), new.n_events, new.root, new.previous, new.at, EVOLVING,
        new.next_key, digest, key.sign(digest),
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO trail.seal (number, from_xid, to_xid, n_events, root, previous, at, key_version, next_key, hash,"
            " signature) VALUES (%s, %s::text::xid8, %s::text::xid8, %s, %s, %s, %s, %s, %s, %s, %s)",
            values,
        )
