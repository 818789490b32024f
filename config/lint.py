"""`manage.py lint`: every static check, one line each, with the output of those that fail."""

import subprocess
import tempfile
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from config import scratch
from config.bootstrap import Environment
from config.state import CHECKOUT, State, current_user


@dataclass(frozen=True)
class Check:
    """One tool: what it is called on the terminal and its command."""

    name: str
    command: list[str | Path]


@dataclass
class Running:
    """A check under way; its output waits in a file, so that a long one never blocks on a full pipe."""

    check: Check
    process: subprocess.Popen[bytes]
    output: Path
    began: float

    def finish(self) -> bool:
        """Wait for the end and print one line, and the output if the check failed. Returns whether it passed."""
        code = self.process.wait()
        seconds = time.monotonic() - self.began
        print(f"{'ok  ' if code == 0 else 'FAIL'} {self.check.name:<28} {seconds:6.1f} s", flush=True)
        if code:
            print(self.output.read_text(errors="replace").rstrip(), flush=True)
        return code == 0


def lint(arguments: list[str]) -> int:
    """Run every check, also after one has failed; exit code 1 if any did. mypy, the longest, runs beside the others."""
    python = scratch.developer_environment()
    with ExitStack() as stack:
        path = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="amparo-lint-")))
        environment = _environment(stack.enter_context(State(path / "state", current_user()).opened()))
        mypy = _start(Check("mypy --strict", [python.path / "bin/mypy", "."]), environment, path)
        try:
            passed = [_start(check, environment, path).finish() for check in checks(python)]
            return 0 if all([*passed, mypy.finish()]) else 1
        finally:
            mypy.process.kill()


def checks(python: Environment) -> list[Check]:
    """The checks beside mypy, in the order in which they run."""
    tools, django = python.path / "bin", [python.python, CHECKOUT / "manage.py"]
    templates = sorted(CHECKOUT.glob("templates/**/*.html"))
    return [
        Check("ruff check", [tools / "ruff", "check", "."]),
        Check("ruff format", [tools / "ruff", "format", "--check", "."]),
        Check("djade", [tools / "djade", "--check", "--target-version", "5.2", *templates]),
        Check("djlint", [tools / "djlint", "--lint", "--quiet", "templates"]),
        Check("lint-imports", [tools / "lint-imports"]),
        Check("check --deploy", [*django, "check", "--deploy", "--fail-level", "WARNING"]),
        Check("makemigrations --check", [*django, "makemigrations", "--check", "--dry-run"]),
        Check("texts --check", [*django, "texts", "--check"]),
    ]


def _environment(state: State) -> Mapping[str, str]:
    """A production installation whose database does not answer: no check needs one, and some warn without HTTPS."""
    production = {"AMPARO_URL": "https://amparo.example", "AMPARO_EMBEDDED": "0"}
    return state.environment() | production


def _start(check: Check, environment: Mapping[str, str], path: Path) -> Running:
    output = path / f"{check.name.replace(' ', '-')}.txt"
    with output.open("wb") as file:
        process = subprocess.Popen(
            check.command,
            cwd=CHECKOUT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    return Running(check, process, output, time.monotonic())
