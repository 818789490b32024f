"""A running installation with cases, the keys to seal and to open its backups, and machines to restore on."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import pyrage
import pytest
from django.core.management import call_command
from django.db import transaction

from foundation.dossiers.ledger import Ledger
from tests import factories
from tests.backup.machines import Machine, machine


@dataclass
class Vaults:
    """Two directories apart, who may open what lies in them, and the archives that were made last."""

    data: Path
    keys: Path
    recipients: Path
    identity: Path
    archives: tuple[Path, Path] = (Path(), Path())

    def back_up(self, **more: Any) -> str:
        """``manage.py backup`` in this process; what it said."""
        said = StringIO()
        options = {"data": self.data, "keys": self.keys, "recipients": [self.recipients], **more}
        call_command("backup", stdout=said, **options)
        self.archives = (self.newest(self.data), self.newest(self.keys))
        return said.getvalue()

    @staticmethod
    def newest(place: Path) -> Path:
        """The archive that was made last."""
        return max(place.glob("*.age"), key=lambda path: path.stat().st_mtime_ns)

    def restore(self, on: Machine, *more: str | Path, archives: tuple[Path, Path] | None = None) -> Any:
        """``manage.py restore`` on another machine."""
        data, keys = archives or self.archives
        return on.run("restore", data, keys, "--identity", self.identity, *more)


@pytest.fixture
def vaults(tmp_path: Path) -> Vaults:
    """Empty ones."""
    made = Vaults(tmp_path / "data", tmp_path / "keys", tmp_path / "recipients", tmp_path / "identity")
    made.data.mkdir()
    made.keys.mkdir()
    identity, other = pyrage.x25519.Identity.generate(), pyrage.x25519.Identity.generate()
    made.recipients.write_text(f"# two people\n{identity.to_public()}\n\n{other.to_public()}\n")
    made.identity.write_text(f"# created: today\n{identity}\n")
    return made


@pytest.fixture
def clean_store(settings, tmp_path: Path) -> Path:
    """A store for files that only this test fills."""
    settings.FILES_PATH = str(tmp_path / "files")
    return tmp_path / "files"


@pytest.fixture
def installation(house, clean_store) -> factories.House:
    """Three cases, one with a referral that the partner accepted."""
    with transaction.atomic():
        for _ in range(2):
            factories.case(house)
        factories.respond(house, factories.sent(house), "accept")
    return house


@pytest.fixture
def elsewhere() -> Iterator[Machine]:
    """A new machine."""
    with machine() as made:
        yield made


def bring_ledger(to: Machine) -> None:
    """Copy the erasure ledger as it is now to the other machine, as its mount would."""
    target = Path(to.environment["AMPARO_LEDGER"])
    shutil.copy(Ledger.of_installation().path, target)
    os.chown(target, to.state.account.uid, to.state.account.gid)


def in_order(done: "subprocess.CompletedProcess[str]") -> str:
    """What a command said that ended well."""
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
