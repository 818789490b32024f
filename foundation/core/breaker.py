"""A breaker between us and a helper that may be away: after one failure nobody waits for it until a rest is over."""

import time
from threading import Lock

REST_SECONDS = 10.0


class Breaker:
    """For one helper of this process. Ask ``allows`` first, then say how it went; all threads share the answer.

    While it is open the caller goes on without the helper. When the rest is over one caller tries again, alone.
    """

    def __init__(self, name: str, rest: float = REST_SECONDS) -> None:
        self.name, self.rest = name, rest
        self.n_failures = self.n_spared = 0
        self._closed_again_at = 0.0
        self._lock = Lock()

    @property
    def is_open(self) -> bool:
        """Whether the helper was away at the last try."""
        return self._closed_again_at > 0

    def allows(self) -> bool:
        """Whether to ask the helper now. Costs no time."""
        with self._lock:
            now = time.monotonic()
            if now < self._closed_again_at:
                self.n_spared += 1
                return False
            if self._closed_again_at:
                self._closed_again_at = now + self.rest
            return True

    def failed(self) -> bool:
        """It did not answer; True if that is news."""
        with self._lock:
            is_news = self._closed_again_at == 0
            self._closed_again_at = time.monotonic() + self.rest
            self.n_failures += 1
            return is_news

    def succeeded(self) -> None:
        """It answered."""
        self._closed_again_at = 0.0


BROKER = Breaker("broker")
CACHE = Breaker("cache")
ALL = (BROKER, CACHE)
