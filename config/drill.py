"""`manage.py bench --drill N`: how long a backup and a restore of N cases take, on two clusters of this machine."""

import shutil
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from config import scratch
from config.bootstrap import Environment
from config.state import CHECKOUT, RefusalError

KEYGEN = """
import pyrage, sys
identity = pyrage.x25519.Identity.generate()
open(sys.argv[1], "w").write(f"{identity}\\n")
open(sys.argv[2], "w").write(f"{identity.to_public()}\\n")
"""


def measure(python: Environment, n_cases: int) -> int:
    """Load, back up, verify, restore; prints seconds and sizes. Needs some 5 GB of disk for 100,000 cases."""
    place = Path(tempfile.mkdtemp(prefix="amparo-drill-"))
    try:
        with (
            scratch.servers(python, is_throwaway=False) as first,
            scratch.servers(python, is_throwaway=False) as second,
        ):
            _drill(_Steps(python, place), first, second, n_cases)
    finally:
        shutil.rmtree(place, ignore_errors=True)
    return 0


def _drill(steps: "_Steps", first: Mapping[str, str], second: Mapping[str, str], n_cases: int) -> None:
    identity, recipients = steps.place / "identity", steps.place / "recipients"
    steps.run("keys of age", [steps.python.python, "-c", KEYGEN, identity, recipients], first)
    steps.manage("tables", ["prepare", "--no-demo"], first)
    # Django's command, not ours, which starts servers of its own.
    load: list[str | Path] = [steps.python.python, "-m", "django", "bench", f"--load={n_cases}"]
    steps.run(f"{n_cases:,} cases loaded", load, first)
    for name in ("data", "keys"):
        (steps.place / name).mkdir()
    data, keys = steps.place / "data", steps.place / "keys"
    steps.manage("backup", ["backup", f"--data={data}", f"--keys={keys}", f"--recipients={recipients}"], first)
    archives = [next(place.iterdir()) for place in (data, keys)]
    print(f"== data {archives[0].stat().st_size:,} bytes, keys {archives[1].stat().st_size:,} bytes", flush=True)
    steps.manage("verify", ["backup", "--verify", *archives, f"--identity={identity}"], first)
    shutil.copy(first["AMPARO_LEDGER"], second["AMPARO_LEDGER"])
    steps.manage("restore", ["restore", *archives, f"--identity={identity}"], second)


class _Steps:
    """Commands with their seconds."""

    def __init__(self, python: Environment, place: Path) -> None:
        self.python, self.place = python, place

    def manage(self, what: str, arguments: Sequence[str | Path], environment: Mapping[str, str]) -> None:
        """A command of manage.py."""
        self.run(what, [self.python.python, CHECKOUT / "manage.py", *arguments], environment)

    def run(self, what: str, command: Sequence[str | Path], environment: Mapping[str, str]) -> None:
        """To its end, or the whole is over."""
        began = time.monotonic()
        code = subprocess.run(command, env=environment, cwd=CHECKOUT, check=False).returncode
        if code:
            raise RefusalError(f"{what} failed; the lines above say why")
        print(f"== {what}: {time.monotonic() - began:.1f} s", flush=True)
