"""What each wall costs alone: the product with all of them, and with one taken away, in turn.

The floor of the bench has none of them; here the other walls stand while one is away, so the prices need not add up to it.
"""

import statistics
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch
from uuid import UUID

from django.db import connections

from foundation.audit import trail
from foundation.dossiers.models import key as keys
from foundation.vault.crypto import Cipher
from referrals.bench.measure import Series, Visit, timed

BLOCK, WARM_UP = 5, 3
HEAD = f"{'cases':>7}  {'without':<20} {'what':<15} {'who':<10} {'off ms':>8} {'on ms':>8} {'ratio':>6}"


@contextmanager
def without_trail() -> Iterator[None]:
    """Nothing that is read or changed is written down."""
    with patch.object(trail, "record", lambda *args, **data: None):
        yield


@contextmanager
def without_encryption() -> Iterator[None]:
    """Each folder's key is unwrapped once and each token opened once; then both are remembered, as if never sealed."""
    ciphers: dict[tuple[UUID, int], Cipher] = {}
    plain: dict[bytes, bytes] = {}
    open_key, open_token = keys.open_key, Cipher.open

    def key_again(dossier: UUID, version: int, *columns: Any) -> Cipher:
        place = (dossier, version)
        if place not in ciphers:
            ciphers[place] = open_key(dossier, version, *columns)
        return ciphers[place]

    def token_again(self: Cipher, table: str, name: str, row: UUID, token: bytes) -> bytes:
        if token not in plain:
            plain[token] = open_token(self, table, name, row, token)
        return plain[token]

    with patch.object(keys, "open_key", key_again), patch.object(Cipher, "open", token_again):
        yield


@contextmanager
def without_policies() -> Iterator[None]:
    """The database shows everybody everything; the application's own doors still ask."""
    tables = _walled()
    _alter(tables, "DISABLE")
    try:
        yield
    finally:
        _alter(tables, "ENABLE")


def _walled() -> list[str]:
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT oid::regclass::text FROM pg_class WHERE relrowsecurity AND relkind IN ('r', 'p') ORDER BY 1"
        )
        return [name for (name,) in cursor.fetchall()]


def _alter(tables: Iterable[str], verb: str) -> None:
    with connections["owner"].cursor() as cursor:
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} {verb} ROW LEVEL SECURITY")


WALLS: dict[str, Callable[[], AbstractContextManager[None]]] = {
    "trail": without_trail, "encryption": without_encryption, "row-level security": without_policies,
}  # fmt: skip


@dataclass
class Price:
    """One wall on one page: medians of each block of requests, in milliseconds."""

    wall: str
    visit: Visit
    off: list[float] = field(default_factory=list)
    on: list[float] = field(default_factory=list)

    def line(self) -> str:
        """As a row of the table; the ratio is the median of blocks that followed each other."""
        line, ratio = self.visit.line, statistics.median(a / b for a, b in zip(self.on, self.off, strict=True))
        off, on = statistics.median(self.off), statistics.median(self.on)
        return f"{line.size:>7}  {self.wall:<20} {line.what:<15} {line.who:<10} {off:8.2f} {on:8.2f} {ratio:6.2f}"


def prices(visits: list[Visit], blocks: int) -> list[Price]:
    """Each wall away and back again ``blocks`` times, all pages within each."""
    found = [Price(wall, visit) for wall in WALLS for visit in visits]
    for _ in range(blocks):
        for wall, away in WALLS.items():
            mine = [price for price in found if price.wall == wall]
            with away():
                for price in mine:
                    price.off.append(_block(price.visit))
            for price in mine:
                price.on.append(_block(price.visit))
    return found


def _block(visit: Visit) -> float:
    """The median of some requests, after some that are not counted: plans are made anew when policies change."""
    for _ in range(WARM_UP):
        visit.request(visit.client)
    series = Series()
    for _ in range(BLOCK):
        timed(series, visit.client, visit.request)
    return series.median
