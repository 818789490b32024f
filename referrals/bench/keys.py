"""How long it takes to exchange every key of N cases while people read and write, and whether any of them notices."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from foundation.accounts.models import User
from foundation.custody import rotating, status
from referrals.bench.measure import signed_in
from referrals.bench.run import load

Say = Callable[[str], None]
PEOPLE = ("readers", "readers", "writers")
SEATED = ("worker", "manager", "reporter0")
"""Set up their second step here, once: two processes of the same person would both do it."""
PATIENCE = 180.0
"""Seconds that the people may take to begin, and to end what they are at."""


@dataclass
class Exchange:
    """One size: what was loaded, seconds of each step, what the people did meanwhile and what failed for them."""

    size: int
    n_folders: int = 0
    n_rows: int = 0
    n_tokens: str = ""
    seconds: dict[str, float] = field(default_factory=dict)
    n_reads: int = 0
    n_writes: int = 0
    slowest_ms: int = 0
    failed: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        """For the terminal."""
        steps = "; ".join(f"{what} {seconds:.0f} s" for what, seconds in self.seconds.items())
        did = f"{self.n_reads:,} reads and {self.n_writes:,} writes of other processes, the slowest {self.slowest_ms:,} ms"
        return [
            f"{self.size:,} cases, {self.n_folders:,} folders: {steps}; {self.n_rows:,} rows sealed anew",
            f"meanwhile {did}: {len(self.failed)} failed",
            f"afterwards {self.n_tokens}",
            *sorted(set(self.failed))[:10],
        ]


def run(size: int, say: Say) -> Exchange:
    """Load, exchange under load, open everything; the database must hold nobody yet. Leaves the cases."""
    _load(size, say)
    found = Exchange(size)
    settings.KEY_GRACE = 0  # what was replaced goes at once when nobody can know it any more
    with people(found, say):
        _timed(found, "root key and organisations' keys", _organisations)
        _timed(found, "folders' keys", lambda: _folders(found, say))
    say("opening every key and every field")
    found.n_tokens = next(line.words for line in status.report(is_deep=True) if line.words.startswith("Opened"))
    return found


def _load(size: int, say: Say) -> None:
    say(f"loading {size:,} cases")
    load(size)
    for name in SEATED:
        signed_in(User.objects.get(email=f"{name}@bench.invalid"))


def _timed(found: Exchange, what: str, step: Callable[[], Any]) -> None:
    began = time.monotonic()
    step()
    found.seconds[what] = time.monotonic() - began


def _organisations() -> None:
    call_command("rewrap_keys", new_root=True, new_organisation_key=["all"], drop_old_roots=True)


def _folders(found: Exchange, say: Say) -> None:
    rotation = rotating.begun(timezone.now(), None)
    while not rotation.ended_at:
        rotating.rotate(rotation, 200, say)
    found.n_folders, found.n_rows = rotation.n_folders, rotation.n_rows


@contextmanager
def people(found: Exchange, say: Say) -> Iterator[None]:
    """Processes of their own, as the application's role, at work while the block lasts."""
    with TemporaryDirectory() as folder:
        stop = Path(folder) / "stop"
        workers = [_start(kind, stop) for kind in PEOPLE]
        try:
            _wait(lambda: len(list(stop.parent.glob("*.ready"))) == len(workers), workers)
            say("people are at work; exchanging keys")
            yield
        finally:
            stop.touch()
            ended = [worker.communicate(timeout=PATIENCE) for worker in workers]
    for kind, (out, err) in zip(PEOPLE, ended, strict=True):
        _note(found, kind, out, err)


def _start(kind: str, stop: Path) -> "subprocess.Popen[str]":
    # They read more in a minute than people in a day: nobody asks them why.
    unasked = json.dumps({role: [1_000_000, None] for role in settings.WATCH_BUDGETS})
    return subprocess.Popen(  # noqa: S603 - our own module
        [sys.executable, "-m", "referrals.bench.people", kind, str(stop)],
        cwd=settings.BASE_DIR, env={**os.environ, "AMPARO_WATCH_BUDGETS": unasked},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def _wait(is_so: Callable[[], bool], workers: "list[subprocess.Popen[str]]") -> None:
    until = time.monotonic() + PATIENCE
    while not is_so():
        if ended := [worker for worker in workers if worker.poll() is not None]:
            raise CommandError(ended[0].communicate()[1][-2000:])
        if time.monotonic() > until:
            raise CommandError("the people of the bench did not begin to work")
        time.sleep(0.1)


def _note(found: Exchange, kind: str, out: str, err: str) -> None:
    if not out.strip():
        found.failed.append(f"{kind} ended early: {err[-400:]}")
        return
    said = json.loads(out)
    found.n_reads += said["n"] if kind == "readers" else 0
    found.n_writes += said["n"] if kind == "writers" else 0
    found.slowest_ms = max(found.slowest_ms, said["slowest"])
    found.failed += said["failed"]
