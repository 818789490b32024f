"""The root keys as words on paper: enough shares bring them back, fewer do not, and a wrong word is found."""

import io
import json
import os
import re
import sys
from itertools import combinations

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError
from shamir_mnemonic import MnemonicError, combine_mnemonics
from shamir_mnemonic.wordlist import WORDLIST

from foundation.core import keyring as ring
from foundation.core.keyring import KeyringError, Ring
from foundation.custody import escrow, start
from foundation.custody.escrow import ShareError, Typed
from foundation.vault import canary
from tests.custody.conftest import forget

pytestmark = pytest.mark.proof("crypto")
RING = Ring(2, {1: bytes(range(32)), 2: bytes(range(32, 64))})


@pytest.fixture
def shares(house, keyring_file) -> list[str]:
    return escrow.split(5, 3)


def typed(*texts: str) -> Typed:
    found = Typed()
    for text in texts:
        found.add(text)
    return found


def test_every_three_of_five_bring_the_keys_back_and_no_two_do(shares, figure):
    known = ring.keyring().root
    for some in combinations(shares, 3):
        assert typed(*some).combined() == known
    for pair in combinations(shares, 2):
        with pytest.raises(ShareError, match="1 shares are missing"):
            typed(*pair).combined()
        with pytest.raises(MnemonicError):
            combine_mnemonics(pair)
    assert typed(*shares[:3]).n_missing == 0
    figure("escrow 3 of 5: each of 10 threes restores the root keys, each of 10 pairs refused")


@pytest.mark.parametrize(("n", "m"), [(2, 2), (3, 2), (7, 5), (16, 16)])
def test_other_numbers_work_too(house, keyring_file, n, m):
    found = escrow.split(n, m)
    assert len(found) == n
    assert typed(*found[-m:]).combined() == ring.keyring().root


@pytest.mark.parametrize(("n", "m"), [(5, 1), (3, 4), (17, 3), (0, 0), (1, 1)])
def test_numbers_that_protect_nothing_or_nobody_can_keep_are_refused(house, keyring_file, n, m):
    with pytest.raises(ShareError, match="threshold"):
        escrow.split(n, m)


def test_several_versions_come_back_with_the_one_in_use_first():
    assert escrow.unpacked(escrow.packed(RING)) == RING
    for spoilt in (
        b"",
        b"\x01",
        b"\x02\x01" + bytes(34),
        b"\x01\x00",
        escrow.packed(RING)[:-2],
        escrow.packed(RING) + b"\0",
    ):
        with pytest.raises(ShareError, match="no keyring"):
            escrow.unpacked(spoilt)


def test_only_that_it_happened_is_left_in_the_trail(shares, events, tmp_path):
    """No word, no key: numbers and versions."""
    escrow.split(5, 3)
    written = events("key.escrowed")
    assert written == [{"shares": 5, "threshold": 3, "versions": [1]}]


def test_nothing_is_left_on_the_disk(house, keyring_file, monkeypatch):
    opened, real = [], os.open

    def watched(path, flags, *more, **how):
        opened.append((path, flags))
        return real(path, flags, *more, **how)

    monkeypatch.setattr(os, "open", watched)
    escrow.split(5, 3)
    assert [path for path, flags in opened if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)] == []


# --- what people type


def test_capitals_numbers_stops_and_four_letters_are_taken_as_meant(shares):
    words = shares[0].split()
    numbered = " ".join(f"{n}. {word.upper()}" for n, word in enumerate(words, 1))
    assert escrow.corrected(numbered) == words
    assert escrow.corrected("\n".join(word[:4] for word in words)) == words


def test_a_word_that_is_none_is_named_by_its_place(shares):
    words = shares[0].split()
    words[6], words[30] = "qqqq", words[30] + "x"
    with pytest.raises(ShareError) as refused:
        typed(" ".join(words))
    assert "word 7 ('qqqq')" in str(refused.value)
    assert f"word 31 ('{words[30]}', perhaps '{words[30][:-1]}')" in str(refused.value)


def test_one_wrong_word_is_found_wherever_it_is(shares, figure):
    """The checksum of SLIP-39 tells the place of a single wrong word."""
    words, n = shares[0].split(), 0
    for place in range(len(words)):
        for step in (1, 17, 512):
            other = WORDLIST[(WORDLIST.index(words[place]) + step) % 1024]
            with pytest.raises(ShareError, match=f"^word {place + 1} does not fit$"):
                typed(" ".join([*words[:place], other, *words[place + 1 :]]))
            n += 1
    figure(f"{n} shares with one wrong word: its place named each time")


def test_words_that_changed_places_are_found(shares):
    words = shares[0].split()
    for place in range(len(words) - 1):
        if words[place] == words[place + 1]:
            continue
        turned = [*words[:place], words[place + 1], words[place], *words[place + 2 :]]
        with pytest.raises(ShareError, match=f"words {place + 1} and {place + 2} changed places|do not fit together"):
            typed(" ".join(turned))


def test_more_than_one_wrong_word_and_a_missing_one_are_said(shares):
    words = shares[0].split()
    two = [WORDLIST[0], *words[1:-1], WORDLIST[1]]
    with pytest.raises(ShareError, match=r"more than one is wrong|does not fit"):
        typed(" ".join(two))
    with pytest.raises(ShareError, match="35 words do not fit together"):
        typed(" ".join(words[:-1]))
    with pytest.raises(ShareError, match="35 words; the other shares have 36"):
        typed(shares[1], " ".join(words[:-1]))
    with pytest.raises(ShareError, match="no words"):
        typed("1 2 3")


def test_the_same_share_twice_and_one_of_another_set_do_not_count(shares):
    with pytest.raises(ShareError, match="typed before"):
        typed(shares[0], shares[0])
    with pytest.raises(ShareError, match="another set"):
        typed(shares[0], escrow.split(5, 3)[1])


def test_a_mistake_costs_only_that_share(shares):
    found = typed(shares[0])
    with pytest.raises(ShareError):
        found.add("nonsense")
    assert found.n_missing == 2
    found.add(shares[1])
    found.add(shares[4])
    assert found.combined() == ring.keyring().root


# --- the command


def combine(monkeypatch, capsys, *texts: str, **options) -> str:
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n\n".join(texts) + "\n"))
    call_command("key_escrow", "combine", **options)
    said = capsys.readouterr()
    return said.out + said.err


def test_a_lost_keyring_is_restored_from_paper_and_the_house_starts(house, keyring_file, monkeypatch, capsys, events):
    call_command("key_escrow", "split", no_terminal=True)
    printed = capsys.readouterr().out
    papers = re.findall(r"Share \d of 5: any 3 bring them back\.\n(.*?)(?=\n\nAmparo|\Z)", printed, re.S)
    assert len(papers) == 5
    before = ring.keyring().root
    keyring_file.unlink()
    forget()
    assert start.check() != ""
    said = combine(monkeypatch, capsys, papers[4], "nonsense", papers[0], papers[2], to=keyring_file)
    assert "Not taken: not in the list of words: word 1 ('nonsense'" in said
    assert "The root keys 1 are in" in said
    forget()
    assert (ring.keyring().root, start.check()) == (before, "")
    assert keyring_file.stat().st_mode & 0o777 == 0o600
    assert events("key.restored") == [{"shares": 3, "versions": [1]}]


def test_shares_are_printed_on_a_terminal_and_into_no_file(house, keyring_file, capsys):
    with pytest.raises(CommandError, match="on a terminal"):
        call_command("key_escrow", "split")
    assert capsys.readouterr().out == ""


def test_a_damaged_root_is_mended_and_the_rest_of_the_file_stays(shares, keyring_file, monkeypatch, capsys):
    data = json.loads(keyring_file.read_text())
    keyring_file.write_text(json.dumps({"version": 1, "seal": data["seal"], "note": "kept"}))
    forget()
    combine(monkeypatch, capsys, *shares[:3], to=keyring_file)
    assert json.loads(keyring_file.read_text()) == {**data, "note": "kept"}


def test_right_keys_are_not_replaced_by_others_unasked(house, keyring_file, monkeypatch, capsys):
    good = keyring_file.read_text()
    data = json.loads(good)
    data["root"]["keys"]["1"] = data["seal"]["keys"]["1"]
    keyring_file.write_text(json.dumps(data))
    forget()
    other = escrow.split(2, 2)
    keyring_file.write_text(good)
    forget()
    with pytest.raises(CommandError, match="holds other root keys"):
        combine(monkeypatch, capsys, *other, to=keyring_file)
    with pytest.raises(CommandError, match="do not open this database"):
        combine(monkeypatch, capsys, *other, to=keyring_file, replace=True)
    assert keyring_file.read_text() == good
    combine(monkeypatch, capsys, *other, to=keyring_file, replace=True, unchecked=True)
    assert json.loads(keyring_file.read_text())["root"] == data["root"]


def test_too_few_shares_write_nothing(shares, keyring_file, monkeypatch, capsys):
    keyring_file.unlink()
    with pytest.raises(CommandError, match="not enough shares"):
        combine(monkeypatch, capsys, *shares[:2], to=keyring_file)
    assert not keyring_file.exists()


def test_without_the_database_the_file_is_restored_and_what_was_not_done_is_said(
    shares, keyring_file, monkeypatch, capsys
):
    def away(*args, **more):
        raise OperationalError

    monkeypatch.setattr(canary, "fits", away)
    monkeypatch.setattr(escrow.trail, "record", away)
    keyring_file.unlink()
    said = combine(monkeypatch, capsys, *shares[:3], to=keyring_file)
    assert "was not checked" in said
    assert "does not stand in the trail" in said
    assert json.loads(keyring_file.read_text())["root"]["current"] == 1


def test_a_root_key_that_somebody_else_keeps_is_not_split(house, keyring_file):
    data = json.loads(keyring_file.read_text())
    keyring_file.write_text(json.dumps({"version": 1, "seal": data["seal"]}))
    with pytest.raises(KeyringError, match="is not in the keyring"):
        escrow.split(5, 3)
