"""A stream that fails must not look complete: held against the web server that production runs."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from config.product import GUNICORN
from config.state import CHECKOUT
from foundation.files.giving import neutral_name
from foundation.files.kinds import FileKind
from tests.files import breaking


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """A gunicorn with the product's own options, on loopback."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number = probe.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "tests.files.breaking", "--bind", f"127.0.0.1:{number}", *GUNICORN]
    server = subprocess.Popen(command, cwd=CHECKOUT, env=os.environ, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 120
        while not is_up(number):
            assert time.monotonic() < until, "gunicorn did not come up"
            time.sleep(0.2)
        yield number
    finally:
        server.terminate()
        server.wait(20)


def is_up(number: int) -> bool:
    """Whether a worker answers: the address is taken long before."""
    try:
        return len(asked(number, "/whole").read()) > 0
    except OSError:
        return False


def asked(number: int, path: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", number, timeout=20)
    connection.request("GET", path)
    return connection.getresponse()


@pytest.mark.proof("crypto")
def test_the_server_hangs_up_before_the_length_that_was_promised(port, figure):
    answer = asked(port, "/broken")
    assert int(answer.headers["Content-Length"]) == len(breaking.CONTENT)
    with pytest.raises(http.client.IncompleteRead) as broken:
        answer.read()
    got = len(broken.value.partial)
    assert got < len(breaking.CONTENT)
    assert breaking.CONTENT.startswith(broken.value.partial), "what came before is right, and the rest is not made up"
    figure(f"a file cut at a chunk's border, through gunicorn: {got:,} of {len(breaking.CONTENT):,} B, then hung up")


def test_a_whole_file_comes_whole(port):
    assert asked(port, "/whole").read() == breaking.CONTENT


def test_names_that_leave_the_house_are_neutral():
    """HS-17: no name of a file tells of a person or a case."""
    assert {kind.value: neutral_name(kind) for kind in FileKind} == {
        "jpeg": "picture.jpg",
        "png": "picture.png",
        "pdf": "document.pdf",
        "text": "document.txt",
        "docx": "document.docx",
        "odt": "document.odt",
    }
