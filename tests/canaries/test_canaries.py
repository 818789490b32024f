"""Proof 6: two hundred canaries go in through every way there is, and none lies in the open anywhere (safety.md §6.6).

The installation is real: servers, web, worker and beat in a directory of their own, a browser with a profile of its own.
"""

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.canaries import entries, filed, grounds, life, misuse
from tests.canaries.browser import travelled
from tests.canaries.markers import Mint
from tests.canaries.scan import GREP, Scanner
from tests.canaries.stores import Stores
from tests.canaries.world import WAYS, World
from tests.clamd import clamd
from tests.installation import Installation, installed, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.proof("canaries")]
AT_LEAST = 200
WALKED = (entries, filed, grounds, life, misuse)
"""The modules whose ways in are walked, in this order."""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A directory that disappears."""
    path = tmp_path_factory.mktemp("canaries")
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.mark.skipif(GREP is None, reason="no grep here, which searches the stores")
def test_nothing_that_anybody_typed_lies_in_the_open_in_any_store(place: Path, figure: Callable[[str], None]):
    began, mail, temporary = time.monotonic(), made(place / "mail"), made(place / "tmp")
    outside = {"EMAIL_URL": f"filemail:///{mail}", "TMPDIR": str(temporary)}
    with clamd() as daemon, installed(AMPARO_CLAMAV=daemon.address, **outside) as house:
        stores, mint = Stores(house, place, Mint(8), mail, temporary), Mint(7)
        with stores.watched():
            World(house, mint).walk()
            stores.controls["browser profile"] = travelled(house, mint, stores.directory("browser profile"))
            wait_until(lambda: everything_left(house), "the outbox is empty", 30)
        stores.gather()
        said = {canary.needle for canary in mint.made}
        scanner = Scanner([*said, *stores.controls.values()], place)
        found = {name: scanner.hits(name, directory) for name, directory in stores.all().items()}
    every = [hit for hits in found.values() for hit in hits]
    assert sorted(f"{hit} {where(mint, hit.word)}" for hit in every if hit.word in said) == []
    unseen = [name for name, word in stores.controls.items() if word not in {hit.word for hit in found[name]}]
    assert unseen == [], "the scan does not see what lies in the open there"
    assert set(stores.controls) == set(stores.all())
    assert len(said) >= AT_LEAST
    figure(
        f"{len(said)} canaries through {len(WAYS) + 1} ways in, {len(scanner.needles):,} ways to write them: 0 found"
    )
    n_seen = len(stores.controls) - len(unseen)
    figure(f"{len(found)} stores, {scanner.n_bytes / 1e6:.0f} MB; planted in the open: {n_seen} of {len(found)} found")
    figure(f"{len(daemon.scanned)} files went through the virus check; {time.monotonic() - began:.0f} s in all")


def made(directory: Path) -> Path:
    """A directory that everybody may write into."""
    directory.mkdir()
    directory.chmod(0o1777)
    return directory


def where(mint: Mint, word: str) -> str:
    """How a word had come in."""
    return next(canary.place for canary in mint.made if canary.needle == word)


def everything_left(house: Installation) -> bool:
    """Whether every message was tried."""
    return house.rows("SELECT count(*) FROM outbox_message WHERE status = 'pending' AND n_tries = 0") == [(0,)]
