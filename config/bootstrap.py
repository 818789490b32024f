"""Make the Python environment from `uv.lock` on a machine that has Python and pip and nothing else.

Standard library only. Debian's bare Python has neither `venv` with pip (ensurepip is a package of its own)
nor a pip that installs outside an environment, so uv is put into a directory of its own (`pip install
--target` is allowed there) and makes the environment; without uv, pip fills an environment made without pip.
"""

import fcntl
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.requirements import locked_requirements
from config.state import CHECKOUT, RefusalError, State

UV = "uv==0.13.9"
STAMP = "amparo-stamp.json"
#: The pip of the interpreter that we run on, or that the environment we run in was made from.
PIP = (Path(sys.executable).resolve(), "-m", "pip")


@dataclass(frozen=True)
class Environment:
    """A virtual environment at `path`, brought to what `uv.lock` says; `is_dev` adds the tools for tests and lint.

    `is_shared` compiles everything at once (3 s), for an account that may not write there; others compile as they go.
    """

    path: Path
    is_dev: bool = False
    is_shared: bool = False

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.path / "bin" / "python"

    @property
    def site_packages(self) -> Path:
        """Where its packages lie."""
        return next((self.path / "lib").glob("python3.*")) / "site-packages"

    def ensure(self, base: Path, tools: Path) -> "Environment":
        """Bring it up to date; `base` is the interpreter for a new one, `tools` a directory for uv. Returns itself.

        Takes about 4 s when the packages are in the cache and no time when the stamp says that nothing changed.
        """
        if not self.is_fresh():
            with _exclusive(CHECKOUT / "uv.lock"):
                if not self.is_fresh():
                    self._build(base, tools)
        return self

    def is_fresh(self) -> bool:
        """Whether the stamp names the present lock and covers the wanted groups."""
        stamp = self._stamp()
        return bool(stamp) and stamp["lock"] == _lock_hash() and bool(stamp["dev"] or not self.is_dev)

    def is_stale(self) -> bool:
        """Whether we made it, but from another lock. One made by hand has no stamp and is trusted."""
        return bool(self._stamp()) and not self.is_fresh()

    def _stamp(self) -> dict[str, Any]:
        with suppress(OSError, ValueError):
            stamp: dict[str, Any] = json.loads((self.path / STAMP).read_text())
            return stamp
        return {}

    def _build(self, base: Path, tools: Path) -> None:
        is_dev = self.is_dev or bool(self._stamp().get("dev"))
        uv = _find_uv(tools)
        if not (uv and self._sync(uv, base, is_dev=is_dev)):
            print("uv is not available here: pip installs the same locked packages, which takes longer", flush=True)
            self._fill_with_pip(base, tools, is_dev=is_dev)
        (self.path / STAMP).write_text(json.dumps({"lock": _lock_hash(), "dev": is_dev}))

    def _sync(self, uv: Path, base: Path, *, is_dev: bool) -> bool:
        python = self.python if self.python.exists() else base
        command: list[str | Path] = [uv, "sync", "--quiet", "--frozen", "--no-install-project"]
        command += ["--dev" if is_dev else "--no-dev", "--python", python, "--project", CHECKOUT]
        compiled = {"UV_COMPILE_BYTECODE": "1"} if self.is_shared else {}
        defaults = {"UV_SYSTEM_CERTS": "1", "UV_PYTHON_DOWNLOADS": "never"}
        environment = defaults | compiled | os.environ | {"UV_PROJECT_ENVIRONMENT": str(self.path)}
        environment.pop("VIRTUAL_ENV", None)
        return subprocess.run(command, env=environment, check=False).returncode == 0

    def _fill_with_pip(self, base: Path, tools: Path, *, is_dev: bool) -> None:
        listed = tools / "requirements.txt"
        tools.mkdir(parents=True, exist_ok=True)
        listed.write_text(locked_requirements(CHECKOUT / "uv.lock", is_dev=is_dev))
        made = subprocess.run([base, "-m", "venv", "--without-pip", "--clear", self.path], check=False)
        pip: list[str | Path] = [*PIP, "--python", self.python, "install", "--quiet", "--no-deps"]
        pip += ["--require-hashes", "--only-binary", ":all:", "--disable-pip-version-check", "-r", listed]
        if made.returncode or subprocess.run(pip, check=False).returncode:
            raise RefusalError("the Python packages could not be installed; the lines above say why")


def base_interpreter(state: State) -> Path:
    """The interpreter for a new environment: ours, or a system one when the service account cannot read ours."""
    ours = Path(sys.executable).resolve()
    candidates = [ours, *(Path(p) / "python3" for p in ("/usr/local/bin", "/usr/bin"))]
    for candidate in candidates:
        if candidate.exists() and state.account.can_reach(candidate) and _is_recent(candidate):
            return candidate
    raise RefusalError(f"the account {state.account.name} cannot run {ours}; install Python 3.11 or newer in /usr/bin")


def _is_recent(python: Path) -> bool:
    test = "import sys; sys.exit(sys.version_info < (3, 11))"
    return subprocess.run([python, "-I", "-c", test], check=False).returncode == 0


def _find_uv(tools: Path) -> Path | None:
    """The machine's uv, or one installed with pip into `tools`; None when there is neither."""
    ours = tools / "uv" / "bin" / "uv"
    for candidate in (shutil.which("uv"), ours):
        if candidate and _works(Path(candidate)):
            return Path(candidate)
    options = ["--quiet", "--disable-pip-version-check", "--only-binary", ":all:"]
    subprocess.run(
        [*PIP, "install", *options, "--target", tools / "uv", "--upgrade", UV], check=False, capture_output=True
    )
    return ours if _works(ours) else None


def _works(uv: Path) -> bool:
    with suppress(OSError):
        return subprocess.run([uv, "--version"], check=False, capture_output=True).returncode == 0
    return False


def _lock_hash() -> str:
    return hashlib.sha256((CHECKOUT / "uv.lock").read_bytes()).hexdigest()


@contextmanager
def _exclusive(path: Path) -> Iterator[None]:
    with path.open() as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def runs_in_environment() -> bool:
    """Whether this interpreter belongs to a virtual environment that has Django and is not out of date."""
    in_venv = sys.prefix != sys.base_prefix
    return in_venv and importlib.util.find_spec("django") is not None and not Environment(Path(sys.prefix)).is_stale()
