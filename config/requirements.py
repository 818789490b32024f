"""Read `uv.lock` without uv: the packages that this machine needs, with hashes, as pip wants them listed."""

import importlib
import importlib.util
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any


def locked_requirements(lock: Path, *, is_dev: bool) -> str:
    """A requirements file for `pip install --no-deps --require-hashes`; `is_dev` adds the group of developers.

    Markers are evaluated here because pip would see each package only once, and not the road that led to it.
    """
    packages = {package["name"]: package for package in tomllib.loads(lock.read_text())["package"]}
    root = next(package for package in packages.values() if "virtual" in package["source"])
    wanted = list(root["dependencies"])
    if is_dev:
        wanted += root["dev-dependencies"]["dev"]
    names = sorted({name for name, _ in _closure(packages, wanted)})
    return "\n".join(_line(packages[name]) for name in names) + "\n"


def _closure(packages: dict[str, Any], wanted: list[Any]) -> Iterable[tuple[str, str]]:
    """Every (package, extra) that `wanted` leads to on this machine; the empty extra is the package itself."""
    seen: set[tuple[str, str]] = set()
    queue = [node for dependency in wanted for node in _nodes(dependency)]
    while queue:
        if (node := queue.pop()) in seen:
            continue
        seen.add(node)
        package, extra = packages[node[0]], node[1]
        below = package.get("optional-dependencies", {}).get(extra, []) if extra else package.get("dependencies", [])
        queue += [found for dependency in below for found in _nodes(dependency)]
    return seen


def _nodes(dependency: Any) -> Iterator[tuple[str, str]]:
    if _applies(dependency.get("marker")):
        for extra in ("", *dependency.get("extra", ())):
            yield dependency["name"], extra


def _applies(marker: str | None) -> bool:
    """Whether a marker holds for this interpreter; read by `packaging`, of which pip carries a copy."""
    if not marker:
        return True
    name = "packaging.markers" if importlib.util.find_spec("packaging") else "pip._vendor.packaging.markers"
    return bool(importlib.import_module(name).Marker(marker).evaluate())


def _line(package: Any) -> str:
    hashes = [f"--hash={wheel['hash']}" for wheel in package["wheels"]]
    return " \\\n    ".join([f"{package['name']}=={package['version']}", *hashes])
