"""Months of the trail: the next ones are made ahead, those past their time are taken out (domain.md §4.3)."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from django.conf import settings
from django.db import connection, connections
from django.utils import timezone

from foundation.audit import sealkey, seals, trail
from foundation.core.errors import DomainError
from foundation.core.machines import ARCHIVIST

AHEAD = 3


def keep_months() -> int:
    """Make the partitions of this month and the next three that are not there; returns how many were made.

    Until a month is made, its events wait in a partition without a month: nothing is ever refused.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT trail.keep_months(%s)", [AHEAD])
        made: int = cursor.fetchone()[0]
    return made


class PruneError(DomainError):
    """Nothing is taken out: the trail does not hold, or what should go is not sealed."""


@dataclass(frozen=True)
class Old:
    """What lies before the limit of retention."""

    until: datetime
    n_months: int
    n_events: int
    last_seal: int | None


def limit(months: int | None = None) -> datetime:
    """The first moment that is kept: the beginning of the month ``months`` ago."""
    now, back = timezone.now().astimezone(UTC), settings.AUDIT_MONTHS if months is None else months
    years, month = divmod(now.year * 12 + now.month - 1 - back, 12)
    return datetime(years, month + 1, 1, tzinfo=UTC)


def old(alias: str = "owner") -> Old:
    """What pruning would take out now."""
    until = limit()
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT n_months, n_events, last_seal FROM trail.before(%s)", [until])
        return Old(until, *cursor.fetchone())


def prune(alias: str = "owner") -> Old:
    """Take out the months past their time; figures, seals and this very act stay. Nothing while the trail does not hold.

    The act is written down first: a crash in between leaves an event without its effect, never the other way round.
    """
    _seal_here()
    found = seals.verify(alias)
    if found.problem:
        raise PruneError("trail.broken", found.problem)
    going = old(alias)
    if going.n_months == 0:
        return going
    with ARCHIVIST.at_work():
        trail.record(
            "trail.pruned", until=going.until.isoformat(), months=settings.AUDIT_MONTHS, last_seal=going.last_seal or 0,
            n_months=going.n_months, n_events=going.n_events,
        )  # fmt: skip
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT trail.prune(%s)", [going.until])
    _seal_here()
    return going


def _seal_here() -> None:
    """Where the sealing key is, that is with the worker; elsewhere the worker seals ten seconds later."""
    with suppress(seals.SealKeyError):
        if sealkey.path().exists():
            seals.seal()
