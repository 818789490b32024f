"""A small client of ClamAV's daemon: one file in, clean or infected out. Whatever else happens is ``Unavailable``.

Protocol: ``zINSTREAM\\0``, then blocks of ``u32 length | bytes``, then a length of zero; the answer ends with a NUL:
``stream: OK``, ``stream: <signature> FOUND`` or ``… ERROR`` (clamd(8)). The daemon being away, slow or unclear never
means clean: the file waits (safety.md §1).
"""

import re
import socket
import struct
import time
from contextlib import suppress
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings

CONNECT_SECONDS: Final = 5.0
SCAN_SECONDS: Final = 120.0
BLOCK: Final = 64 * 1024
MOST_ANSWERED: Final = 4096
_U32 = struct.Struct(">I")
_CLEAN = b"stream: OK"
_FOUND = re.compile(rb"stream: [^\0]+ FOUND")


class Unavailable(Exception):
    """No verdict. ``code``: ``away``, ``slow``, ``limit`` (the daemon takes no file of this size), ``unclear``."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def is_connected() -> bool:
    """Whether this installation has a scanner at all (setting ``CLAMAV``, environment ``AMPARO_CLAMAV``)."""
    return bool(settings.CLAMAV)


def is_there(seconds: float = CONNECT_SECONDS) -> bool:
    """Whether it answers now."""
    try:
        return _ask(b"zPING\0", b"", seconds) == b"PONG"
    except Unavailable:
        return False


def is_infected(content: bytes, seconds: float = SCAN_SECONDS) -> bool:
    """The scanner's verdict on a file; ``Unavailable`` when it gives none. Waits ``seconds`` at most, in all."""
    answer = _ask(b"zINSTREAM\0", content, seconds)
    if answer == _CLEAN:
        return False
    if _FOUND.fullmatch(answer):
        return True
    raise Unavailable("limit" if b"size limit exceeded" in answer else "unclear")


def _ask(command: bytes, content: bytes, seconds: float) -> bytes:
    """One conversation: the answer without its NUL."""
    until = time.monotonic() + seconds
    try:
        with _connected(min(CONNECT_SECONDS, seconds)) as line:
            # A daemon that has had enough answers and hangs up while we still send: read what it says.
            with suppress(BrokenPipeError, ConnectionResetError):
                _send(line, command, content, until)
            return _answer(line, until)
    except TimeoutError as problem:
        raise Unavailable("slow") from problem
    except OSError as problem:
        raise Unavailable("away") from problem


def _connected(seconds: float) -> socket.socket:
    """A line to the address: ``unix:/run/clamav/clamd.ctl`` or ``tcp://clamav:3310``."""
    where = urlsplit(settings.CLAMAV)
    if where.scheme == "tcp" and where.hostname:
        return socket.create_connection((where.hostname, where.port or 3310), timeout=seconds)
    line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    line.settimeout(seconds)
    try:
        line.connect(where.path)
    except OSError:
        line.close()
        raise
    return line


def _send(line: socket.socket, command: bytes, content: bytes, until: float) -> None:
    _within(line, until).sendall(command)
    if command != b"zINSTREAM\0":
        return
    for start in range(0, len(content), BLOCK):
        block = content[start : start + BLOCK]
        _within(line, until).sendall(_U32.pack(len(block)) + block)
    _within(line, until).sendall(_U32.pack(0))


def _answer(line: socket.socket, until: float) -> bytes:
    """What it says, up to the NUL; an answer that breaks off is none."""
    said = b""
    while not said.endswith(b"\0"):
        part = _within(line, until).recv(1024)
        said += part
        if not part or len(said) > MOST_ANSWERED:
            raise Unavailable("unclear")
    return said[:-1]


def _within(line: socket.socket, until: float) -> socket.socket:
    """The line, with what is left of the time as its limit."""
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    line.settimeout(left)
    return line
