"""Searching a store for thousands of byte strings at once: GNU grep with all of them as fixed strings, byte for byte."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.canaries.encodings import needles

GREP = shutil.which("grep")
AS_BYTES = {"LC_ALL": "C", "PATH": "/usr/bin:/bin"}


@dataclass(frozen=True)
class Hit:
    """A word found: in which store, in which file of it, and how it was written."""

    word: str
    encoding: str
    store: str
    place: str


class Scanner:
    """Made for a list of words, then asked for any number of stores, each a directory."""

    def __init__(self, words: Iterable[str], place: Path) -> None:
        self.needles: dict[bytes, tuple[str, str]] = {}
        for word in words:
            for needle, encoding in needles(word).items():
                self.needles.setdefault(needle, (word, encoding))
        self._list = place / "needles"
        self._list.write_bytes(b"\n".join(self.needles) + b"\n")
        self.n_bytes = 0

    def hits(self, store: str, directory: Path) -> set[Hit]:
        """Everything found in the files below a directory, and in their names."""
        with tempfile.TemporaryDirectory() as beside:
            (Path(beside) / "names").write_bytes(b"\n".join(self._measured(directory)))
            return {hit for place in (directory, Path(beside)) for hit in self._in(store, place)}

    def _measured(self, directory: Path) -> Iterable[bytes]:
        for path in directory.rglob("*"):
            if path.is_file() and not path.is_symlink():
                self.n_bytes += path.stat().st_size
            yield path.relative_to(directory).as_posix().encode("utf-8", "surrogateescape")

    def _in(self, store: str, directory: Path) -> Iterable[Hit]:
        options = ["-r", "-a", "-F", "-o", "-H", "-Z", "-D", "skip", "-s", "-f", str(self._list)]
        done = subprocess.run([str(GREP), *options, "."], cwd=directory, env=AS_BYTES, capture_output=True)
        assert done.returncode in (0, 1, 2), done.stderr
        for line in done.stdout.splitlines():
            place, _nul, needle = line.partition(b"\0")
            if needle in self.needles:
                yield Hit(*self.needles[needle], store, place.decode(errors="replace"))
