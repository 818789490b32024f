"""A copy of the code for the service account, which as a rule may not walk into root's checkout."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from config.bootstrap import Environment
from config.state import CHECKOUT, State

#: What the product runs on. Tests, documents and what a developer's tools leave behind stay at home.
PUBLISHED = (
    "manage.py",
    "pyproject.toml",
    "uv.lock",
    "config",
    "foundation",
    "consent",
    "cases",
    "referrals",
    "riskanalysis",
    "templates",
    "static",
    "locale",
)
IGNORED = {"__pycache__", "node_modules"}


def readable_code(state: State, python: Environment) -> Path:
    """The checkout itself, or as root `<state>/app`: a copy that belongs to root and that the account only reads."""
    if not state.account.is_switched:
        return CHECKOUT
    target = state.path / "app"
    wanted = {path.relative_to(CHECKOUT): path for name in PUBLISHED for path in _files(CHECKOUT / name)}
    _remove_others(target, wanted)
    for relative, source in wanted.items():
        _copy_if_newer(source, target / relative)
    subprocess.run([python.python, "-m", "compileall", "-q", "-j", "0", target], check=False)
    return target


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
    elif path.is_dir() and path.name not in IGNORED:
        for child in path.iterdir():
            yield from _files(child)


def _remove_others(target: Path, wanted: dict[Path, Path]) -> None:
    for path in [p for p in target.rglob("*") if p.is_file() and "__pycache__" not in p.parts]:
        if path.relative_to(target) not in wanted:
            path.unlink()


def _copy_if_newer(source: Path, target: Path) -> None:
    """Copy unless size and time say that it is there; times are kept, so that compiled files stay valid."""
    ours, facts = target.stat() if target.exists() else None, source.stat()
    if ours and (ours.st_size, ours.st_mtime_ns) == (facts.st_size, facts.st_mtime_ns):
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    target.chmod(0o644)
    os.utime(target, ns=(facts.st_atime_ns, facts.st_mtime_ns))
