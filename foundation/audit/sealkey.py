"""The key that signs the trail's seals moves on with every seal, and the one before is destroyed.

Whoever steals today's key can sign what comes; what was signed before stays signed by keys that nobody has any more. The
file is JSON, mode 0600, and holds one secret: ``{"version": 1, "number": 43, "secret": …, "start": {…}}``. The secret of a
number gives that of the next one by HKDF and never the other way round; from it comes the Ed25519 key of that seal. Each
seal certifies the public key of the next. ``start`` pins where the chain of keys began, so that a thief who can write the
database cannot begin another one.

Order of things (a crash at any point loses nothing): the next key lies beside the file and on the disk, the seal is
committed, the file is replaced by a rename. A file that is behind is moved on; one that is ahead of the database is refused.
Trap: the file must not be in a backup: an old copy of it could sign again what came since.
"""

import base64
import binascii
import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from django.conf import settings
from django.utils.translation import gettext as _

from foundation.audit.chain import Start
from foundation.core.disk import sync_directory
from foundation.core.errors import DomainError

_NEXT, _SIGN = b"amparo.seal.next", b"amparo.seal.sign"


class SealKeyError(DomainError):
    """Nothing can be sealed: the key is missing, damaged, ahead, foreign or cannot be replaced. Says what to do."""

    status = 503


@dataclass(frozen=True)
class SealKey:
    """The secret of one seal, and where its chain began."""

    number: int
    secret: bytes
    start: Start

    @classmethod
    def begin(cls, number: int, previous: bytes) -> "SealKey":
        """A new chain with this seal, from a random secret."""
        secret = os.urandom(32)
        return cls(number, secret, Start(number, previous, _signer(secret).public_key().public_bytes_raw()))

    @property
    def public(self) -> bytes:
        """32 bytes."""
        return _signer(self.secret).public_key().public_bytes_raw()

    def sign(self, digest: bytes) -> bytes:
        """64 bytes."""
        return _signer(self.secret).sign(digest)

    def moved(self, number: int) -> "SealKey":
        """The key of a later seal; there is no way to an earlier one."""
        secret = self.secret
        for _step in range(number - self.number):
            secret = _derived(secret, _NEXT)
        return replace(self, number=number, secret=secret)


def _derived(secret: bytes, what: bytes) -> bytes:
    return HKDFExpand(SHA256(), 32, what).derive(secret)


def _signer(secret: bytes) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(_derived(secret, _SIGN))


def path() -> Path:
    """``settings.SEAL_KEY``, by default beside the keyring. Raises ``SealKeyError`` where neither is set."""
    if not settings.SEAL_KEY and not settings.KEYRING:
        raise SealKeyError("seal.unset", _("Say where: %(name)s.") % {"name": "AMPARO_SEAL_KEY"})
    return Path(settings.SEAL_KEY or Path(settings.KEYRING).with_name("seal.json"))


def _draft_path() -> Path:
    return path().with_name(f".{path().name}.next")


@contextmanager
def held() -> Iterator[bool]:
    """Hold the key's file; False when another process of this machine does. Raises ``SealKeyError`` if it cannot be written."""
    try:
        descriptor = os.open(path().with_name(f".{path().name}.lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as problem:
        raise unwritable(problem) from problem
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        yield False
    else:
        yield True
    finally:
        os.close(descriptor)


def read(file: Path | None = None) -> SealKey | None:
    """The key in the file; ``None`` when there is none. Raises ``SealKeyError`` when it is damaged."""
    file = file or path()
    try:
        return _parsed(json.loads(file.read_text("utf-8")))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, binascii.Error) as problem:
        raise damaged() from problem


def _parsed(data: dict[str, Any]) -> SealKey:
    began = data["start"]
    start = Start(int(began["number"]), bytes.fromhex(began["previous"]), bytes.fromhex(began["public"]))
    secret = base64.b64decode(data["secret"], validate=True)
    if data["version"] != 1 or len(secret) != 32 or len(start.public) != 32:
        raise ValueError
    return SealKey(int(data["number"]), secret, start)


def candidates() -> list[SealKey]:
    """The file, and what a crash left beside it between the commit and the rename; what it left half-written is nothing."""
    found = [read()]
    with suppress(SealKeyError):
        found.append(read(_draft_path()))
    return [key for key in found if key is not None]


def lay_ready(key: SealKey) -> None:
    """Write a key beside the file, whole and on the disk, before the seal is committed that makes it needed."""
    began = key.start
    start = {"number": began.number, "previous": began.previous.hex(), "public": began.public.hex()}
    secret = base64.b64encode(key.secret).decode()
    text = json.dumps({"version": 1, "number": key.number, "secret": secret, "start": start})
    try:
        descriptor = os.open(_draft_path(), os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    except OSError as problem:
        raise unwritable(problem) from problem


def take_up() -> None:
    """Put the key that lies ready in the place of the old one, and write zeros over what the old file held."""
    try:
        former = _opened(path())
        os.replace(_draft_path(), path())
        sync_directory(path().parent)
        if former is not None:
            with former:
                former.write(b"\0" * os.fstat(former.fileno()).st_size)
                former.flush()
                os.fsync(former.fileno())
    except OSError as problem:
        raise unwritable(problem) from problem


def _opened(file: Path) -> Any:
    try:
        return file.open("r+b")
    except FileNotFoundError:
        return None


def _problem(code: str, text: str, **values: Any) -> SealKeyError:
    return SealKeyError(f"seal.{code}", text % {"file": path(), **values})


def unwritable(problem: OSError) -> SealKeyError:
    """The disk is full, or the directory is not ours to write."""
    text = _("The sealing key %(file)s cannot be replaced (%(why)s). Events are recorded as before; none is sealed.")
    return _problem("unwritable", text, why=problem.strerror)


def damaged() -> SealKeyError:
    """The file is there and is not a key."""
    text = _(
        "The sealing key %(file)s is damaged. If it cannot be brought back: manage.py audit_begin --because key_lost"
    )
    return _problem("damaged", text)


def missing() -> SealKeyError:
    """The database was sealed by a key that is not here."""
    text = _("There is no sealing key at %(file)s. If it is gone for good: manage.py audit_begin --because key_lost")
    return _problem("missing", text)


def ahead() -> SealKeyError:
    """The key has moved past what the database holds: seals are missing there."""
    text = _(
        "The database lacks seals that the key %(file)s has made. If it came back from a backup: verify it by an anchor,"
        " then manage.py audit_begin --because restored"
    )
    return _problem("ahead", text)


def foreign() -> SealKeyError:
    """The key is none that the last seal names."""
    text = _("The sealing key %(file)s is not the one that the last seal names. It belongs to another database.")
    return _problem("foreign", text)


def busy() -> SealKeyError:
    """Another process holds the file."""
    return _problem("busy", _("Somebody is sealing at this moment. Try again."))


def needless() -> SealKeyError:
    """The key that is there can seal: nothing has to begin anew."""
    return _problem("needless", _("The sealing key %(file)s fits the trail. Nothing needs to begin anew."))
