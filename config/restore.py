"""`manage.py restore` on one machine: servers of an installation that holds nobody yet, and the command of Django in them."""

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from config.bootstrap import base_interpreter
from config.processes import Crew
from config.product import clear_away, environment_of
from config.servers import Servers, socket_directory
from config.state import CHECKOUT, State, service_account

Run = Callable[[Sequence[str | Path], Mapping[str, str]], int]


def restore(arguments: list[str], run: Run) -> int:
    """Start PostgreSQL and Valkey of the state directory, restore into them, stop them; then `manage.py up` works.

    Refused while the product runs. `run` carries out a command with an environment and returns its exit code.
    """
    with ExitStack() as stack:
        state = stack.enter_context(State.of_product(service_account()).opened())
        clear_away(state)
        stack.callback(state.forget_running)
        python = environment_of(state).ensure(base_interpreter(state), state.path / "tools")
        sockets = stack.enter_context(socket_directory(state.account))
        crew = stack.enter_context(Crew(state.account, state.logs, Path("/")))
        servers = Servers(state, python.site_packages)
        addresses = servers.start_broker(crew, sockets) | servers.start_database(crew, sockets)
        return run([python.python, CHECKOUT / "manage.py", "restore", *arguments], state.environment() | addresses)


def is_embedded() -> bool:
    """Whether the servers are ours to start; with `DATABASE_URL` they run elsewhere."""
    return "DATABASE_URL" not in os.environ
