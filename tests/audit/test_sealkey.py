"""What happens to sealing when things go wrong: nothing is lost, nothing is sealed by halves, and somebody is told."""

import resource
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from types import SimpleNamespace

import pytest
import time_machine
from django.core.management import call_command
from django.core.management.base import CommandError

from foundation.audit import sealkey, seals, verifying
from tests.audit import owner
from tests.audit.acts import bounds, record, sealed

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def instead(content: bytes | None):
    """While something else, or nothing, is where the key was."""
    path, draft = sealkey.path(), sealkey._draft_path()
    kept, beside = path.read_bytes(), draft.read_bytes() if draft.exists() else None
    for file in (path, draft):
        file.unlink(missing_ok=True)
    if content is not None:
        path.write_bytes(content)
    try:
        yield path
    finally:
        path.write_bytes(kept)
        draft.unlink(missing_ok=True)
        if beside is not None:
            draft.write_bytes(beside)


def number() -> int:
    return bounds()[-1][0]


def refused() -> str:
    """The code of what sealing says; events are recorded all the same, and none is lost."""
    before = number()
    record(2)
    with pytest.raises(seals.SealKeyError) as problem:
        seals.seal()
    assert number() == before
    return problem.value.code


def goes_on() -> None:
    """Everything that waited is sealed, and the whole verifies."""
    sealed()
    assert seals.verify().problem is None


def test_a_crash_between_the_commit_and_the_new_key_loses_nothing(ids, monkeypatch):
    """The file is behind by one: the next seal moves it on."""
    record(1)
    before = number()
    with monkeypatch.context() as patch:
        patch.setattr(sealkey.os, "replace", lambda *args: (_ for _ in ()).throw(OSError(5, "Input/output error")))
        with pytest.raises(seals.SealKeyError, match="unwritable"):
            sealed()
    assert number() == before + 1, "the seal itself was committed"
    assert sealkey.read().number == number()
    record(1)
    goes_on()
    assert sealkey.read().number == number() + 1


def test_a_crash_before_the_commit_leaves_the_old_key_in_force(ids, monkeypatch):
    record(1)
    before = number(), sealkey.read()

    def crash(*args):
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(seals, "_store", crash)
        with pytest.raises(ZeroDivisionError):
            sealed()
    assert (number(), sealkey.read()) == before
    goes_on()


def test_a_full_disk_stops_sealing_before_the_seal(ids):
    """The next key could not be written, so no seal is made that would need it."""
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200, limit[1]))
    try:
        code = refused()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    assert code == "seal.unwritable"
    goes_on()


def test_a_directory_that_is_gone_stops_sealing(ids, settings, tmp_path):
    own = settings.SEAL_KEY
    settings.SEAL_KEY = str(tmp_path / "unmounted" / "seal.json")
    assert refused() == "seal.unwritable"
    assert not (tmp_path / "unmounted").exists()
    settings.SEAL_KEY = own
    goes_on()


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"version": 1}', b"\xff\xfe", b"\0" * 200])
def test_a_damaged_key_stops_sealing(ids, content):
    with instead(content):
        assert refused() == "seal.damaged"
        found = seals.verify()
        assert found.problem is None, "verifying needs no secret"
        assert any("not here" in remark for remark in found.remarks)
    goes_on()


def test_a_key_that_was_cut_short_is_damaged(ids):
    whole = sealkey.path().read_text()
    for cut in (
        whole[:-1],
        whole.replace('"secret": "', '"secret": "A'),
        whole.replace('"version": 1', '"version": 2'),
    ):
        with instead(cut.encode()):
            assert refused() == "seal.damaged"


def test_a_missing_key_stops_sealing_and_the_operator_begins_a_new_chain(ids):
    """The command's exit status says it, its words say what to do, and every verification says that it happened."""
    path = sealkey.path()
    path.unlink()
    sealkey._draft_path().unlink(missing_ok=True)
    assert refused() == "seal.missing"
    with pytest.raises(CommandError, match="audit_begin --because key_lost"):
        call_command("audit_verify", stdout=StringIO())
    assert not path.exists(), "no key is made by itself for a trail that has seals"
    call_command("audit_begin", "--because", "key_lost", stdout=StringIO())
    goes_on()
    said = StringIO()
    call_command("audit_verify", stdout=said)
    assert "a new chain of keys: key_lost" in said.getvalue()
    assert owner.rows("SELECT data->>'why' FROM trail.event WHERE verb = 'trail.key_begun'")[-1] == ("key_lost",)


def test_a_crash_right_after_a_new_chain_was_begun_leaves_it_usable(ids, monkeypatch):
    """The beginning is committed, the file is not there yet: the key that lies ready is the one."""
    with instead(None):
        with monkeypatch.context() as patch:
            patch.setattr(sealkey, "take_up", lambda: None)
            seals.begin_anew("key_lost")
        assert sealkey.read() is None
        kept = sealkey._draft_path().read_bytes()
        record(1)
        sealed()
        assert sealkey.read().number == number() + 1
        after = sealkey.path().read_bytes()
    assert kept != after
    sealkey.path().write_bytes(after)
    goes_on()


def test_a_database_that_came_back_from_a_backup_is_not_sealed_on_unseen(ids):
    """The key has moved past what the database holds; whoever restored it says so, then a new chain begins."""
    record(1)
    key = sealkey.read()
    sealkey.lay_ready(key.moved(key.number + 5))
    sealkey.take_up()
    assert refused() == "seal.ahead"
    with pytest.raises(CommandError, match="audit_begin --because restored"):
        call_command("audit_anchor", stdout=StringIO())
    seals.begin_anew("restored")
    goes_on()
    assert any("restored" in remark for remark in seals.verify().remarks)


def test_a_key_of_another_database_seals_nothing(ids):
    strange = sealkey.SealKey.begin(1, b"\1" * 32)
    with instead(None):
        sealkey.lay_ready(strange)
        sealkey.take_up()
        assert refused() == "seal.foreign"
        assert "does not begin where" in str(seals.verify().problem)
    goes_on()


def test_a_key_that_fits_is_not_replaced(ids):
    with pytest.raises(seals.SealKeyError, match="needless"):
        seals.begin_anew("key_lost")
    with pytest.raises(CommandError):
        call_command("audit_begin", "--because", "restored", stdout=StringIO())


def test_a_copy_that_is_far_behind_moves_on_and_says_so(ids, caplog):
    """Another host sealed meanwhile, or an old copy came back: nothing breaks, and it is written down."""
    old = sealkey.path().read_bytes()
    for _ in range(3):
        record(1)
        sealed()
    sealkey.path().write_bytes(old)
    sealkey._draft_path().unlink(missing_ok=True)
    record(1)
    goes_on()
    assert [r.code for r in caplog.records if r.name == "amparo.audit"] == ["seal.behind"]


def test_while_another_process_holds_the_key_nobody_else_seals(ids):
    record(1)
    with sealkey.held() as is_mine:
        assert is_mine
        with sealkey.held() as twice:
            assert not twice
        assert seals.seal() == 0
        with pytest.raises(seals.SealKeyError, match="busy"):
            seals.begin_anew("restored")
    goes_on()


def test_the_operator_is_told_in_one_line_without_a_path(ids, caplog):
    """The log has a code; where the key lies is said by the command, to who runs it."""
    with instead(b"{"):
        refused()
    (line,) = [r for r in caplog.records if r.name == "amparo.audit"]
    assert (line.getMessage(), line.code) == ("the trail is not sealed", "seal.damaged")


def test_a_clock_that_goes_back_breaks_nothing(ids):
    """The order is that of transactions, not of clocks; that it happened is said."""
    with time_machine.travel(datetime.now(UTC) - timedelta(days=400), tick=True):
        record(2)
        sealed()
    record(1)
    goes_on()
    assert any("clock went back" in remark for remark in seals.verify().remarks)


def test_events_that_wait_too_long_for_a_seal_are_spoken_of(ids, monkeypatch):
    """A transaction hangs, or nobody seals: it is no falsification, and the auditor should know."""
    goes_on()
    record(3)
    monkeypatch.setattr(verifying, "PATIENCE", timedelta(0))
    assert any("3 events wait for a seal" in remark for remark in seals.verify().remarks)
    goes_on()


def test_sealing_from_several_threads_moves_the_key_once_per_seal(ids):
    """One file, many sealers: number of seals and number of the key stay in step."""
    stop = threading.Event()

    def keep_sealing():
        from django.db import connection

        try:
            while not stop.is_set():
                seals.seal()
        finally:
            connection.close()

    threads = [threading.Thread(target=keep_sealing) for _ in range(3)]
    for thread in threads:
        thread.start()
    record(12)
    stop.set()
    for thread in threads:
        thread.join()
    goes_on()
    assert sealkey.read().number == number() + 1


def test_the_keys_of_a_chain_lead_one_way():
    """Frozen: the key of a number must be found again by every later version."""
    key = sealkey.SealKey(1, b"\5" * 32, SimpleNamespace())
    assert key.moved(1) == key
    assert key.moved(3).public == key.moved(2).moved(3).public
    assert len({key.moved(n).public for n in range(1, 20)}) == 19
    assert key.public.hex() == "3b607a55cfe0e8115555ca54f7479bc8648cbca5d22ddbe3683e69f1bca2b308"
    assert key.moved(4).public.hex() == "33434b7bbca6e383924a3ebf4c8e6d7247a4c07c298666fb3de1e5e6db23f415"


def test_the_key_lies_beside_the_keyring_unless_said_otherwise(settings):
    settings.SEAL_KEY, settings.KEYRING = "", "/etc/amparo/keyring.json"
    assert sealkey.path() == Path("/etc/amparo/seal.json")
    settings.KEYRING = ""
    with pytest.raises(seals.SealKeyError, match="unset"):
        sealkey.path()
