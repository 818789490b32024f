"""The primitives hold: known answers for ever, every byte bound, everything that is not exact fails closed (proof 5)."""

import hashlib
import json
import os
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given
from hypothesis import strategies as st

from foundation.dossiers.models import key_place
from foundation.vault import crypto
from foundation.vault.crypto import Cipher, VaultError
from foundation.vault.models import _place as organisation_place

FILE = Path(__file__).parent / "vectors.json"
VECTORS = json.loads(FILE.read_text("utf-8"))
FIELDS, WRAPS = VECTORS["fields"], VECTORS["wraps"]
KEY, DOSSIER, ROW = bytes(range(32)), UUID(int=0xD055), UUID(int=0x4071)
PLACE = ("cases_concern", "summary", ROW)
OTHER_UUIDS = [UUID(bytes=bytes(b ^ (0x80 if i == n else 0) for i, b in enumerate(ROW.bytes))) for n in range(16)]


def cipher(key: bytes = KEY, dossier: UUID = DOSSIER, version: int = 1) -> Cipher:
    return Cipher(dossier, version, crypto.extract(key))


def bits_turned(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 0x01]) + data[at + 1 :]


def named(vector: dict) -> str:
    return str(vector.get("name") or f"{vector['kind']} v{vector['version']}")


def test_the_frozen_vectors_were_not_touched():
    digest = hashlib.sha256(FILE.read_bytes()).hexdigest()
    assert digest == "89019a004f92341e864029b4642cbf4b8fc4b0f47f649273b44634f01d64f57d", (
        "a stored token must open for ever: add vectors, never change one"
    )


@pytest.mark.parametrize("v", FIELDS, ids=named)
def test_a_frozen_token_opens_for_ever(v):
    opener = cipher(bytes.fromhex(v["key"]), UUID(v["dossier"]), v["version"])
    plain = opener.open(v["table"], v["field"], UUID(v["row"]), bytes.fromhex(v["token"]))
    assert plain.decode() == v["text"]


@pytest.mark.parametrize("v", FIELDS, ids=named)
def test_sealing_with_the_same_nonce_gives_the_frozen_token(v, monkeypatch):
    monkeypatch.setattr(os, "urandom", lambda n: bytes.fromhex(v["nonce"])[:n])
    sealer = cipher(bytes.fromhex(v["key"]), UUID(v["dossier"]), v["version"])
    assert sealer.seal(v["table"], v["field"], UUID(v["row"]), v["text"].encode()).hex() == v["token"]


@pytest.mark.parametrize("v", WRAPS, ids=named)
def test_a_frozen_wrapped_key_opens_for_ever(v, monkeypatch):
    place = (organisation_place if v["kind"] == "organisation" else key_place)(UUID(v["id"]), v["version"])
    kek, key, wrapped = AESGCM(bytes.fromhex(v["kek"])), bytes.fromhex(v["key"]), bytes.fromhex(v["wrapped"])
    assert place.hex() == v["place"]
    assert crypto.unwrap(kek, wrapped, place, bytes.fromhex(v["commit"])).hex() == v["prk"]
    monkeypatch.setattr(os, "urandom", lambda n: bytes.fromhex(v["nonce"])[:n])
    assert crypto.wrap(kek, key, place) == wrapped


@given(st.binary(min_size=32, max_size=32), st.sampled_from([b"field", b"commit"]))
def test_the_key_derivation_is_the_hkdf_of_rfc_5869(key, info):
    reference = HKDF(SHA256(), 32, salt=None, info=info).derive(key)
    assert crypto.expand(crypto.extract(key), info) == reference


def test_every_byte_of_a_token_counts():
    token = cipher().seal(*PLACE, b"Her papers")
    for at in range(len(token)):
        for mask in (0x01, 0x80, 0xFF):
            with pytest.raises(VaultError):
                cipher().open(*PLACE, token[:at] + bytes([token[at] ^ mask]) + token[at + 1 :])


def test_a_token_cut_or_lengthened_anywhere_does_not_open():
    token = cipher().seal(*PLACE, b"x" * 60)
    for length in range(len(token)):
        with pytest.raises(VaultError):
            cipher().open(*PLACE, token[:length])
    for more in (b"\0", b"\0" * 16, token):
        with pytest.raises(VaultError):
            cipher().open(*PLACE, token + more)


@pytest.mark.parametrize("table", ["cases_concerm", "cases_concern ", "", "cases_concernsummary"])
def test_another_table_does_not_open(table):
    token = cipher().seal(*PLACE, b"x")
    with pytest.raises(VaultError):
        cipher().open(table, PLACE[1], ROW, token)


@pytest.mark.parametrize("field", ["wishes", "Summary", "summar", ""])
def test_another_field_does_not_open(field):
    token = cipher().seal(*PLACE, b"x")
    with pytest.raises(VaultError):
        cipher().open(PLACE[0], field, ROW, token)


def test_letters_cannot_move_between_table_and_field():
    token = cipher().seal("ab", "c", ROW, b"x")
    with pytest.raises(VaultError):
        cipher().open("a", "bc", ROW, token)


@pytest.mark.parametrize("row", OTHER_UUIDS)
def test_every_byte_of_the_row_is_bound(row):
    token = cipher().seal(*PLACE, b"x")
    with pytest.raises(VaultError):
        cipher().open(PLACE[0], PLACE[1], row, token)


@pytest.mark.parametrize("at", range(16))
def test_every_byte_of_the_dossier_is_bound_even_under_the_same_key(at):
    token = cipher().seal(*PLACE, b"x")
    with pytest.raises(VaultError):
        cipher(dossier=UUID(bytes=bits_turned(DOSSIER.bytes, at))).open(*PLACE, token)


@pytest.mark.parametrize("version", [0, 2, 257, 2**32 - 1])
def test_another_key_version_does_not_open(version):
    token = cipher().seal(*PLACE, b"x")
    with pytest.raises(VaultError):
        cipher(version=version).open(*PLACE, token)
    relabelled = token[:2] + version.to_bytes(4, "big") + token[6:]
    with pytest.raises(VaultError):
        cipher(version=version).open(*PLACE, relabelled)


@pytest.mark.parametrize("at", range(32))
def test_every_byte_of_the_key_counts(at):
    token = cipher().seal(*PLACE, b"x")
    with pytest.raises(VaultError):
        cipher(bits_turned(KEY, at)).open(*PLACE, token)


@pytest.mark.parametrize(
    ("length", "bucket"), [(0, 32), (28, 32), (29, 64), (60, 64), (61, 128), (1020, 1024), (1021, 2048)]
)
def test_lengths_show_only_as_buckets(length, bucket):
    assert len(crypto.pad(b"x" * length)) == bucket
    assert len(cipher().seal(*PLACE, b"x" * length)) == 6 + 12 + bucket + 16


@given(st.binary(max_size=300))
def test_padding_comes_off_as_it_went_on(plain):
    assert crypto.unpad(crypto.pad(plain)) == plain


@pytest.mark.parametrize(
    "padded",
    [b"\xff\xff\xff\xff" + bytes(28), (29).to_bytes(4, "big") + bytes(28), (1).to_bytes(4, "big") + b"ab" + bytes(26)],
    ids=["far too long", "one too long", "not zero behind the text"],
)
def test_padding_that_is_not_exact_is_refused(padded):
    with pytest.raises(VaultError):
        crypto.unpad(padded)


@given(st.lists(st.binary(max_size=4), max_size=4), st.lists(st.binary(max_size=4), max_size=4))
def test_two_different_lists_never_give_the_same_bytes(one, other):
    assert (crypto.lengths(*one) == crypto.lengths(*other)) == (one == other)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_comes_back(text):
    assert cipher().open(*PLACE, cipher().seal(*PLACE, text.encode())).decode() == text


def test_the_same_text_gives_another_token_each_time():
    tokens = {cipher().seal(*PLACE, b"yes") for _ in range(200)}
    assert len(tokens) == 200
    assert len({token[6:18] for token in tokens}) == 200


def test_a_key_under_another_key_does_not_unwrap():
    place, commit = b"place", crypto.commitment(crypto.extract(KEY))
    wrapped = crypto.wrap(AESGCM(bytes(32)), KEY, place)
    assert crypto.unwrap(AESGCM(bytes(32)), wrapped, place, commit) == crypto.extract(KEY)
    with pytest.raises(VaultError):
        crypto.unwrap(AESGCM(b"\1" + bytes(31)), wrapped, place, commit)


def test_every_byte_of_a_wrapped_key_of_its_place_and_of_its_commitment_counts():
    kek, place, commit = AESGCM(bytes(32)), key_place(DOSSIER, 1), crypto.commitment(crypto.extract(KEY))
    wrapped = crypto.wrap(kek, KEY, place)
    changed = [(bits_turned(wrapped, i), place, commit) for i in range(len(wrapped))]
    changed += [(wrapped, bits_turned(place, i), commit) for i in range(len(place))]
    changed += [(wrapped, place, bits_turned(commit, i)) for i in range(len(commit))]
    changed += [(wrapped[:i], place, commit) for i in range(len(wrapped))] + [(wrapped, place, commit[:15])]
    for attempt in changed:
        with pytest.raises(VaultError):
            crypto.unwrap(kek, *attempt)


def test_a_valid_ciphertext_of_another_key_fails_its_commitment():
    """AES-GCM alone does not commit to a key; the commitment does (safety.md §2)."""
    kek, place = AESGCM(bytes(32)), b"place"
    with pytest.raises(VaultError, match="commit"):
        crypto.unwrap(kek, crypto.wrap(kek, b"\2" * 32, place), place, crypto.commitment(crypto.extract(KEY)))


def test_a_refusal_says_nothing_of_what_was_sealed():
    token = cipher().seal(*PLACE, b"Mohammed")
    with pytest.raises(VaultError) as refused:
        cipher().open("x", "y", uuid4(), token)
    assert str(refused.value) in {"tag", "token"}


@pytest.mark.parametrize("version", [1, 2, 0x01020304, 2**32 - 1])
def test_a_token_names_the_version_of_its_key(version):
    assert crypto.version_of(cipher(version=version).seal(*PLACE, b"x")) == version
    assert crypto.version_of(bytes.fromhex("ffff01020304")) == 0x01020304, (
        "six bytes are enough, and the first two say nothing"
    )


@pytest.mark.parametrize("n", range(6))
def test_what_is_too_short_for_a_token_names_no_version(n):
    with pytest.raises(VaultError, match=r"^token$"):
        crypto.version_of(bytes(n))


def test_the_key_of_a_file_is_hkdf_of_the_folders_key_and_the_files_id():
    """The same derivation by the library's HKDF; another file or another folder's key gives another one."""
    wanted = HKDF(SHA256(), 32, None, b"file|" + ROW.bytes).derive(KEY)
    assert cipher().file_key(ROW) == wanted
    assert cipher(dossier=uuid4(), version=7).file_key(ROW) == wanted, "where it lies is bound by the stream itself"
    assert len({cipher().file_key(row) for row in OTHER_UUIDS} | {wanted, cipher(bytes(32)).file_key(ROW)}) == 18


def test_each_refusal_says_which_check_refused():
    """For the operator's log; a reader never sees it."""
    kek, place = AESGCM(bytes(32)), b"place"
    commit = crypto.commitment(crypto.extract(KEY))
    refusals = {
        "unwrap": lambda: crypto.unwrap(kek, bytes(60), place, commit),
        "commit": lambda: crypto.checked(bytes(32), commit),
        "padding": lambda: crypto.unpad(b"\xff\xff\xff\xff" + bytes(28)),
        "token": lambda: cipher().open(*PLACE, bytes(80)),
        "tag": lambda: cipher().open(*PLACE, bits_turned(cipher().seal(*PLACE, b"x"), 65)),
    }
    for word, refused in refusals.items():
        with pytest.raises(VaultError, match=f"^{word}$"):
            refused()


def test_the_shortest_token_opens_and_one_byte_less_is_no_token():
    token = cipher().seal(*PLACE, b"")
    assert len(token) == 6 + 12 + 32 + 16
    assert cipher().open(*PLACE, token) == b""
    with pytest.raises(VaultError, match=r"^token$"):
        cipher().open(*PLACE, token[:-1])


def test_long_names_keep_their_place_too():
    assert crypto.lengths(bytes(40_000), b"x")[:2] == (40_000).to_bytes(2, "big")
    assert crypto.lengths(b"ab", b"c") != crypto.lengths(b"a", b"bc")
