"""The stream of a file: opens in its place alone, whole or not at all (safety.md §2; proof 5)."""

import hashlib
import io
from contextlib import suppress
from dataclasses import replace
from itertools import permutations
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nacl import bindings as sodium

from foundation.files import streams
from foundation.files.streams import CHUNK, INCOMING, KEPT, Place, rounded, seal, unseal
from foundation.vault import crypto
from foundation.vault.crypto import Cipher, VaultError
from tests.files import samples

pytestmark = pytest.mark.proof("crypto")

KEY, DOSSIER, FILE = bytes(range(32)), UUID(int=0xD055), UUID(int=0xF11E)
HEAD, SEALED = 6 + 24, CHUNK + 17
VECTOR = Path(__file__).parent / "stream.bin"
SIZES = (0, 1, 4087, 4088, 4089, CHUNK - 9, CHUNK - 8, CHUNK - 7, CHUNK, 2 * CHUNK, 200_000)


def place(key: bytes = KEY, dossier: UUID = DOSSIER, file: UUID = FILE, version: int = 1, stage: bytes = KEPT) -> Place:
    cipher = Cipher(dossier, version, crypto.extract(key))
    return Place(stage, dossier, file, version, cipher.file_key(file))


def sealed(content: bytes, at: Place | None = None) -> bytes:
    return b"".join(seal(at or place(), content))


def opened(stream: bytes, at: Place | None = None) -> bytes:
    return unseal(at or place(), io.BytesIO(stream)).whole()


def given_out(stream: bytes, at: Place | None = None) -> tuple[int, int]:
    """How many bytes a reader got before the refusal, and how many it was told to expect; (0, 0) at the door."""
    try:
        reading = unseal(at or place(), io.BytesIO(stream))
    except VaultError:
        return 0, 0
    return samples.given_out_of(reading), reading.length


def chunks(stream: bytes) -> list[bytes]:
    body = stream[HEAD:]
    return [body[i : i + SEALED] for i in range(0, len(body), SEALED)]


def refused(stream: bytes, at: Place | None = None) -> bool:
    """Whether it does not open, and no reader could believe that it has got everything."""
    got, length = given_out(stream, at)
    return got < length or (got, length) == (0, 0)


def words(n: int) -> bytes:
    return (b"They keep her papers. " * (n // 22 + 1))[:n]


def test_a_frozen_stream_opens_for_ever():
    """A file that was kept once must open in every later version: never change the vector."""
    frozen = VECTOR.read_bytes()
    assert hashlib.sha256(frozen).hexdigest() == "355101e0df483777c3da61ce929ca754c4acf2c315260c0100d7f17ca0c640cb"
    assert opened(frozen) == words(1000)


@pytest.mark.parametrize("size", SIZES)
def test_what_goes_in_comes_out_and_its_length_is_known_first(size):
    stream = sealed(words(size))
    reading = unseal(place(), io.BytesIO(stream))
    assert reading.length == size
    assert reading.whole() == words(size)
    assert words(22) not in stream


@given(st.binary(max_size=3000), st.integers(0, 2))
@settings(max_examples=60)
def test_any_bytes_come_back(content, n):
    content += bytes(n * CHUNK)
    assert opened(sealed(content)) == content


@given(st.integers(1, 2**40))
def test_a_length_shows_only_in_its_first_digits_and_costs_an_eighth_at_most(size):
    """PADMÉ: of the millions of lengths up to 10 MB some three hundred can be told apart."""
    assert size <= rounded(size)
    assert size < 4096 or rounded(size) <= size * 1.12
    assert rounded(rounded(size)) == rounded(size)


def test_a_thief_with_the_disk_tells_few_sizes_apart(figure):
    lengths = {len(sealed(bytes(size))) for size in range(0, 4080, 40)}
    assert len(lengths) == 1
    n, size = 0, 0
    while size < 10_000_000:
        n, size = n + 1, rounded(size + 1)
    assert n <= 300
    figure(f"files: all lengths up to 10 MB show as {n} sizes")


def test_the_same_file_gives_another_stream_each_time():
    streams_ = {sealed(b"papers") for _ in range(50)}
    assert len({s[6:30] for s in streams_}) == len(streams_) == 50


@pytest.mark.parametrize("size", SIZES)
def test_a_stream_cut_at_any_border_is_refused_and_never_looks_whole(size, figure):
    """A well-known system takes a file that was cut at a chunk's border for a whole one; ours must not."""
    stream = sealed(words(size))
    borders = {0, 1, 5, 6, 29, HEAD, len(stream) - 1, len(stream) - 17}
    borders |= {HEAD + n * SEALED + more for n in range(len(chunks(stream))) for more in (-1, 0, 1, 16, 17, 18)}
    cuts = sorted(cut for cut in borders if 0 <= cut < len(stream))
    assert [cut for cut in cuts if not refused(stream[:cut])] == []
    figure(f"file of {size:,} B: {len(cuts)} cuts at every chunk border and beside it, 0 taken for whole")


def test_a_small_stream_cut_anywhere_at_all_is_refused(figure):
    stream = sealed(words(900))
    assert [cut for cut in range(len(stream)) if not refused(stream[:cut])] == []
    figure(f"file of 900 B: cut at each of its {len(stream):,} bytes, 0 taken for whole")


@pytest.mark.parametrize("more", [b"\0", b"\0" * 17, b"x" * SEALED], ids=["a zero", "a tag", "a chunk"])
@pytest.mark.parametrize("size", [0, 1, CHUNK, 200_000])
def test_nothing_may_follow_the_last_chunk(size, more):
    assert refused(sealed(words(size)) + more)


def test_a_whole_stream_behind_another_is_refused():
    one, two = sealed(words(10)), sealed(words(20))
    assert refused(one + two)
    assert refused(one + two[HEAD:])


def test_every_byte_of_a_small_stream_counts(figure):
    stream = sealed(words(60))
    changed = [stream[:i] + bytes([stream[i] ^ m]) + stream[i + 1 :] for i in range(len(stream)) for m in (1, 0x80)]
    assert [i for i, wrong in enumerate(changed) if not refused(wrong)] == []
    figure(f"file of 60 B: {len(changed):,} changed bits, 0 accepted")


@given(st.data())
@settings(max_examples=80, deadline=None)
def test_any_byte_of_a_long_stream_counts(data):
    stream = sealed(words(200_000))
    at = data.draw(st.integers(0, len(stream) - 1))
    assert refused(stream[:at] + bytes([stream[at] ^ data.draw(st.integers(1, 255))]) + stream[at + 1 :])


def test_chunks_in_any_other_order_doubled_or_left_out_are_refused(figure):
    stream = sealed(words(200_000))
    parts = chunks(stream)
    assert len(parts) == 4
    orders = [order for n in range(1, 5) for order in permutations(range(4), n) if order != (0, 1, 2, 3)]
    orders += [tuple(sorted((0, 1, 2, 3, n))) for n in range(4)]
    wrong = [order for order in orders if not refused(stream[:HEAD] + b"".join(parts[n] for n in order))]
    assert wrong == []
    figure(f"file of 4 chunks: {len(orders)} other orders, doubles and gaps, 0 accepted")


def test_chunks_cannot_change_places_between_two_files_under_the_same_key():
    one, two = sealed(b"a" * 150_000), sealed(b"b" * 150_000)
    for n in range(3):
        mixed = chunks(one)
        mixed[n] = chunks(two)[n]
        assert refused(one[:HEAD] + b"".join(mixed))
    assert refused(one[:HEAD] + two[HEAD:])


@pytest.mark.parametrize(
    "change",
    [{"file": uuid4()}, {"dossier": uuid4()}, {"version": 2}, {"version": 257}, {"stage": INCOMING}, {"stage": b""}],
    ids=lambda change: next(iter(change)),
)
def test_every_part_of_the_place_is_bound_even_under_the_same_key(change):
    """Swapped between attachments, dossiers or stages, or under another version of the key."""
    stream = sealed(words(100_000))
    assert refused(stream, replace(place(), **change))
    if "version" in change:
        relabelled = stream[:2] + change["version"].to_bytes(4, "big") + stream[6:]
        assert refused(relabelled, replace(place(), **change))


def test_each_file_of_a_dossier_and_each_version_of_its_key_has_a_key_of_its_own():
    one, other = uuid4(), uuid4()
    keys = {place(file=one).key, place(file=other).key, place(key=bytes(32), file=one).key}
    assert len(keys) == 3
    assert place(file=one).key == place(file=one, dossier=uuid4(), version=9).key, "from the data key and the file's id"
    assert place(file=one).key == crypto.expand(crypto.extract(KEY), b"file|" + one.bytes)


@pytest.mark.parametrize("at", range(32))
def test_every_byte_of_the_key_counts(at):
    wrong = KEY[:at] + bytes([KEY[at] ^ 1]) + KEY[at + 1 :]
    assert refused(sealed(b"papers"), place(wrong))


def forged(*parts: tuple[bytes, int]) -> bytes:
    """A stream by somebody who holds the key, but writes another format."""
    at, state = place(), sodium.crypto_secretstream_xchacha20poly1305_state()
    header = sodium.crypto_secretstream_xchacha20poly1305_init_push(state, at.key)
    push = sodium.crypto_secretstream_xchacha20poly1305_push
    return at.head + header + b"".join(push(state, plain, at.bound, tag) for plain, tag in parts)


LAST, MORE, PUSH, REKEY = streams._FINAL, streams._MESSAGE, 1, 2
ONE = (1).to_bytes(8, "big") + b"x"


@pytest.mark.parametrize(
    "stream",
    [
        forged((b"", LAST)),
        forged((b"short", LAST)),
        forged((ONE, LAST)),
        forged((ONE.ljust(4096, b"\0"), MORE), (b"x", LAST)),
        forged((ONE.ljust(4096, b"\0"), PUSH)),
        forged((ONE.ljust(CHUNK, b"\0"), REKEY), (b"x", LAST)),
        forged((ONE.ljust(CHUNK, b"\0"), MORE), (b"", LAST)),
        forged((ONE.ljust(4096, b"y"), LAST)),
        forged((ONE.ljust(5120, b"\0"), LAST)),
        forged(((2**63).to_bytes(8, "big").ljust(4096, b"x"), LAST)),
    ],
    ids=["empty", "no length", "not padded", "a short chunk before", "push", "rekey", "an empty end", "not zero behind",
         "padded too far", "a length that is not there"],
)  # fmt: skip
def test_a_stream_that_is_not_exact_is_refused_even_from_who_holds_the_key(stream):
    assert refused(stream)


def test_what_is_shorter_than_it_says_never_looks_whole():
    """The last piece waits until the end was seen: whoever gets less than the length knows that something is wrong."""
    stream = sealed(words(3 * CHUNK))
    for cut in range(HEAD, len(stream), 997):
        got, length = given_out(stream[:cut])
        assert got < length or length == 0


def test_the_source_is_closed_however_it_ends():
    for stream in (sealed(words(200_000)), sealed(b"x")[:-1], b""):
        source = io.BytesIO(stream)
        with suppress(VaultError):
            unseal(place(), source).whole()
        assert source.closed
