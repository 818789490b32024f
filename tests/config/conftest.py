"""Servers of the launcher's own, apart from those that the test run itself stands on."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

from config.bootstrap import Environment
from config.processes import Crew
from config.servers import Servers, socket_directory
from config.state import State, service_account

HERE = Environment(Path(psycopg.__file__).parents[4])


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    """A directory that the service account can reach; pytest's own belongs to the current user alone."""
    path = Path(tempfile.mkdtemp(prefix="amparo-test-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="module")
def state(place: Path) -> Iterator[State]:
    """An installation that the test holds."""
    with State(place / "state", service_account()).opened() as opened:
        yield opened


class Running:
    """Both servers, and how to start them again after something was done to them."""

    def __init__(self, state: State) -> None:
        self.state, self.stack = state, ExitStack()
        self.sockets = self.stack.enter_context(socket_directory(state.account))
        self.servers = Servers(state, HERE.site_packages, is_throwaway=True)
        self.crew = self.start()

    def start(self) -> Crew:
        self.crew = Crew(self.state.account, self.state.logs, Path("/"))
        self.environment = self.servers.start_broker(self.crew, self.sockets)
        self.environment |= self.servers.start_database(self.crew, self.sockets)
        return self.crew

    def kill(self, name: str) -> None:
        """Kill -9, which gives a server no time to tidy up."""
        child = next(child for child in self.crew.children if child.name == name)
        child.process.kill()
        child.process.wait()

    def connect(self, role: str = "DATABASE_URL") -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(self.environment[role], autocommit=True)


@pytest.fixture(scope="module")
def running(state: State) -> Iterator[Running]:
    """PostgreSQL and Valkey, started once for a module."""
    both = Running(state)
    yield both
    both.crew.stop()
    both.stack.close()
