"""The head of the trail, kept outside: without it nothing inside a database shows that its newest part is gone.

Once a day, and whenever asked, a line is appended to a file on another mount (``AMPARO_ANCHOR_FILE``) and whoever listens
is told (custodians get it by mail). A line says nothing about anybody: ``2026-11-25T19:00:00+00:00 4711:<hash>``.
"""

import logging
import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from foundation.audit import trail
from foundation.core.errors import DomainError
from foundation.core.hooks import Hook
from foundation.core.machines import ARCHIVIST

logger = logging.getLogger("amparo.audit")
DAY = timedelta(days=1)


class AnchorError(DomainError):
    """The file of anchors is missing, damaged, full, or knows more seals than the trail has."""

    status = 503


@dataclass(frozen=True)
class Anchor:
    """A seal's number and hash at a time."""

    at: datetime
    number: int
    hash: str

    @property
    def head(self) -> str:
        """What ``audit_verify --from-anchor`` takes."""
        return f"{self.number}:{self.hash}"

    def __str__(self) -> str:
        return f"{self.at.isoformat(timespec='seconds')} {self.head}"

    @classmethod
    def parse(cls, line: str) -> "Anchor":
        """``ValueError`` for what is none."""
        at, _space, head = line.rpartition(" ")
        number, _colon, digest = head.partition(":")
        if len(bytes.fromhex(digest)) != 32:
            raise ValueError
        return cls(datetime.fromisoformat(at) if at else datetime.now(UTC), int(number), digest)


taken: Hook[Anchor] = Hook()
"""An anchor of the day: sent to the custodians, once a day each."""


def current() -> Anchor | None:
    """The newest seal; ``None`` before the first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT number, hash FROM trail.last_seal()")
        found = cursor.fetchone()
    return Anchor(datetime.now(UTC), found[0], bytes(found[1]).hex()) if found else None


def file() -> Path | None:
    """Where the installation keeps its anchors, if it says so."""
    return Path(settings.AUDIT_ANCHOR_FILE) if settings.AUDIT_ANCHOR_FILE else None


def read(path: Path) -> list[Anchor]:
    """The anchors of a file, oldest first; ``AnchorError`` names the line that is none."""
    try:
        lines = path.read_text("ascii").splitlines()
    except FileNotFoundError:
        raise _problem("missing", _("There is no file of anchors at %(file)s."), path) from None
    except (OSError, UnicodeDecodeError) as problem:
        raise _problem("damaged", _("The file of anchors %(file)s cannot be read."), path) from problem
    return [_parsed(line, number, path) for number, line in enumerate(lines, start=1) if line]


def _parsed(line: str, number: int, path: Path) -> Anchor:
    try:
        return Anchor.parse(line)
    except ValueError:
        text = _("Line %(n)d of the file of anchors %(file)s is damaged.")
        raise _problem("damaged", text, path, n=number) from None


def _problem(code: str, text: str, path: Path, **values: Any) -> AnchorError:
    return AnchorError(f"anchor.{code}", text % {"file": path, **values})


def begin() -> None:
    """Make the empty file, once: later a file that is not there is a loss, and never made by itself."""
    path = file()
    if path is None:
        raise AnchorError("anchor.unset", _("Say where: %(name)s.") % {"name": "AMPARO_ANCHOR_FILE"})
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644))
    except FileExistsError:
        raise _problem("exists", _("There is a file of anchors at %(file)s already."), path) from None
    except OSError as problem:
        raise _unwritable(path, problem) from problem


def _unwritable(path: Path, problem: OSError) -> AnchorError:
    return _problem("unwritable", _("%(file)s cannot be written (%(why)s)."), path, why=problem.strerror)


def take() -> Anchor | None:
    """Anchor the newest seal now: a line in the file, a mail to each custodian who had none today."""
    anchor, path = current(), file()
    if anchor is None:
        return None
    if path:
        _compare(anchor, read(path), path)
        _append(anchor, path)
    with ARCHIVIST.at_work():
        trail.record("trail.anchored", number=anchor.number)
        taken.send(anchor)
    return anchor


def take_daily() -> None:
    """Anchor unless the last line of the file is younger than a day. A failure is said to the operator, each time."""
    try:
        path = file()
        known = read(path) if path else []
        if path is None or not known or datetime.now(UTC) - known[-1].at >= DAY:
            take()
    except AnchorError as problem:
        logger.error("the trail is not anchored", extra={"code": problem.code})
        raise


def _compare(anchor: Anchor, known: list[Anchor], path: Path) -> None:
    """The trail only grows: fewer seals than were anchored, or another hash, is a trail that was cut off or made anew."""
    if (
        known
        and (anchor.number, anchor.hash) != (known[-1].number, known[-1].hash)
        and anchor.number <= known[-1].number
    ):
        text = _("The trail has lost seals since the last anchor in %(file)s (seal %(n)d). Verify it: audit_verify.")
        raise _problem("lost", text, path, n=known[-1].number)


def _append(anchor: Anchor, path: Path) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND)
        with os.fdopen(descriptor, "w", encoding="ascii") as stream:
            stream.write(f"{anchor}\n")
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as problem:
        raise _unwritable(path, problem) from problem
