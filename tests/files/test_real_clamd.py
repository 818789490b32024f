"""The same client against ClamAV's own daemon where it is installed, with the configuration that we deliver.

Without network there are no signatures; one of our own finds the text that every scanner calls a virus.
"""

import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import override_settings

from config.state import CHECKOUT
from foundation.files import documents
from foundation.files.clamav import Unavailable, is_infected, is_there
from tests.clamd import HARMFUL
from tests.files import samples

CLAMD = shutil.which("clamd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
pytestmark = pytest.mark.skipif(CLAMD is None, reason="ClamAV's daemon is not installed here")
SECONDS = 60


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A clamd of our own, by ``config/deploy/clamd.conf`` but for its places and its user."""
    home = tmp_path_factory.mktemp("clamd")
    (home / "ours.ndb").write_text(f"Amparo.Test:0:*:{HARMFUL.hex()}\n")
    own = {"LocalSocket": home / "ctl", "DatabaseDirectory": home, "TemporaryDirectory": home}
    delivered = (CHECKOUT / "config/deploy/clamd.conf").read_text()
    kept = [
        line for line in delivered.splitlines() if not re.match(r"(LocalSocket|DatabaseD|Temporary|User|TCP)", line)
    ]
    (home / "clamd.conf").write_text("\n".join([*kept, *(f"{name} {value}" for name, value in own.items())]) + "\n")
    process = subprocess.Popen(
        [str(CLAMD), f"--config-file={home}/clamd.conf"], stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT
    )
    try:
        with override_settings(CLAMAV=f"unix:{home / 'ctl'}"):
            wait(home / "ctl")
            yield
    finally:
        process.terminate()
        process.wait(30)


def wait(socket: Path) -> None:
    until = time.monotonic() + SECONDS
    while not (socket.exists() and is_there()):
        assert time.monotonic() < until, "clamd did not come up"
        time.sleep(0.1)


def test_it_finds_what_is_harmful_and_clears_what_is_not(daemon):
    assert is_infected(HARMFUL)
    assert is_infected(b"a letter " * 50_000 + HARMFUL)
    for content in (b"x", samples.text(), samples.jpeg(), samples.png(), samples.pdf(), samples.docx(), samples.odt()):
        assert not is_infected(content)


def test_it_looks_into_documents_as_far_as_we_take_them(daemon):
    assert is_infected(samples.docx({"word/media/note.txt": HARMFUL}))
    assert is_infected(samples.docx({"word/media/note.txt": bytes(documents.MOST_UNPACKED - 100_000) + HARMFUL}))


def test_what_it_cannot_look_into_is_found_and_not_clean(daemon):
    """``AlertEncrypted`` and ``AlertExceedsMax`` of the delivered configuration."""
    assert is_infected(samples.locked_zip())
    assert is_infected(samples.archive({f"{n}.txt": bytes(20_000_000) for n in range(12)}))


def test_a_file_over_its_limit_has_no_verdict(daemon):
    with pytest.raises(Unavailable) as refused:
        is_infected(b"x" * 32_000_000)
    assert refused.value.code == "limit"
