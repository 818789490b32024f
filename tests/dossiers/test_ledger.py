"""The erasure ledger: nothing in it can be changed, cut off or swapped unseen, and a write is whole or not at all."""

import os
import threading
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from foundation.dossiers import ledger as module
from foundation.dossiers.ledger import Ledger, LedgerError


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    made = Ledger(tmp_path / "mount" / "erasures")
    made.create()
    return made


def code_of(act) -> str:
    with pytest.raises(LedgerError) as problem:
        act()
    assert problem.value.status == 503
    assert problem.value.message
    return problem.value.code


def test_lines_are_numbered_and_found_again(ledger):
    ids = [uuid4() for _ in range(5)]
    ledger.append(("discarded", pk) for pk in ids[:2])
    ledger.append(("withdrawn", pk) for pk in ids[2:])
    first, *lines = ledger.lines()
    assert (first.number, first.why) == (0, "ledger")
    assert [(line.number, line.why, line.id) for line in lines] == [
        (n + 1, "discarded" if n < 2 else "withdrawn", pk) for n, pk in enumerate(ids)
    ]


def test_only_its_owner_can_read_it(ledger):
    assert ledger.path.stat().st_mode & 0o777 == 0o600
    assert ledger.path.parent.stat().st_mode & 0o777 == 0o700


def test_a_ledger_is_never_replaced(ledger):
    with pytest.raises(FileExistsError):
        ledger.create()


def test_a_missing_ledger_is_refused_and_not_made_by_the_way(tmp_path):
    ledger = Ledger(tmp_path / "erasures")
    assert code_of(lambda: ledger.append([("x", uuid4())])) == "ledger.missing"
    assert code_of(lambda: list(ledger.lines())) == "ledger.missing"
    assert not ledger.path.exists()


def test_a_setting_that_names_no_ledger_is_refused(settings):
    settings.ERASURE_LEDGER = ""
    assert code_of(Ledger.of_installation) == "ledger.missing"


@hypothesis(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_every_changed_byte_is_found(ledger, data):
    if len(list(ledger.lines())) == 1:
        ledger.append(("withdrawn", uuid4()) for _ in range(6))
    whole = ledger.path.read_bytes()
    at = data.draw(st.integers(0, len(whole) - 2))
    other = data.draw(st.integers(0, 255).filter(lambda byte: byte != whole[at]))
    try:
        ledger.path.write_bytes(whole[:at] + bytes([other]) + whole[at + 1 :])
        assert code_of(lambda: list(ledger.lines())) == "ledger.damaged"
    finally:
        ledger.path.write_bytes(whole)


def test_another_spelling_of_the_same_id_is_found(ledger):
    ledger.append([("withdrawn", UUID("abcdefab-cdef-4bcd-8fab-cdefabcdefab"))])
    whole = ledger.path.read_bytes()
    ledger.path.write_bytes(whole.replace(b"abcdefab-cdef", b"ABCDEFAB-cdef"))
    assert code_of(lambda: list(ledger.lines())) == "ledger.damaged"


def test_a_line_taken_out_or_moved_is_found(ledger):
    ledger.append(("withdrawn", uuid4()) for _ in range(4))
    lines = ledger.path.read_bytes().splitlines(keepends=True)
    for wrong in (lines[:2] + lines[3:], [*lines[:2], lines[3], lines[2], *lines[4:]], lines[1:]):
        ledger.path.write_bytes(b"".join(wrong))
        assert code_of(lambda: list(ledger.lines())) == "ledger.damaged"


@pytest.mark.parametrize("torn", [b"7 2026", b"\xff\x00", b"7 2026-11-25T10:00:00Z withdrawn "])
def test_what_a_crash_left_unfinished_is_no_line_and_is_cut_off_by_the_next(ledger, torn):
    ledger.append([("withdrawn", uuid4())])
    with ledger.path.open("ab") as file:
        file.write(torn)
    assert [line.number for line in ledger.lines()] == [0, 1]
    ledger.append([("withdrawn", uuid4())])
    assert [line.number for line in ledger.lines()] == [0, 1, 2]


def test_a_full_disk_leaves_nothing_half_written(ledger, monkeypatch):
    before = ledger.path.read_bytes()

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module.os, "fsync", full)
    assert code_of(lambda: ledger.append([("withdrawn", uuid4())])) == "ledger.unwritable"
    assert ledger.path.read_bytes() == before


def test_a_ledger_that_may_not_be_written_is_said_to_be_so(ledger, monkeypatch):
    def shut(*args, **kwargs):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", shut)
    assert code_of(lambda: ledger.append([("withdrawn", uuid4())])) == "ledger.unwritable"


def test_the_disk_has_the_line_before_append_returns(ledger, monkeypatch):
    sizes = []
    real = os.fsync

    def note(descriptor: int) -> None:
        real(descriptor)
        sizes.append(ledger.path.stat().st_size)

    monkeypatch.setattr(module.os, "fsync", note)
    ledger.append([("withdrawn", uuid4()), ("withdrawn", uuid4())])
    assert sizes == [ledger.path.stat().st_size], "one fsync for all lines, after all of them"


def test_writers_at_once_make_one_chain(ledger):
    def write() -> None:
        for _ in range(20):
            Ledger(ledger.path).append([("withdrawn", uuid4())])

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [line.number for line in ledger.lines()] == list(range(81))
