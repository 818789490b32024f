"""One installation for all of these tests, with its mail in a directory and a partner's server that is moody."""

import json
import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import partner
from tests.chaos.clients import Tough, signed_in
from tests.installation import Installation, installed

ROOM_MB = 1000
UNASKED = {role: [100_000, None] for role in ("reporter", "caseworker", "focal_point")}
"""Two people do the work of a whole unit here; nobody asks them why they open so many folders."""


@pytest.fixture(scope="session")
def mail(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the mails of the installation lie."""
    return tmp_path_factory.mktemp("mail")


@pytest.fixture(scope="session")
def small() -> Iterator[Path | None]:
    """A disk of its own that can be filled; ``None`` where none can be made, which needs root."""
    place = Path(tempfile.mkdtemp(prefix="amparo-small-"))
    options = ["-t", "tmpfs", "-o", f"size={ROOM_MB}m,mode=755", "tmpfs"]
    is_there = not os.geteuid() and not subprocess.run(["mount", *options, place], capture_output=True).returncode
    try:
        yield place if is_there else None
    finally:
        if is_there:
            subprocess.run(["umount", "-l", place], check=True)
        place.rmdir()


@pytest.fixture(scope="session")
def house(mail: Path, small: Path | None) -> Iterator[Installation]:
    """Servers, web, worker and beat, as ``up`` runs them."""
    with installed(small, EMAIL_URL=f"filemail:///{mail}", AMPARO_WATCH_BUDGETS=json.dumps(UNASKED)) as running:
        yield running


@pytest.fixture(scope="session")
def lead(house: Installation) -> Tough:
    """The focal point, signed in."""
    return signed_in(house, "focal_point")


@pytest.fixture(scope="session")
def hook(house: Installation) -> Iterator[partner.Hook]:
    """The partner's own server: now and then it takes a message and says that it did not."""

    def moody(n: int) -> int:
        return 500 if n % 11 == 0 else 204

    with partner.listening(answer=moody) as listening:
        house.manage("webhook_register", house.demo["partners"][0]["name"], listening.url)
        yield listening
