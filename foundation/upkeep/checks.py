"""What must hold for the product to work: each part says whether it does. Higher apps register checks of their own."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache, partial

import redis
from django.conf import settings
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor

from foundation.core import health
from foundation.files import checking, clamav


class State(StrEnum):
    """``degraded`` still works, with less; ``broken`` does not."""

    OK = "ok"
    DEGRADED = "degraded"
    BROKEN = "broken"


@dataclass(frozen=True)
class Result:
    """One part and how it is."""

    name: str
    state: State


Check = Callable[[], State]
_CHECKS: dict[str, Check] = {}
_COMPLETE: list[bool] = []


def register(name: str, check: Check) -> None:
    """Add a check (from an app's ``ready()``). It raises nothing, asks little, and tells nothing of what is inside."""
    _CHECKS[name] = check


def results() -> list[Result]:
    """Ask every part. What needs the database is broken while it is away."""
    asked: dict[str, Check] = {
        **_CHECKS,
        **{name: partial(_well, is_well) for name, is_well in health.checks().items()},
    }
    return [Result(name, _asked(check)) for name, check in asked.items()]


def _well(is_well: Callable[[], bool]) -> State:
    return State.OK if is_well() else State.BROKEN


def worst(found: Iterable[Result]) -> State:
    """How the whole is: as its worst part."""
    states = {result.state for result in found}
    return next(state for state in (State.BROKEN, State.DEGRADED, State.OK) if state in states | {State.OK})


def _asked(check: Check) -> State:
    try:
        return check()
    except Error:
        return State.BROKEN


def database() -> State:
    """It answers, as a role that row-level security binds."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
        return State.BROKEN if cursor.fetchone()[0] else State.OK


def migrations() -> State:
    """The tables are as this version of the code wants them."""
    return State.OK if _is_migrated() else State.BROKEN


def _is_migrated() -> bool:
    """Worked out until it is true, then remembered: a newer version is a newer process."""
    if not _COMPLETE:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return False
        _COMPLETE.append(True)
    return True


def broker() -> State:
    """Valkey answers. Without it everything works, only later: the sweep delivers."""
    try:
        _valkey().ping()
    except redis.RedisError:
        return State.DEGRADED
    return State.OK


@lru_cache(maxsize=1)
def _valkey() -> redis.Redis:
    location = settings.CACHES["default"]["LOCATION"]
    return redis.Redis.from_url(location, **settings.CACHES["default"]["OPTIONS"])


def scanner() -> State:
    """The virus scanner answers. Where none is connected nothing is wrong until a file waits that nobody will check."""
    is_well = clamav.is_there() if clamav.is_connected() else not checking.is_anything_waiting()
    return State.OK if is_well else State.DEGRADED


def install() -> None:
    """The parts of the house itself."""
    for check in (database, migrations, broker, scanner):
        register(check.__name__, check)
