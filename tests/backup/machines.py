"""Other machines: an empty cluster of its own, and commands that run there as processes of their own."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from config.processes import Crew
from config.servers import Servers, socket_directory
from config.state import CHECKOUT, State, service_account
from tests.config.conftest import HERE


@dataclass
class Machine:
    """A new machine with PostgreSQL, empty, and nothing else but what it is given."""

    state: State
    environment: dict[str, str] = field(default_factory=dict)

    def run(self, *command: str | Path, stdin: str = "") -> "subprocess.CompletedProcess[str]":
        """A command of manage.py."""
        return subprocess.run(
            [sys.executable, CHECKOUT / "manage.py", *map(str, command)],
            env=self.environment, input=stdin, capture_output=True, text=True, timeout=300, cwd=CHECKOUT, check=False,
        )  # fmt: skip

    def look(self, task: dict[str, Any]) -> dict[str, Any]:
        """What ``tests/backup/look.py`` finds there."""
        done = subprocess.run(
            [sys.executable, "-m", "tests.backup.look"],
            env=self.environment, input=json.dumps(task), capture_output=True, text=True, timeout=300, cwd=CHECKOUT,
            check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-3000:]
        found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return found

    def rows(self, text: str, role: str = "DATABASE_BACKUP_URL") -> list[tuple[Any, ...]]:
        """A query, past row-level security."""
        with psycopg.connect(self.environment[role], autocommit=True) as connection:
            return connection.execute(text).fetchall()

    @property
    def tables(self) -> int:
        """How many tables the database holds."""
        text = "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace"
        (found,) = self.rows(f"{text} WHERE relkind = 'r' AND nspname IN ('public', 'trail')")[0]
        return int(found)


@contextmanager
def machine() -> Iterator[Machine]:
    """Started for a while; nothing is left."""
    with ExitStack() as stack:
        path = Path(tempfile.mkdtemp(prefix="amparo-test-"))
        stack.callback(shutil.rmtree, path, ignore_errors=True)
        path.chmod(0o755)
        state = stack.enter_context(State(path / "state", service_account()).opened())
        sockets = stack.enter_context(socket_directory(state.account))
        crew = stack.enter_context(Crew(state.account, state.logs, Path("/")))
        servers = Servers(state, HERE.site_packages, is_throwaway=True)
        own = servers.start_broker(crew, sockets) | servers.start_database(crew, sockets)
        inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        clean = {name: value for name, value in state.environment().items() if name.startswith(("AMPARO", "DJANGO"))}
        yield Machine(state, inherited | clean | own | {"PYTHONUNBUFFERED": "1", "AMPARO_FILES": str(path / "files")})
