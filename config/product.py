"""`manage.py up`: the whole product on one machine, from an empty directory to an address that answers."""

import http.client
import json
import os
import shutil
import socket
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from config import external, publish
from config.bootstrap import Environment, base_interpreter
from config.processes import Crew, end_leftovers
from config.servers import Servers, socket_directory
from config.state import CHECKOUT, RefusalError, State, service_account

BEGAN = time.monotonic()
GUNICORN = ["-c", "python:config.serving"]
CELERY = ["--concurrency", "2", "--loglevel", "INFO", "--without-mingle", "--without-gossip"]

#: What the table of people does not say by itself.
CODES = (
    "Who has a totp secret types a code after the password: `python3 manage.py demo_code focal_point` shows it,\n"
    "or put the secret into an authenticator app. Everybody accepts the code of conduct once."
)

#: What other commands need to talk to a running product.
OURS = (
    *(
        "AMPARO_EMBEDDED",
        "AMPARO_ANCHOR_FILE",
        "AMPARO_KEYRING",
        "AMPARO_LEDGER",
        "AMPARO_STATE",
        "AMPARO_URL",
        "DJANGO_SECRET_KEY_FILE",
    ),
    *("AMPARO_FILES", "AMPARO_CLAMAV"),
    *("DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_BACKUP_URL", "PGHOST", "REDIS_URL"),
)
NO_SCANNER = (
    "No virus scanner: files on cases wait and cannot be opened. AMPARO_CLAMAV connects one (docs/how-to/files.md)."
)

NOT_FOR_SERVICES = ("DATABASE_OWNER_URL", "DATABASE_BACKUP_URL")


def say(text: str) -> None:
    """Print one step of the start, with the seconds since the command began."""
    print(f"[{time.monotonic() - BEGAN:5.1f} s] {text}", flush=True)


def up(arguments: list[str]) -> int:
    """Start everything and stay until Ctrl-C; with `--once`, play the story, verify the trail and stop."""
    if arguments not in ([], ["--once"]):
        raise RefusalError("usage: manage.py up [--once]; the environment variable PORT chooses the port")
    port = wanted_port()
    with ExitStack() as stack:
        state = stack.enter_context(State.of_product(service_account()).opened())
        clear_away(state)
        require_free(port)
        stack.callback(state.forget_running)
        product = prepared(state, port, stack)
        product.start(is_whole=not arguments and os.environ.get("AMPARO_DEMO") != "people")
        product.show()
        return product.play_once() if arguments else product.serve()


def wanted_port() -> int:
    """`PORT`, or 8000."""
    said = os.environ.get("PORT") or "8000"
    if not said.isdecimal() or not 0 < int(said) < 65536:
        raise RefusalError(f"PORT must be a number between 1 and 65535, not {said!r}")
    return int(said)


def require_free(port: int) -> None:
    """Raise RefusalError when something else listens on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise RefusalError(f"port {port} is not free ({error.strerror}); choose another one with PORT=…") from None


def clear_away(state: State) -> None:
    """End what a launcher that was killed left running, and remove its sockets."""
    facts = state.running()
    end_leftovers(facts.get("children", {}))
    sockets = Path(facts.get("sockets", "/nonexistent"))
    if sockets.name.startswith("amparo-"):
        shutil.rmtree(sockets, ignore_errors=True)


def environment_of(state: State) -> Environment:
    """The Python environment of the product: in the checkout, or as root where the service account can read it."""
    if state.account.is_switched:
        return Environment(state.path / "venv", is_shared=True)
    return Environment(CHECKOUT / ".venv")


def prepared(state: State, port: int, stack: ExitStack) -> "Product":
    """Python packages, a readable copy of the code, PostgreSQL and Valkey; what the product then runs on."""
    python = environment_of(state).ensure(base_interpreter(state), state.path / "tools")
    say("Python packages are in place")
    code = publish.readable_code(state, python)
    sockets = stack.enter_context(socket_directory(state.account))
    crew = stack.enter_context(Crew(state.account, state.logs, code))
    product = Product(state, python, crew, sockets, f"http://127.0.0.1:{port}")
    product.start_servers()
    return product


@dataclass
class Product:
    """One run of the product. `environment` is the administrator's, with both database roles."""

    state: State
    python: Environment
    crew: Crew
    sockets: Path
    url: str
    environment: dict[str, str] = field(default_factory=dict)

    def start_servers(self) -> None:
        """Start what the caller does not bring along by DATABASE_URL and REDIS_URL."""
        servers = Servers(self.state, self.python.site_packages)
        self.environment = self.state.environment(self.url) | {"HOME": str(self.state.path)}
        if "REDIS_URL" not in os.environ:
            self.environment |= servers.start_broker(self.crew, self.sockets)
            say("Valkey answers on a private socket")
        if "DATABASE_URL" not in os.environ:
            self.environment |= servers.start_database(self.crew, self.sockets)
            say("PostgreSQL answers on a private socket")
        elif "DATABASE_OWNER_URL" not in os.environ:
            self.environment |= external.two_roles(self.state, self.python)
            say("PostgreSQL at DATABASE_URL has the application's role")
        self.note()

    def note(self) -> None:
        """Leave word of this run for other commands and for the start after a crash."""
        self.state.note_running(
            {
                "pid": os.getpid(),
                "url": self.url,
                "sockets": str(self.sockets),
                "children": self.crew.pids(),
                "environment": {name: self.environment[name] for name in OURS if name in self.environment},
            }
        )

    @property
    def service_environment(self) -> Mapping[str, str]:
        """What web, worker and beat get: neither the owner of the tables nor the role that reads past every wall."""
        return {name: value for name, value in self.environment.items() if name not in NOT_FOR_SERVICES}

    def run(self, *command: str, environment: Mapping[str, str] | None = None) -> None:
        """Run a Python command of the product to its end; raises RefusalError when it fails."""
        code = self.crew.run([self.python.python, *command], environment or self.environment)
        if code:
            raise RefusalError(f"`{' '.join(command)}` failed with exit code {code}; the lines above say why")

    def start(self, *, is_whole: bool) -> None:
        """Migrate and load the demonstration, then start web, worker and beat; returns when the web answers.

        ``is_whole``: with matters in every state; else with people and places alone (``AMPARO_DEMO=people``, the story).
        """
        self.run("manage.py", "prepare")
        if is_whole and not self._facts().get("has_matters"):
            self.run("-m", "config.demonstration")
        say("The database is migrated and holds the demonstration")
        address = self.url.removeprefix("http://")
        figures = {"PROMETHEUS_MULTIPROC_DIR": f"{self.sockets}/figures"}
        self._start("web", "gunicorn", "config.wsgi", "--bind", address, *GUNICORN, more=figures)
        self._start("worker", "celery", "-A", "config", "worker", *CELERY)
        self._start("beat", "celery", "-A", "config", "beat", "--schedule", f"{self.sockets}/beat", "--pidfile=")
        self.note()
        self.crew.wait_until(lambda: is_ready(address), f"{self.url}/readyz")
        say("Web, worker and beat are running")

    def _start(self, name: str, module: str, *options: str, more: Mapping[str, str] | None = None) -> None:
        environment = {**self.service_environment, **(more or {})}
        self.crew.start(name, [self.python.python, "-m", module, *options], environment)

    def show(self) -> None:
        """Print the address, what is missing and who may sign in."""
        print(f"\nAmparo: {self.url}/  (this computer only)\nState:  {self.state.path}\n", flush=True)
        if not self.environment.get("AMPARO_CLAMAV"):
            print(f"{NO_SCANNER}\n", flush=True)
        if facts := self._facts():
            print(demo_table(facts), flush=True)
            print(f"\n{CODES}\n", flush=True)

    def _facts(self) -> dict[str, Any]:
        """What stands in `demo.json`; nothing where there is no demonstration."""
        return dict(json.loads(self.state.demo.read_text())) if self.state.demo.exists() else {}

    def play_once(self) -> int:
        """Play the story over HTTP with the running worker, then verify the trail; 0 when both are in order."""
        self.run("-m", "config.story", environment=self.service_environment)
        self.run("manage.py", "audit_anchor")
        self.run("manage.py", "audit_verify", "--from-anchor", self.environment["AMPARO_ANCHOR_FILE"])
        say("The story is played and the trail is whole")
        return 0

    def serve(self) -> int:
        """Stay until Ctrl-C or SIGTERM; what dies is started again. RefusalError when it dies again and again."""
        print("Ctrl-C stops everything.", flush=True)
        try:
            self.crew.watch(self.revived)
        except KeyboardInterrupt:
            say("Stopping")
            self.crew.stop()
            say("Everything has stopped")
        return 0

    def revived(self, names: list[str]) -> None:
        """Say and note that processes had died and run again."""
        self.note()
        say(f"{', '.join(names)} had stopped and runs again; the logs in {self.crew.logs} say why")


def is_ready(address: str) -> bool:
    """Whether `/readyz` answers 200."""
    connection = http.client.HTTPConnection(address, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def demo_table(demo: Mapping[str, Any]) -> str:
    """People and partners of `demo.json` as columns; values are shown as they are, lists with commas."""
    people = [{"who": name, **facts} for name, facts in demo.get("people", {}).items()]
    return "\n\n".join(_columns(rows) for rows in (people, demo.get("partners", [])) if rows)


def _columns(rows: Sequence[Mapping[str, object]]) -> str:
    names = list(dict.fromkeys(name for row in rows for name in row))
    cells = [[name.replace("_", " ") for name in names], *([_cell(row.get(name)) for name in names] for row in rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(names))]
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in cells)


def _cell(value: object) -> str:
    return ", ".join(str(part) for part in value) if isinstance(value, list) else str("" if value is None else value)
