"""The cache of rate limits. While Valkey is away each process counts for itself: a limit is kept, and nobody waits."""

from collections.abc import Callable
from typing import Any

from django.core.cache import cache
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis.exceptions import RedisError

from foundation.core.breaker import CACHE

MINUTE = 60


def _patient(verb: str) -> Callable[..., Any]:
    """The client's verb, or the same of the spare while Valkey does not answer."""

    def method(self: "Patient", *args: Any, **more: Any) -> Any:
        if CACHE.allows():
            try:
                answer = getattr(RedisCacheClient, verb)(self, *args, **more)
            except RedisError:
                CACHE.failed()
            else:
                CACHE.succeeded()
                return answer
        return getattr(self.spare, verb)(*args, **more)

    return method


class Patient(RedisCacheClient):
    """Asks Valkey as long as it answers."""

    spare = LocMemCache("limits", {"OPTIONS": {"MAX_ENTRIES": 10_000}})
    add, get, set, touch = map(_patient, ("add", "get", "set", "touch"))
    delete, has_key, clear = map(_patient, ("delete", "has_key", "clear"))
    get_many, set_many, delete_many = map(_patient, ("get_many", "set_many", "delete_many"))
    _incr = staticmethod(_patient("incr"))

    def incr(self, key: Any, delta: int) -> int:
        """A counter that was begun where nobody answers any more begins anew."""
        try:
            return int(self._incr(self, key, delta))
        except ValueError:
            self.add(key, 0, MINUTE)
            return int(self._incr(self, key, delta))


class Limits(RedisCache):
    """The BACKEND. It holds limits, never the truth."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = Patient


def counted(key: str, seconds: int, n: int = 1) -> int:
    """Add ``n`` to a counter that begins anew ``seconds`` after it was begun; returns what it holds."""
    cache.add(key, 0, seconds)
    return int(cache.incr(key, n))
