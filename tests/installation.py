"""A whole installation for the slow proofs: servers, web, worker and beat as ``manage.py up`` runs them, in a directory
of its own, on a port of its own, with the same supervision. What it adds is a database superuser for the one who looks.

``python -m tests.installation STATE PORT`` runs one until SIGTERM; tests use ``installed()``.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import psycopg

from config.bootstrap import Environment
from config.cluster import DATABASE, Cluster, _as_account
from config.launcher import TerminatedError, _terminate
from config.processes import Crew, die_with_parent
from config.product import Product
from config.servers import socket_directory
from config.state import CHECKOUT, State, current_user, service_account

HERE = Environment(Path(psycopg.__file__).parents[4])
PROBE, WORD = "amparo_probe", "only-for-the-one-who-looks"
NOT_OURS = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "PGHOST", "PROMETHEUS_MULTIPROC_DIR", "PORT")
HASTE = {
    "AMPARO_OUTBOX_SECONDS": "2", "AMPARO_SEAL_SECONDS": "2", "AMPARO_REMIND_SECONDS": "1", "AMPARO_FILES_SECONDS": "2",
    "AMPARO_LOGIN_RATE": "10000/m/ip", "AMPARO_API_RATE": "100000/min", "AMPARO_DEMO": "people",
}  # fmt: skip


@dataclass
class Here(Product):
    """The product with its servers under the service account and everything else as the current user.

    So it runs where the account cannot read the checkout, without a second copy of the packages.
    """

    servers: Any = None

    def start_servers(self) -> None:
        """As usual, but in the servers' own crew, and with the superuser made first."""
        cluster = Cluster(self.state, self.python.site_packages)
        cluster.command(self.sockets)
        single = [cluster.binaries() / "postgres", "--single", "-D", cluster.path, DATABASE]
        _as_account(self.state.account, single, f"CREATE ROLE {PROBE} SUPERUSER LOGIN PASSWORD '{WORD}';\n")
        ours, self.crew = self.crew, self.servers
        super().start_servers()
        self.crew = ours

    def note(self) -> None:
        """With the children of both crews."""
        super().note()
        facts = self.state.running()
        self.state.note_running({**facts, "children": self.servers.pids() | self.crew.pids()})

    def tend(self) -> None:
        """As ``up`` does, for both crews."""
        while True:
            if revived := self.servers.tend() + self.crew.tend():
                self.revived(revived)
            time.sleep(0.2)


def main(path: str, port: str) -> int:
    """Run one installation until SIGTERM."""
    signal.signal(signal.SIGTERM, _terminate)
    os.umask(0o022)
    for name in NOT_OURS:
        os.environ.pop(name, None)
    with ExitStack() as stack:
        state = stack.enter_context(State(Path(path), service_account()).opened())
        sockets = stack.enter_context(socket_directory(state.account))
        servers = stack.enter_context(Crew(state.account, state.logs, Path("/")))
        crew = stack.enter_context(Crew(current_user(), state.logs, CHECKOUT))
        product = Here(state, HERE, crew, sockets, f"http://127.0.0.1:{port}", servers=servers)
        product.start_servers()
        product.start(is_whole=False)
        (state.path / "up").write_text("yes")
        with suppress(TerminatedError):
            product.tend()
    return 0


@dataclass
class Installation:
    """A running one, as the test sees it."""

    path: Path
    process: subprocess.Popen[bytes]
    url: str
    demo: dict[str, Any] = field(default_factory=dict)

    @property
    def state(self) -> State:
        """Its directory."""
        return State(self.path, service_account())

    @property
    def facts(self) -> dict[str, Any]:
        """What it noted of itself."""
        return self.state.running()

    @property
    def environment(self) -> dict[str, str]:
        """What a command of the product needs to talk to it."""
        ours = {name: value for name, value in os.environ.items() if name not in NOT_OURS}
        return ours | self.state.environment(self.url) | self.facts["environment"]

    def pid(self, name: str) -> int:
        """The process id of a child at this moment."""
        return int(self.facts["children"][name][0])

    def children(self, name: str) -> list[int]:
        """The processes that a child has started: a web server's workers, a worker's pool, a database's backends."""
        with suppress(OSError):
            text = Path(f"/proc/{self.pid(name)}/task/{self.pid(name)}/children").read_text()
            return [int(pid) for pid in text.split()]
        return []

    def probe(self, **more: Any) -> psycopg.Connection[Any]:
        """The database as its superuser, past every wall."""
        where = {"host": self.facts["sockets"], "user": PROBE, "password": WORD, "dbname": DATABASE}
        return psycopg.connect(**where, autocommit=True, connect_timeout=5, **more)

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """What the database holds."""
        with self.probe() as connection:
            return connection.execute(query.encode(), values).fetchall()

    def manage(self, *command: str) -> str:
        """Run a command of the product; its output."""
        done = subprocess.run(
            [sys.executable, CHECKOUT / "manage.py", *command], env=self.environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout

    def ask(self, path: str, *, is_operator: bool = False) -> tuple[int, str]:
        """GET; status and body, 0 where nobody answers."""
        token = (self.state.keys / "operator_token").read_text() if is_operator else ""
        request = Request(self.url + path, headers={"Authorization": f"Bearer {token}"} if token else {})
        try:
            with urlopen(request, timeout=10) as answer:
                return answer.status, answer.read().decode()
        except HTTPError as error:
            with error:
                return error.code, error.read().decode()
        except (URLError, OSError):
            return 0, ""

    def is_whole(self) -> bool:
        """Whether every part is in order, by its own word."""
        status, body = self.ask("/readyz")
        return status == 200 and json.loads(body)["status"] == "ok"

    def swept_after(self, moment: float) -> bool:
        """Whether scheduler, broker and worker together have done a round since then (``time.time()``)."""
        try:
            return bool(
                self.rows(
                    "SELECT 1 FROM upkeep_pulse WHERE task = 'outbox.sweep' AND ran_at > to_timestamp(%s)", moment
                )
            )
        except psycopg.Error:
            return False

    def has_told_all(self) -> bool:
        """Whether every message has left; the five minutes after a second failure are over by our word."""
        self.rows("UPDATE outbox_message SET next_at = now() WHERE status = 'pending' AND n_tries > 1 RETURNING id")
        return self.rows("SELECT count(*) FROM outbox_message WHERE status <> 'done'") == [(0,)]


def wait_until(is_so: Callable[[], Any], what: str, seconds: float = 60.0) -> float:
    """Wait; the seconds it took."""
    began = time.monotonic()
    while not is_so():
        assert time.monotonic() - began < seconds, f"not within {seconds:.0f} s: {what}"
        time.sleep(0.05)
    return time.monotonic() - began


def free_port() -> int:
    """One that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def installed(parent: Path | None = None, **environment: str) -> Iterator[Installation]:
    """A new installation with the demonstration loaded; gone afterwards, directory and processes."""
    place, port = Path(tempfile.mkdtemp(prefix="amparo-whole-", dir=parent)), free_port()
    place.chmod(0o755)
    ours = {name: value for name, value in os.environ.items() if name not in NOT_OURS}
    told = {**ours, **HASTE, **environment}
    command = [sys.executable, "-m", "tests.installation", str(place / "state"), str(port)]
    with (place / "log").open("wb") as log:
        leaving = die_with_parent(signal.SIGTERM)
        process = subprocess.Popen(command, cwd=CHECKOUT, env=told, stdout=log, stderr=log, preexec_fn=leaving)
    found = Installation(place / "state", process, f"http://127.0.0.1:{port}")
    try:
        wait_until(lambda: _is_up(found, place / "log"), "an installation", 400)
        found.demo = json.loads(found.state.demo.read_text())
        yield found
    finally:
        stop(process)
        shutil.rmtree(place, ignore_errors=True)


def _is_up(found: Installation, log: Path) -> bool:
    assert found.process.poll() is None, log.read_text()[-3000:]
    return (found.path / "up").exists()


def stop(process: subprocess.Popen[bytes]) -> float:
    """SIGTERM and wait; the seconds it took."""
    began = time.monotonic()
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    process.wait(90)
    return time.monotonic() - began


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
