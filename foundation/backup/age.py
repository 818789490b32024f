"""Archives in the age format (age-encryption.org/v1), for one or several recipients: no plaintext touches the disk.

Whoever makes a backup holds recipients, which seal and cannot open. The identities stay with who restores.
"""

import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from secrets import token_hex
from typing import Any, BinaryIO

import pyrage

from foundation.backup.errors import BackupError
from foundation.core.disk import sync_directory


def _lines(path: Path, what: str) -> Iterator[tuple[int, str]]:
    try:
        text = path.read_text("utf-8")
    except (OSError, ValueError):
        raise BackupError(f"the file of {what} cannot be read: {path}") from None
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip() and not line.lstrip().startswith("#"):
            yield number, line.strip()


def recipients(paths: Sequence[Path]) -> list[Any]:
    """The recipients of these files, one a line (``age1…`` or an SSH public key), ``#`` begins a remark. None is refused."""
    found = []
    for path in paths:
        for number, line in _lines(path, "recipients"):
            kind = pyrage.ssh if line.startswith("ssh-") else pyrage.x25519
            try:
                found.append(kind.Recipient.from_str(line))
            except pyrage.RecipientError:
                raise BackupError(f"line {number} of {path} is not an age recipient") from None
    if not found:
        raise BackupError("there is no recipient, so nobody could ever open the archive; name a file with --recipients")
    return found


def identities(paths: Sequence[Path]) -> list[Any]:
    """The identities of these files: age keys one a line (as age-keygen writes them), or one SSH private key."""
    found: list[Any] = []
    for path in paths:
        lines = list(_lines(path, "identities"))
        try:
            if lines and lines[0][1].startswith("-----BEGIN"):
                found.append(pyrage.ssh.Identity.from_buffer(path.read_bytes()))
            else:
                found += [pyrage.x25519.Identity.from_str(line) for _number, line in lines]
        except pyrage.IdentityError:
            raise BackupError(f"{path} does not hold an age identity") from None
    if not found:
        raise BackupError("there is no identity to open the archives with; name a file with --identity")
    return found


@dataclass(frozen=True)
class Sealed:
    """An archive that lies finished on the disk."""

    path: Path
    size: int
    sha256: str


class _Source:
    """A stream of blocks as a reader; keeps the error that age would turn into words."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self.blocks, self.left = blocks, b""
        self.problem: BaseException | None = None

    def read(self, size: int = -1) -> bytes:
        with ExitStack() as noting:
            noting.push(self._note)
            while not self.left:  # an empty block is not the end
                block = next(self.blocks, None)
                if block is None:
                    return b""
                self.left = block
        found, self.left = self.left[:size], self.left[size:]
        return found

    def _note(self, _kind: object, problem: BaseException | None, _trace: object) -> bool:
        """Keep what is raised, and let it pass."""
        self.problem = problem
        return False


class _Target:
    """A file that is hashed while it is written; keeps the error too."""

    def __init__(self, file: BinaryIO) -> None:
        self.file, self.digest, self.size = file, sha256(), 0
        self.problem: OSError | None = None

    def write(self, data: bytes) -> int:
        try:
            self.file.write(data)
        except OSError as problem:
            self.problem = problem
            raise
        self.digest.update(data)
        self.size += len(data)
        return len(data)

    def flush(self) -> None:
        self.file.flush()


def seal(blocks: Iterator[bytes], path: Path, to: list[Any]) -> Sealed:
    """Encrypt a stream into a file (0600) that appears whole or not at all. ``BackupError`` when the disk is full."""
    draft = path.with_name(f".{path.name}.{token_hex(4)}")
    source = _Source(blocks)
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            target = _Target(file)
            _encrypt(source, target, to)
            file.flush()
            os.fsync(file.fileno())
        draft.rename(path)
        sync_directory(path.parent)
    except OSError as problem:
        raise BackupError(
            f"{path.parent} cannot be written: {problem.strerror or problem}; nothing was kept"
        ) from problem
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
    return Sealed(path, target.size, target.digest.hexdigest())


def _encrypt(source: _Source, target: _Target, to: list[Any]) -> None:
    try:
        pyrage.encrypt_io(source, target, to)
    except (pyrage.EncryptError, OSError) as problem:
        cause = source.problem or target.problem
        if cause is not None:
            raise cause from None
        raise BackupError(f"the archive could not be encrypted: {problem}") from problem


@contextmanager
def opened(path: Path, by: list[Any]) -> Iterator[BinaryIO]:
    """The plaintext of an archive as a stream. ``BackupError`` for a wrong identity, a changed byte or a missing end.

    The error may come only at the end of the block: what was read before counts for nothing until then.
    """
    try:
        sealed = path.open("rb")
    except OSError as problem:
        raise BackupError(f"{path} cannot be read: {problem.strerror}") from None
    out, into = os.pipe()
    problems: list[BaseException] = []
    thread = threading.Thread(target=_decrypt, args=(sealed, into, by, problems), daemon=True)
    thread.start()
    try:
        with os.fdopen(out, "rb") as plain:
            yield plain
    finally:
        thread.join()
        sealed.close()
        if problems and not isinstance(problems[0], BrokenPipeError):
            raise BackupError(_words(path, problems[0])) from None


def _decrypt(sealed: BinaryIO, into: int, by: list[Any], problems: list[BaseException]) -> None:
    try:
        with os.fdopen(into, "wb") as pipe:
            pyrage.decrypt_io(sealed, pipe, by)
    except (pyrage.DecryptError, OSError) as problem:
        if "Broken pipe" not in str(problem):
            problems.append(problem)


def _words(path: Path, problem: BaseException) -> str:
    said = str(problem)
    if "No matching keys" in said:
        return f"{path} was not sealed for this identity"
    if "truncated" in said:
        return f"{path} is cut off"
    return f"{path} is damaged, cut off, or not an age archive"
