"""What is killed, and how long the house needs until it is whole again."""

import os
import signal
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.installation import Installation, wait_until

WORKER, POOL, BROKER, WEB, PAGES, BACKEND, DATABASE, BEAT = (
    "worker", "a child of the worker", "Valkey", "web server", "a child of the web server", "a database session",
    "PostgreSQL", "scheduler",
)  # fmt: skip
ROUNDS = int(os.environ.get("CHAOS_ROUNDS", "1"))
ORDER = (WORKER, POOL, PAGES, BROKER, BACKEND, WEB, DATABASE, BEAT) * ROUNDS
"""Each kind of process once; ``CHAOS_ROUNDS=5 python3 manage.py prove chaos`` goes on for longer."""


@dataclass
class Killer:
    """Kill -9, one after the other, each when the house has got over the one before."""

    house: Installation
    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def victim(self, kind: str) -> int:
        """The process to be killed."""
        house = self.house
        whom: dict[str, Callable[[], int]] = {
            WORKER: lambda: house.pid("worker"), POOL: lambda: house.children("worker")[-1],
            BROKER: lambda: house.pid("valkey"), WEB: lambda: house.pid("web"), PAGES: lambda: house.children("web")[-1],
            DATABASE: lambda: house.pid("postgres"), BEAT: lambda: house.pid("beat"), BACKEND: self._session,
        }  # fmt: skip
        return whom[kind]()

    def _session(self) -> int:
        found = self.house.rows(
            "SELECT pid FROM pg_stat_activity WHERE usename = 'amparo_app' ORDER BY query_start DESC LIMIT 1"
        )
        return int(found[0][0])

    def kill(self, kind: str) -> float:
        """Kill one, and wait until everything answers and a whole round of scheduler, broker and worker was done."""
        pid, moment = self.victim(kind), time.time()
        os.kill(pid, signal.SIGKILL)
        time.sleep(0.3)
        wait_until(lambda: self.house.is_whole() and self.house.swept_after(moment), f"whole after {kind} died", 150)
        self.seconds[kind].append(time.time() - moment)
        return self.seconds[kind][-1]

    @property
    def n_kills(self) -> int:
        """How many died."""
        return sum(map(len, self.seconds.values()))

    def told(self) -> str:
        """Longest time per kind."""
        return ", ".join(f"{kind} {max(times):.1f} s" for kind, times in self.seconds.items())
