"""The store: ciphertext under random names, whole or not at all, closed to everybody else."""

import errno
import os
import stat
from pathlib import Path

import pytest

from foundation.core.errors import Gone
from foundation.files.store import DirectoryStore, NoRoom, OutOfOrder


@pytest.fixture
def place(tmp_path: Path) -> DirectoryStore:
    return DirectoryStore(tmp_path / "files")


def everything(place: DirectoryStore) -> list[Path]:
    return [path for path in place.root.rglob("*") if path.is_file()]


def test_what_is_kept_is_found_again_and_gone_after_the_removal(place):
    name = place.write([b"one ", b"two"])
    with place.open(name) as stream:
        assert stream.read() == b"one two"
    assert [found for found, _age in place.names()] == [name]
    place.remove(name)
    assert everything(place) == []
    with pytest.raises(Gone):
        place.open(name)
    place.remove(name)


def test_names_are_random_and_directories_closed(place):
    names = {place.write([b"the same"]) for _ in range(20)}
    assert len(names) == 20
    assert all(len(name) == 32 and int(name, 16) >= 0 for name in names)
    folders = [place.root, *(path for path in place.root.rglob("*") if path.is_dir())]
    assert {stat.S_IMODE(path.stat().st_mode) for path in folders} == {0o700}
    assert {stat.S_IMODE(path.stat().st_mode) for path in everything(place)} == {0o600}


def test_a_writer_that_breaks_off_leaves_nothing(place):
    def broken():
        yield b"half of it"
        raise OSError(errno.EIO, "the disk")

    with pytest.raises(OutOfOrder) as refused:
        place.write(broken())
    assert (refused.value.code, refused.value.status) == ("file.store", 503)
    assert everything(place) == []


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_said_plainly_and_nothing_is_half_written(place, monkeypatch, number):
    def full(descriptor: int) -> None:
        raise OSError(number, "full")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(NoRoom) as refused:
        place.write([b"x" * 100_000])
    assert (refused.value.code, refused.value.status, refused.value.field) == ("file.no_room", 507, "file")
    monkeypatch.undo()
    assert everything(place) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_really_full_device_is_said_plainly(place, monkeypatch):
    real = os.open

    def opened(path, flags, *rest):
        return real("/dev/full", os.O_WRONLY) if "drafts/" in str(path) else real(path, flags, *rest)

    monkeypatch.setattr(os, "open", opened)
    with pytest.raises(NoRoom):
        place.write([b"x" * 100_000])


def test_a_crash_before_the_move_leaves_a_draft_that_is_listed_for_tidying(place, monkeypatch):
    def killed(self: Path, target: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "rename", killed)
    with pytest.raises(KeyboardInterrupt):
        place.write([b"x"])
    monkeypatch.undo()
    ((name, _age),) = place.names()
    with pytest.raises(Gone):
        place.open(name)
    place.remove(name)
    assert everything(place) == []


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "", "a" * 31, "A" * 32, "a" * 32 + "/x", "g" * 32, "a" * 32 + "\n"]
)
def test_no_name_leads_out_of_the_store(place, name):
    for asked in (place.open, place.remove):
        with pytest.raises(ValueError, match="not a name of the store"):
            asked(name)


def test_a_store_that_cannot_be_entered_is_out_of_order(tmp_path):
    (tmp_path / "files").write_text("a file where the directory should be")
    with pytest.raises(OutOfOrder):
        DirectoryStore(tmp_path / "files").write([b"x"])


def test_the_file_is_on_the_disk_before_it_has_its_name(place, monkeypatch):
    """A power cut must not leave a name without its content."""
    done: list[str] = []
    flush, move = os.fsync, Path.rename

    def flushed(descriptor):
        done.append("flush")
        flush(descriptor)

    def moved(self, target):
        done.append("move")
        return move(self, target)

    monkeypatch.setattr(os, "fsync", flushed)
    monkeypatch.setattr(Path, "rename", moved)
    place.write([b"x"])
    at = done.index("move")
    assert done[at - 1] == "flush"
    assert done[at + 1] == "flush", "the directory too"
