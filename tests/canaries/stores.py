"""Where something could be left lying: each store is a directory that the scanner reads, filled while or after the run.

Into each a known word is planted in the open, so that a scan that finds nothing is known to be able to find something.
"""

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from config.cluster import DATABASE, Cluster
from tests.canaries.markers import Mint
from tests.installation import HERE, PROBE, WORD, Installation

OPENED = """
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
store = SessionStore()
store["control"] = "{word}"
store.save()
print([row.get_decoded() for row in Session.objects.all()])
"""


@dataclass
class Stores:
    """The stores of one installation. ``place`` holds what is gathered; ``controls`` are the words planted in each."""

    house: Installation
    place: Path
    mint: Mint
    mail: Path
    temporary: Path
    controls: dict[str, str] = field(default_factory=dict)
    bystanders: list[int] = field(default_factory=list)

    def directory(self, name: str) -> Path:
        """Where a gathered store lies."""
        path = self.place / name.replace(" ", "-")
        path.mkdir(parents=True, exist_ok=True)
        return path

    def all(self) -> dict[str, Path]:
        """Name → directory."""
        state = self.house.path
        gathered = (
            "dump as text", "dump in the custom format", "live stream of Valkey", "statements seen", "processes", "figures",
            "sessions", "browser profile", "files that came and went",
        )  # fmt: skip
        lying = {
            "data directory with its log": state / "pg", "Valkey's file": state / "valkey", "logs": state / "logs",
            "mail": self.mail, "temporary files": self.temporary, "files of cases": state / "files", "ledger": state / "ledger",
        }  # fmt: skip
        return lying | {name: self.directory(name) for name in gathered}

    def control(self, name: str) -> str:
        """A new word that will be planted in a store."""
        self.mint.place = f"control: {name}"
        self.controls[name] = self.mint.name("cyrillic")
        return self.controls[name]

    # --- gathered at the end

    def gather(self) -> None:
        """Everything that lies there when the work is done, with a word planted in each store."""
        self.plant_in_database()
        self.plant_in_files()
        self.figures()
        self.sessions()
        self.dump()

    def dump(self) -> None:
        """The database as ``pg_dump`` writes it, in text and in its own format without compression."""
        binary = Cluster(self.house.state, HERE.site_packages).binaries() / "pg_dump"
        where = ["-h", self.house.facts["sockets"], "-U", PROBE, DATABASE]
        for name, how in (("dump as text", ["-Fp"]), ("dump in the custom format", ["-Fc", "-Z0"])):
            out = self.directory(name) / "dump"
            subprocess.run([binary, *how, "-f", out, *where], env={**os.environ, "PGPASSWORD": WORD}, check=True)

    def plant_in_database(self) -> None:
        """A table with words in the open, as nobody of us would make one."""
        word = self.control("data directory with its log")
        self.controls |= dict.fromkeys(("dump as text", "dump in the custom format"), word)
        with self.house.probe() as connection:
            connection.execute("CREATE TABLE control (word text)")
            connection.execute("INSERT INTO control VALUES (%s)", [word])
            connection.execute("CHECKPOINT")

    def plant_in_files(self) -> None:
        """A file with the word, where files lie."""
        for name in ("logs", "mail", "files of cases", "ledger", "temporary files"):
            path = self.all()[name]
            path.mkdir(parents=True, exist_ok=True)
            (path / "control.txt").write_text(f"{{'at': 1, 'message': '{self.control(name)}'}}\n")

    def figures(self) -> None:
        """What an operator is given, and once more with the word in it."""
        status, text = self.house.ask("/metrics", is_operator=True)
        assert (status, "amparo_requests_total" in text) == (200, True)
        (self.directory("figures") / "metrics").write_text(text)
        (self.directory("figures") / "control").write_text(f'x{{route="{self.control("figures")}"}} 1\n')

    def sessions(self) -> None:
        """The sessions, which lie compressed in the database, opened."""
        code = OPENED.format(word=self.control("sessions"))
        (self.directory("sessions") / "decoded").write_text(self.house.manage("shell", "-v0", "-c", code))

    # --- gathered while it runs

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Everything that passes: Valkey's commands, the statements that run, processes, files that come and go."""
        ended = threading.Event()
        watchers = (self._valkey, self._statements, self._processes, self._passing)
        threads = [threading.Thread(target=watcher, args=(ended,), daemon=True) for watcher in watchers]
        for thread in threads:
            thread.start()
        bystander = self._bystander()
        try:
            yield
        finally:
            self._plant_while_running()
            time.sleep(1.5)
            ended.set()
            for thread in threads:
                thread.join(10)
            bystander.kill()
            bystander.wait()

    def _bystander(self) -> subprocess.Popen[bytes]:
        """A process with the word in its environment and on its command line."""
        word = self.control("processes")
        command = [sys.executable, "-c", "import time; time.sleep(600)", word]
        process = subprocess.Popen(command, env={**os.environ, "CONTROL": word})
        self.bystanders.append(process.pid)
        return process

    def _plant_while_running(self) -> None:
        word = self.control("live stream of Valkey")
        self.controls["Valkey's file"] = word
        self._valkey_says(f"SET control {word}")
        passing = self.temporary / "control-that-goes"
        passing.write_text(self.control("files that came and went"))
        with self.house.probe() as connection:
            connection.execute(f"SELECT pg_sleep(1), '{self.control('statements seen')}'".encode())
        passing.unlink()

    def _valkey_says(self, command: str) -> None:
        with socket.socket(socket.AF_UNIX) as line:
            line.connect(f"{self.house.facts['sockets']}/v.sock")
            line.sendall(f"{command}\r\n".encode())
            assert line.recv(100).startswith(b"+OK")

    def _valkey(self, ended: threading.Event) -> None:
        with (
            socket.socket(socket.AF_UNIX) as line,
            (self.directory("live stream of Valkey") / "monitor").open("wb") as out,
        ):
            line.connect(f"{self.house.facts['sockets']}/v.sock")
            line.settimeout(0.2)
            line.sendall(b"MONITOR\r\n")
            while not ended.is_set():
                with suppress(TimeoutError):
                    out.write(_bytes_of(line.recv(1 << 16)))

    def _statements(self, ended: threading.Event) -> None:
        out = self.directory("statements seen") / "statements"
        with self.house.probe() as connection, out.open("w") as file:
            while not ended.wait(0.1):
                for row in connection.execute("SELECT usename, query, state FROM pg_stat_activity"):
                    file.write(json.dumps(row, ensure_ascii=False) + "\n")

    def _processes(self, ended: threading.Event) -> None:
        n, out = 0, self.directory("processes")
        while not ended.wait(1.0):
            n += 1
            for pid in [*self.pids(), *self.bystanders]:
                for kind in ("cmdline", "environ"):
                    with suppress(OSError):
                        (out / f"{n}-{pid}-{kind}").write_bytes(Path(f"/proc/{pid}/{kind}").read_bytes())

    def _passing(self, ended: threading.Event) -> None:
        """A second name for each new file, so that what is removed at once is kept."""
        out, seen = self.directory("files that came and went"), 0
        while not ended.wait(0.01):
            for path in self.temporary.rglob("*"):
                with suppress(OSError):
                    seen += 1
                    os.link(path, out / f"{path.stat().st_ino}")

    def pids(self) -> list[int]:
        """Every process of the installation at this moment."""
        found = [self.house.process.pid, *(int(pid) for pid, _started in self.house.facts["children"].values())]
        for name in self.house.facts["children"]:
            found += self.house.children(name)
        return found


def _bytes_of(stream: bytes) -> bytes:
    r"""What MONITOR shows, and beside it what its ``\xd0`` stand for."""
    return stream + stream.decode("latin-1").encode().decode("unicode_escape", "ignore").encode("latin-1", "ignore")
