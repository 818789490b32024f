"""Servers for a while: in a temporary state directory of their own, gone afterwards."""

import fcntl
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from config.bootstrap import Environment
from config.processes import Crew
from config.servers import Servers, socket_directory
from config.state import CHECKOUT, State, service_account

PREFIX = "amparo-state-"
YOUNG_SECONDS = 60.0


def developer_environment(*, is_dev: bool = True) -> Environment:
    """`<checkout>/.venv`, brought up to date; `is_dev` adds the tools of developers."""
    return Environment(CHECKOUT / ".venv", is_dev).ensure(Path(sys.executable).resolve(), CHECKOUT / "var" / "tools")


@contextmanager
def servers(python: Environment, *, is_throwaway: bool) -> Iterator[dict[str, str]]:
    """Start PostgreSQL and Valkey and yield the environment that leads to them, as both database roles.

    `is_throwaway` gives up durability and lets the owner make databases.
    """
    sweep()
    with ExitStack() as stack:
        path = Path(tempfile.mkdtemp(prefix=PREFIX))
        stack.callback(shutil.rmtree, path, ignore_errors=True)
        state = stack.enter_context(State(path, service_account()).opened())
        sockets = stack.enter_context(socket_directory(state.account, path))
        crew = stack.enter_context(Crew(state.account, state.logs, Path("/")))
        started = Servers(state, python.site_packages, is_throwaway)
        addresses = started.start_broker(crew, sockets) | started.start_database(crew, sockets)
        yield state.environment() | addresses


def sweep() -> None:
    """Remove what runs that were killed left behind: old state directories that nobody locks."""
    for lock in Path(tempfile.gettempdir()).glob(f"{PREFIX}*/lock"):
        with suppress(OSError), lock.open() as file:
            if time.time() - lock.stat().st_mtime > YOUNG_SECONDS:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(lock.parent, ignore_errors=True)
