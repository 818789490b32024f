"""Archives: sealed to people, whole or not at all, and refused in words when anything about them is wrong."""

import errno
import io
import os
import tarfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyrage
import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from foundation.backup import age, archive, making
from foundation.backup.checking import pair
from foundation.backup.errors import BackupError
from foundation.backup.manifest import DATA, KEYS, Manifest

ME = pyrage.x25519.Identity.generate()
TO = [ME.to_public()]
NOW = "2026-11-25T10:00:00+00:00"


def manifest(part: str = DATA, **more) -> Manifest:
    return replace(Manifest(part, "b", NOW, "i", counts={"public.x": 1}), **more)


def sealed(path: Path, part: str = DATA, streams=(("database", [b"some", b"bytes"]),), **more) -> Path:
    made = manifest(part, **more)
    blocks = archive.packed([archive.Stream(name, blocks) for name, blocks in streams], lambda: made)
    return age.seal(blocks, path, TO).path


@pytest.fixture
def both(tmp_path) -> tuple[Path, Path]:
    return sealed(tmp_path / "data.age"), sealed(tmp_path / "keys.age", KEYS)


def said(act) -> str:
    with pytest.raises(BackupError) as problem:
        act()
    return str(problem.value)


def test_what_went_in_comes_out_part_by_part(tmp_path):
    big = [os.urandom(3_000_000) for _ in range(3)]
    path = sealed(tmp_path / "a.age", streams=[("database", big), ("empty", []), ("files/ab/abc", [b"x"])])
    got: dict[str, bytes] = {}

    def take(name: str, part: bytes) -> None:
        assert len(part) <= archive.PART
        got[name] = got.get(name, b"") + part

    found = archive.read(path, [ME], take)
    assert got == {"database": b"".join(big), "files/ab/abc": b"x"}
    assert found.streams["database"]["parts"] == 3
    assert path.stat().st_mode & 0o777 == 0o600


def test_age_and_tar_alone_open_it_too(tmp_path):
    path = sealed(tmp_path / "a.age")
    with tarfile.open(fileobj=io.BytesIO(pyrage.decrypt(path.read_bytes(), [ME]))) as tar:
        assert tar.getnames() == ["database/000001", "manifest.json"]
        assert tar.extractfile("database/000001").read() == b"somebytes"


def test_a_pair_belongs_together(both):
    found = pair(both[0], both[1], [ME])
    assert (found.data.part, found.keys.part) == (DATA, KEYS)


def test_each_wrong_pair_is_refused_in_words(both, tmp_path):
    data, keys = both
    other = [pyrage.x25519.Identity.generate()]
    old = sealed(tmp_path / "old.age", KEYS, made_at="2026-11-24T10:00:00+00:00")
    young = sealed(tmp_path / "young.age", KEYS, made_at="2026-11-26T10:00:00+00:00")
    foreign = sealed(tmp_path / "foreign.age", KEYS, installation="j")
    assert "not sealed for this identity" in said(lambda: pair(data, keys, other))
    assert "is an archive of keys, not of data" in said(lambda: pair(keys, data, [ME]))
    assert "is an archive of data, not of keys" in said(lambda: pair(data, data, [ME]))
    assert "are older than the data" in said(lambda: pair(data, old, [ME]))
    assert "two different installations" in said(lambda: pair(data, foreign, [ME]))
    assert "cannot be read" in said(lambda: pair(tmp_path / "nothing", keys, [ME]))
    assert pair(data, young, [ME]), "keys of a later backup open older data"


@pytest.fixture(scope="module")
def one(tmp_path_factory) -> tuple[Path, bytes]:
    """An archive of four chunks, and its bytes."""
    path = sealed(tmp_path_factory.mktemp("one") / "a.age", streams=[("database", [os.urandom(200_000)])])
    return path, path.read_bytes()


@hypothesis(max_examples=100, deadline=None)
@given(data=st.data())
def test_every_changed_byte_and_every_cut_is_found(one, data):
    path, whole = one
    at = data.draw(st.integers(0, len(whole) - 1))
    if data.draw(st.booleans()):
        path.write_bytes(whole[:at])
    else:
        path.write_bytes(whole[:at] + bytes([whole[at] ^ data.draw(st.integers(1, 255))]) + whole[at + 1 :])
    words = said(lambda: archive.read(path, [ME], archive.nothing))
    assert "damaged" in words or "cut off" in words or "not sealed for this identity" in words


@pytest.mark.parametrize("cut", [1, 65_552, 2 * 65_552])
def test_an_archive_cut_at_the_border_of_a_chunk_is_cut_off(tmp_path, cut):
    path = sealed(tmp_path / "a.age", streams=[("database", [os.urandom(400_000)])])
    whole = path.read_bytes()
    body = whole.index(b"\n", whole.index(b"\n--- ") + 1) + 1 + 16
    path.write_bytes(whole[: body + (len(whole) - body) // 65_552 * 65_552 - cut + 1])
    assert "is " in said(lambda: archive.read(path, [ME], archive.nothing))


def test_an_archive_whose_inside_is_not_what_it_says_is_refused(tmp_path):
    """Whoever holds the recipients could seal something of their own: the manifest must fit what stands before it."""

    def forged(members: list[tuple[str, bytes]]) -> Path:
        raw = io.BytesIO()
        with tarfile.open(fileobj=raw, mode="w", format=tarfile.PAX_FORMAT) as tar:
            for name, content in members:
                facts = tarfile.TarInfo(name)
                facts.size = len(content)
                tar.addfile(facts, io.BytesIO(content))
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.age"
        path.write_bytes(pyrage.encrypt(raw.getvalue(), TO))
        return path

    good = manifest(streams={"database": {"sha256": "0" * 64, "size": 3, "parts": 1}}).encode()
    wrong = {
        "does not hold what its manifest says": [("database/000001", b"abc"), ("manifest.json", good)],
        "a part is missing": [("database/000002", b"abc"), ("manifest.json", good)],
        "holds no manifest": [("database/000001", b"abc")],
        "no manifest that can be read": [("manifest.json", b"{}")],
        "has format 9": [("manifest.json", good.replace(b'"format": 1', b'"format": 9'))],
    }
    for words, members in wrong.items():
        assert words in said(lambda members=members: archive.read(forged(members), [ME], archive.nothing))
    (tmp_path / "text.age").write_bytes(b"hello")
    assert "not an age archive" in said(lambda: archive.read(tmp_path / "text.age", [ME], archive.nothing))


def test_a_full_disk_leaves_nothing_half_made(tmp_path, monkeypatch):
    real = age._Target.write

    def full(self, data: bytes) -> int:
        if self.size > 100_000:
            self.problem = OSError(errno.ENOSPC, "No space left on device")
            raise self.problem
        return real(self, data)

    monkeypatch.setattr(age._Target, "write", full)
    words = said(lambda: sealed(tmp_path / "a.age", streams=[("database", [os.urandom(1_000_000)])]))
    assert "No space left on device" in words
    assert list(tmp_path.iterdir()) == []


def test_an_error_of_the_source_is_told_as_it_is_and_leaves_nothing(tmp_path):
    def broken():
        yield b"x" * 1000
        raise BackupError("pg_dump failed: server closed")

    assert said(lambda: sealed(tmp_path / "a.age", streams=[("database", broken())])) == "pg_dump failed: server closed"
    assert list(tmp_path.iterdir()) == []


def test_recipients_come_from_files_and_none_is_refused(tmp_path):
    file = tmp_path / "r"
    ssh = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHsKLqeplhpW+uObz5dvMgjz1OxfM/XXUB+VHtZ6isGN me@here"
    file.write_text(f"# Ada\n{ME.to_public()}\n{ssh}\n")
    assert len(age.recipients([file])) == 2
    file.write_text("# nobody\n")
    assert "no recipient" in said(lambda: age.recipients([file]))
    assert "no recipient" in said(lambda: age.recipients([]))
    file.write_text("age1wrong\n")
    assert "line 1" in said(lambda: age.recipients([file]))
    assert "cannot be read" in said(lambda: age.recipients([tmp_path / "none"]))
    file.write_text(f"{ME}\n")
    assert "not an age recipient" in said(lambda: age.recipients([file])), "an identity is no recipient"
    file.write_text("hello\n")
    assert "does not hold an age identity" in said(lambda: age.identities([file]))
    assert "no identity" in said(lambda: age.identities([]))


def test_each_of_several_recipients_opens_it_alone(tmp_path):
    people = [pyrage.x25519.Identity.generate() for _ in range(3)]
    blocks = archive.packed([archive.Stream("database", [b"x"])], manifest)
    path = age.seal(blocks, tmp_path / "a.age", [person.to_public() for person in people]).path
    assert all(archive.read(path, [person], archive.nothing) for person in people)


def test_old_archives_go_and_the_newest_stays(tmp_path):
    """HS-23: keys run out sooner than data; what is not an archive of ours is never touched."""
    now = datetime(2026, 11, 25, tzinfo=UTC)
    for days in (0, 1, 13, 15, 40):
        made = now - timedelta(days=days)
        for part in (DATA, KEYS):
            (tmp_path / f"amparo-{made:%Y%m%dT%H%M%SZ}-0123abcd-{part}.age").touch()
    (tmp_path / "notes.txt").touch()
    removed = making.remove_old(tmp_path, KEYS, 14, now)
    assert len(removed) == 2
    assert all(path.name.endswith("keys.age") for path in removed)
    assert making.remove_old(tmp_path, KEYS, 0, now + timedelta(days=900))
    left = sorted(path.name for path in tmp_path.iterdir())
    assert len([name for name in left if "keys" in name]) == 1, "the newest"
    assert len([name for name in left if "data" in name]) == 5
    assert "notes.txt" in left


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "say where the archives go"),
        ({"data": "D", "keys": "D"}, "must not lie in one directory"),
        ({"data": "D", "keys": "nowhere"}, "is not a directory"),
        ({"data": "D", "keys": "K", "recipients": []}, "no recipient"),
    ],
)
def test_the_command_says_what_is_missing(tmp_path, options, words):
    for name in "DK":
        (tmp_path / name).mkdir()
    recipients = tmp_path / "recipients"
    recipients.write_text(f"{TO[0]}\n")
    given = {"recipients": [recipients]}
    given |= {name: tmp_path / value if isinstance(value, str) else value for name, value in options.items()}
    with pytest.raises(CommandError, match=words):
        call_command("backup", **given)
    assert not list(tmp_path.glob("*/*"))


@pytest.mark.django_db(transaction=True)
def test_without_a_role_for_it_or_without_the_ledger_there_is_no_backup(house, vaults, settings):
    settings.BACKUP_DATABASE_URL = ""
    with pytest.raises(CommandError, match="DATABASE_BACKUP_URL is not set"):
        vaults.back_up()
    settings.BACKUP_DATABASE_URL = "postgres://amparo_backup:wrong@127.0.0.1:1/amparo"
    with pytest.raises(CommandError, match="cannot be reached as backup"):
        vaults.back_up()
    settings.ERASURE_LEDGER += ".gone"
    with pytest.raises(CommandError, match="not where it should be"):
        vaults.back_up()
    assert not list(vaults.data.iterdir())
    assert not list(vaults.keys.iterdir())


@pytest.mark.django_db(transaction=True)
def test_when_the_keys_cannot_be_written_the_data_does_not_stay_alone(installation, vaults, monkeypatch):
    def full(*args):
        raise BackupError("no room")

    monkeypatch.setattr(making, "_seal_keys", full)
    with pytest.raises(CommandError, match="no room"):
        vaults.back_up()
    assert not list(vaults.data.iterdir())


@pytest.mark.django_db(transaction=True)
def test_one_backup_shows_one_moment(installation, vaults, house):
    """What is committed between the counts and the dump is in neither: both read the same snapshot."""
    from django.db import connections, transaction

    from foundation.backup.database import snapshot
    from tests import factories

    with snapshot() as moment:
        before = moment.counts()
        with transaction.atomic():
            factories.case(house)
        connections["default"].close()
        assert moment.counts() == before
        dump = b"".join(moment.dumped())
    assert len(dump) > 10_000
    assert before["public.cases_case"] == 3


def test_nothing_in_the_data_points_at_a_table_of_keys(db):
    """Else the data could not be restored before the keys; and every table that holds a wrapped key is a table of keys."""
    from django.db import connection

    from foundation.backup.database import KEY_TABLES

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass::text, confrelid::regclass::text FROM pg_constraint WHERE contype = 'f'"
            " AND confrelid::regclass::text = ANY (%s)",
            [list(KEY_TABLES)],
        )
        assert {table for table, _to in cursor.fetchall()} <= set(KEY_TABLES)
        cursor.execute("SELECT table_name FROM information_schema.columns WHERE column_name = 'wrapped'")
        assert {table for (table,) in cursor.fetchall()} <= set(KEY_TABLES)
