"""Whoever steals today's sealing key signs what comes, and never again what was (proof 14; safety.md §4)."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from foundation.audit import merkle, sealkey, seals
from foundation.audit.chain import EVOLVING, NOTHING
from foundation.core.keyring import keyring
from tests.audit import owner
from tests.audit.acts import behind_our_back, bounds, leaves, record, sealed, write

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.proof("trail")]


@dataclass
class Thief:
    """Holds a copy of the key's file and of the keyring, and may write the whole database."""

    key: sealkey.SealKey

    def rebuild(self, first: int, *, is_begun: bool) -> None:
        """Take an event out and make every seal from ``first`` on anew; with a chain of keys of one's own if ``is_begun``."""
        known = bounds()
        (previous,) = owner.column("SELECT hash FROM trail.seal WHERE number = %s", first - 1) or [NOTHING]
        owner.run("DELETE FROM trail.event WHERE id = (SELECT min(id) FROM trail.event WHERE xid::text::bigint >= %s)",
                  known[first - 1][1])  # fmt: skip
        owner.run("DELETE FROM trail.seal WHERE number >= %s", first)
        key, previous = self.key, bytes(previous)
        if is_begun:
            key = sealkey.SealKey.begin(first, previous)
            owner.run("DELETE FROM trail.start WHERE number >= %s", first)
            owner.run("INSERT INTO trail.start VALUES (%s, now(), %s, %s, 'first')", first, previous, key.public)
        for number, begins, ends in known[first - 1 :]:
            previous = self._one(number, begins, ends, previous, key if is_begun else self.key)
            key = key.moved(key.number + 1)

    def _one(self, number, begins, ends, previous, key) -> bytes:
        signer = key.moved(max(number, key.number))
        below = leaves(begins, ends)
        seal = seals.Seal(number, previous, merkle.root(below), begins, ends, len(below), datetime.now(UTC),
                          signer.moved(signer.number + 1).public)  # fmt: skip
        write(seal, EVOLVING, signer.sign(seal.hash()))
        return seal.hash()


@pytest.fixture
def thief(ids):
    """Somebody who reads the key's file after three seals."""
    return Thief(sealkey.read())


def nothing_was_pruned() -> None:
    """What other tests left behind is forgotten."""
    for table in ("kept_leaf", "monthly"):
        owner.run(f"DELETE FROM trail.{table}")


def test_a_stolen_key_does_not_sign_again_what_was_sealed_before(thief, figure):
    """Every seal that there is, the first and the last among them, is beyond the key that was stolen after it."""
    numbers = [number for number, _begins, _ends in bounds()]
    for first in {numbers[0], numbers[len(numbers) // 2], numbers[-1]}:
        problem = behind_our_back(lambda first=first: thief.rebuild(first, is_begun=False))
        assert problem == f"seal {first} was not made by this installation"
    figure("rebuild with the stolen key: 3 of 3 found, from the first, a middle and the newest seal on")


def test_a_chain_of_keys_of_ones_own_is_found(thief, figure):
    """The key's file remembers where its chain began; a copy of it in a thief's hands changes nothing there."""
    for first in (1, bounds()[-1][0]):
        problem = behind_our_back(lambda first=first: thief.rebuild(first, is_begun=True))
        assert problem == "the chain of keys does not begin where this installation's key says"
    figure("rebuild with a chain of keys of one's own: 2 of 2 found")


def test_who_writes_the_keys_file_as_well_is_found_by_the_anchor_alone(thief, tmp_path, settings, figure):
    """The whole host in one hand: only what lies elsewhere tells."""
    anchor = seals.verify().head

    def rebuild():
        nothing_was_pruned()
        thief.rebuild(1, is_begun=True)
        (start,) = owner.rows("SELECT previous, public_key FROM trail.start")
        file = tmp_path / "seal.json"
        began = {"number": 1, "previous": bytes(start[0]).hex(), "public": bytes(start[1]).hex()}
        file.write_text(json.dumps({**json.loads(Path(sealkey.path()).read_text()), "start": began}))
        settings.SEAL_KEY = str(file)

    own = settings.SEAL_KEY
    for kept, wanted in (("", None), (anchor, "made anew")):
        try:
            with owner.undone():
                rebuild()
                problem = seals.verify(anchor=kept).problem
        finally:
            settings.SEAL_KEY = own
        assert problem is None if wanted is None else wanted in problem
    figure("rebuild with key, keyring and key file in one hand: found by the anchor, and by nothing else")


def test_the_keyrings_key_signs_nothing_any_more(thief):
    """A copy of the keyring, in a backup perhaps: its sealing key signed until keys moved on, and no seal after."""
    standing = Ed25519PrivateKey.from_private_bytes(keyring().seal.key(1))

    def rebuild():
        known, previous = bounds(), NOTHING
        owner.run("DELETE FROM trail.seal")
        for number, begins, ends in known:
            below = leaves(begins, ends)
            seal = seals.Seal(number, previous, merkle.root(below), begins, ends, len(below), datetime.now(UTC))
            write(seal, 1, standing.sign(seal.hash()))
            previous = seal.hash()

    assert behind_our_back(rebuild) == "seal 1 was not made by this installation"

    def without_a_start():
        owner.run("DELETE FROM trail.start")
        rebuild()

    assert "does not begin where" in str(behind_our_back(without_a_start))


def test_seals_of_before_the_keys_moved_on_still_hold(ids, tmp_path, settings):
    """An installation of the first version: its seals are the keyring's, the next one begins a chain."""
    own = settings.SEAL_KEY
    top = bounds()[-1][2]
    standing = Ed25519PrivateKey.from_private_bytes(keyring().seal.key(1))
    with owner.undone():
        nothing_was_pruned()
        owner.run("DELETE FROM trail.seal")
        owner.run("DELETE FROM trail.start")
        below = leaves(0, top - 1)
        old = seals.Seal(1, NOTHING, merkle.root(below), 0, top - 1, len(below), datetime.now(UTC))
        write(old, 1, standing.sign(old.hash()))
        settings.SEAL_KEY = str(tmp_path / "seal.json")
        assert seals.verify().problem is None
        key, below = sealkey.SealKey.begin(2, old.hash()), leaves(top - 1, top)
        owner.run("INSERT INTO trail.start VALUES (2, now(), %s, %s, 'first')", old.hash(), key.public)
        new = seals.Seal(
            2, old.hash(), merkle.root(below), top - 1, top, len(below), datetime.now(UTC), key.moved(3).public
        )
        write(new, EVOLVING, key.sign(new.hash()))
        sealkey.lay_ready(key.moved(3))
        sealkey.take_up()
        found = seals.verify()
        assert (found.problem, found.n_seals) == (None, 2)
        owner.run("UPDATE trail.seal SET signature = %s WHERE number = 1", key.sign(old.hash()))
        assert seals.verify().problem == "seal 1 was not made by this installation"
    settings.SEAL_KEY = own
    assert seals.verify().problem is None


def test_nothing_on_the_disk_signs_the_seal_that_was_just_made(ids):
    """The old secret is gone from the directory, and what the file held before is overwritten."""
    folder = sealkey.path().parent
    former, inode = sealkey.read(), sealkey.path().open("rb")
    record(1)
    sealed()
    with inode:
        assert set(inode.read()) <= {0}, "who holds the old file open reads zeros"
    now = sealkey.read()
    assert now.number == former.number + 1
    assert now.public == former.moved(now.number).public
    secret = json.loads(sealkey.path().read_text())["secret"]
    assert secret
    for file in folder.iterdir():
        assert former.secret not in file.read_bytes()
        if file.stat().st_size:
            assert sealkey.read(file).number == now.number
    assert oct(sealkey.path().stat().st_mode)[-3:] == "600"
