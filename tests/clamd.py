"""A small stand-in for ClamAV's daemon on loopback: it speaks the protocol, finds one signature, and can misbehave.

It reads the stream as clamd does (``zPING``, ``zINSTREAM``, length-prefixed blocks, a zero at the end), counts the bytes
against a limit, and answers with a NUL at the end.
"""

import socket
import socketserver
import struct
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

HARMFUL = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""The harmless text that every scanner calls a virus."""


@dataclass
class Daemon:
    """What it does and what it was asked. ``manner``: ``well``, ``error``, ``hang``, ``half``, ``mute``, ``babble``."""

    address: str = ""
    manner: str = "well"
    limit: int = 25_000_000
    scanned: list[bytes] = field(default_factory=list)
    n_pings: int = 0
    leave: threading.Event = field(default_factory=threading.Event)

    def answer(self, line: socket.socket) -> bytes | None:
        """The whole answer to one command; ``None`` hangs up without a word."""
        command = _until_nul(line)
        if self.manner == "hang":
            self.leave.wait(30)
            return None
        if command == b"zPING\0":
            self.n_pings += 1
            return b"PONG\0"
        return self._scan(line) if command == b"zINSTREAM\0" else b"UNKNOWN COMMAND\0"

    def _scan(self, line: socket.socket) -> bytes | None:
        content = b""
        while size := struct.unpack(">I", _exactly(line, 4))[0]:
            content += _exactly(line, size)
            if len(content) > self.limit:
                return b"INSTREAM size limit exceeded. ERROR\0"
        self.scanned.append(content)
        verdict = b"stream: Eicar-Test-Signature FOUND\0" if HARMFUL in content else b"stream: OK\0"
        manners = {
            "error": b"stream: Can't allocate memory ERROR\0",
            "half": verdict[:-3],
            "mute": None,
            "babble": b"stream: OKAY\0",
            "long": b"stream: " + b"x" * 10_000,
            "empty": b"\0",
        }
        return manners.get(self.manner, verdict)


def _exactly(line: socket.socket, n: int) -> bytes:
    found = b""
    while len(found) < n:
        part = line.recv(n - len(found))
        if not part:
            raise ConnectionError("the client went away")
        found += part
    return found


def _until_nul(line: socket.socket) -> bytes:
    found = b""
    while not found.endswith(b"\0"):
        found += _exactly(line, 1)
    return found


class _Handler(socketserver.BaseRequestHandler):
    server: "_Tcp | _Unix"

    def handle(self) -> None:
        try:
            answer = self.server.played.answer(self.request)
            if answer is not None:
                self.request.sendall(answer)
        except ConnectionError:
            pass


class _Tcp(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    played: Daemon


class _Unix(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
    played: Daemon


@contextmanager
def clamd(kind: str = "unix", **how: Any) -> Iterator[Daemon]:
    """A running daemon; its ``address`` is what the setting ``CLAMAV`` takes."""
    daemon = Daemon(**how)
    with tempfile.TemporaryDirectory(prefix="clamd-") as directory:
        server: _Tcp | _Unix
        if kind == "unix":
            server, daemon.address = _Unix(f"{directory}/ctl", _Handler), f"unix:{directory}/ctl"
        else:
            server = _Tcp(("127.0.0.1", 0), _Handler)
            daemon.address = f"tcp://127.0.0.1:{server.socket.getsockname()[1]}"
        server.played = daemon
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        try:
            yield daemon
        finally:
            daemon.leave.set()
            server.shutdown()
            server.server_close()
