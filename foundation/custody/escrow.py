"""The root keys as words on paper (SLIP-39): any ``threshold`` of the shares bring them back, fewer say nothing.

What is split: ``0x01 | number of keys | (u16 version, 32 B key) …``, the one in use first. Nothing is written but by
``restore``. Words are those of SLIP-39, told apart by their first four letters.
"""

import difflib
import json
import struct
from collections.abc import Iterator
from itertools import combinations, islice
from pathlib import Path
from typing import Any

from django.db import transaction
from shamir_mnemonic import MnemonicError, Share, combine_mnemonics, generate_mnemonics
from shamir_mnemonic.wordlist import WORDLIST

from foundation.audit import trail
from foundation.core import keyring as rings
from foundation.core.keyring import KeyringError, Ring

MOST, TRIED = 16, 40
_KEY, _FORM = struct.Struct(">H32s"), b"\x01"
_PREFIX, _INDEX = {word[:4]: word for word in WORDLIST}, {word: n for n, word in enumerate(WORDLIST)}


class ShareError(Exception):
    """A share is not one, or not one of these. The message says what to look at; it quotes a word at most."""


def split(n_shares: int, threshold: int) -> list[str]:
    """The shares of the root keys of the keyring, tried out before they are given out. Leaves an event, nothing else."""
    if not 2 <= threshold <= n_shares <= MOST:
        raise ShareError(f"the threshold is at least 2 and at most the number of shares, which is at most {MOST}")
    rings.keyring.cache_clear()
    ring = rings.keyring().root
    if not ring.keys:
        raise KeyringError("the root key is not in the keyring; whoever keeps it has to keep its copy")
    (shares,) = generate_mnemonics(1, [(threshold, n_shares)], packed(ring))
    for some in islice(combinations(shares, threshold), TRIED):
        if unpacked(combine_mnemonics(some)) != ring:
            raise ShareError("the shares do not fit; nothing was given out")
    with transaction.atomic():
        trail.record("key.escrowed", shares=n_shares, threshold=threshold, versions=sorted(ring.keys))
    return list(shares)


def packed(ring: Ring) -> bytes:
    """The root keys as what is split."""
    numbers = [ring.current, *sorted(set(ring.keys) - {ring.current})]
    return _FORM + bytes([len(numbers)]) + b"".join(_KEY.pack(number, ring.keys[number]) for number in numbers)


def unpacked(secret: bytes) -> Ring:
    """The root keys again. ``ShareError`` for anything else."""
    if len(secret) < 2 + _KEY.size or secret[:1] != _FORM or len(secret) != 2 + secret[1] * _KEY.size:
        raise ShareError("these shares hold no keyring")
    keys = dict(_KEY.iter_unpack(secret[2:]))
    return Ring(_KEY.unpack_from(secret, 2)[0], keys)


# --- typed shares


class Typed:
    """The shares that were typed so far."""

    def __init__(self) -> None:
        self.shares: dict[int, str] = {}
        self.first: Share | None = None

    @property
    def n_words(self) -> int:
        """How many words a share has; 0 before the first one said it."""
        return len(next(iter(self.shares.values()), "").split())

    @property
    def n_missing(self) -> int:
        """How many are still needed; 1 before the first one said it."""
        return self.first.member_threshold - len(self.shares) if self.first else 1

    def add(self, text: str) -> None:
        """One share as it was typed; ``ShareError`` says what is wrong with it, and it does not count."""
        words = corrected(text)
        if self.n_words not in (0, len(words)):
            raise ShareError(f"{len(words)} words; the other shares have {self.n_words}")
        try:
            share = Share.from_mnemonic(" ".join(words))
        except MnemonicError:
            raise ShareError(misfit(words)) from None
        if self.first is not None and share.group_parameters() != self.first.group_parameters():
            raise ShareError("this share belongs to another set: its first words differ")
        if share.index in self.shares:
            raise ShareError("this share was typed before")
        self.first = self.first or share
        self.shares[share.index] = " ".join(words)

    def combined(self) -> Ring:
        """The root keys. ``ShareError`` while shares are missing."""
        try:
            return unpacked(combine_mnemonics(list(self.shares.values())))
        except MnemonicError:
            raise ShareError(f"{self.n_missing} shares are missing") from None


def corrected(text: str) -> list[str]:
    """The words of a typed share; numbers and stops fall away, four letters are enough.

    ``ShareError`` names each word that is none by its position.
    """
    typed = [word for word in (part.strip(".,;:|-").lower() for part in text.split()) if word and not word.isdigit()]
    words = [word if word in _INDEX else _PREFIX.get(word, "") for word in typed]
    wrong = [
        f"word {n} ({said!r}{_near(said)})"
        for n, (said, word) in enumerate(zip(typed, words, strict=True), 1)
        if not word
    ]
    if wrong:
        raise ShareError(f"not in the list of words: {', '.join(wrong)}")
    if not words:
        raise ShareError("there are no words")
    return words


def _near(said: str) -> str:
    near = difflib.get_close_matches(said, WORDLIST, 1)
    return f", perhaps {near[0]!r}" if near else ""


def misfit(words: list[str]) -> str:
    """What is wrong with a share of good words that do not fit together: the place of the wrong one, if it is one."""
    values = [_INDEX[word] for word in words]
    found = [f"word {n} does not fit" for n in _wrong_places(values)]
    found += [f"words {n} and {n + 1} changed places" for n in _swapped(values)]
    if len(found) == 1:
        return found[0]
    return f"these {len(words)} words do not fit together: a word is missing, or more than one is wrong"


_GENERATOR = (
    0x00E0E040, 0x01C1C080, 0x03838100, 0x07070200, 0x0E0E0009, 0x1C0C2412, 0x38086C24, 0x3090FC48, 0x21B1F890, 0x03F3F120,
)  # fmt: skip
_START = b"shamir_extendable"


def residue(values: list[int]) -> int:
    """What is left of the checksum of SLIP-39 (RS1024) for shares as ``split`` makes them: 0 when the words fit."""
    return _polynomial([*_START, *values]) ^ 1


def _polynomial(values: list[int], check: int = 1) -> int:
    for value in values:
        top, check = check >> 20, (check & 0xFFFFF) << 10 ^ value
        for bit in range(10):
            check ^= _GENERATOR[bit] if top >> bit & 1 else 0
    return check


def _wrong_places(values: list[int]) -> Iterator[int]:
    """Places (from 1) where another word would make all of them fit. The checksum is linear: ten bits a place are enough."""
    left = residue(values)
    for place in range(len(values)):
        rest = [0] * (len(values) - place - 1)
        bits = [_polynomial([1 << bit, *rest], 0) for bit in range(10)]
        if _is_sum(left, bits):
            yield place + 1


def _is_sum(wanted: int, bits: list[int]) -> bool:
    """Whether some of these give the wanted value together."""
    sums = {0}
    for bit in bits:
        sums |= {known ^ bit for known in sums}
    return wanted in sums


def _swapped(values: list[int]) -> Iterator[int]:
    """Places of neighbours that fit when they change places."""
    for n in range(len(values) - 1):
        turned = [*values[:n], values[n + 1], values[n], *values[n + 2 :]]
        if turned != values and residue(turned) == 0:
            yield n + 1


# --- the file


def restore(ring: Ring, path: Path) -> None:
    """Write the root keys into a keyring file; one that is there keeps everything else. ``KeyringError`` if it cannot be.

    A new file gets a sealing key of its own: the old one is not needed to read anything.
    """
    data: dict[str, Any] = {"version": 1, "seal": rings.drawn()}
    if path.exists():
        data = json.loads(path.read_text("utf-8"))
    data["root"] = rings.written(ring)
    rings.parsed(json.dumps(data))
    rings.replace(path, json.dumps(data))
    rings.keyring.cache_clear()


def note_restored(ring: Ring, n_shares: int) -> None:
    """Leave an event that it happened."""
    with transaction.atomic():
        trail.record("key.restored", shares=n_shares, versions=sorted(ring.keys))


def others_in(path: Path, ring: Ring) -> bool:
    """Whether a keyring file is there that holds root keys which are not among these."""
    try:
        known = json.loads(path.read_text("utf-8")).get("root", {}).get("keys", {})
    except (OSError, ValueError, AttributeError):
        return False
    return bool(known.items() - rings.written(ring)["keys"].items())
