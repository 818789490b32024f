"""Is the trail what was written? Runs as the database's owner or as somebody who may read the schema, changes nothing.

Everything streams: seals by number, events by transaction, in one snapshot each; memory does not grow with the trail.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from heapq import merge
from itertools import chain
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.db import connections, transaction
from django.utils.translation import gettext as _

from foundation.audit import merkle, sealkey
from foundation.audit.chain import EVOLVING, NOTHING, Seal, Start
from foundation.core.keyring import KeyringError, keyring

_CHUNK = 2_000
PATIENCE = timedelta(minutes=10)
"""After so long an event should be sealed."""
Leaf = tuple[int, int, bytes]
"""Transaction, event, hash."""


@dataclass(frozen=True)
class Finding:
    """The first thing that is wrong, in words for the operator (``None`` where all holds), and what he should know."""

    n_events: int
    n_seals: int
    n_unsealed: int
    problem: str | None
    head: str
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Pruned:
    """What the newest event of pruning says: months before ``until`` were taken out at ``at``, seals up to ``last_seal``."""

    until: datetime
    at: datetime
    months: int
    last_seal: int

    def explains(self, seal: Seal) -> bool:
        """Whether the events under this seal were old enough to be gone: by its own signed time."""
        is_old = self.until <= self.at - timedelta(days=28 * self.months)
        return is_old and seal.number <= self.last_seal and seal.at < self.until


def verify(alias: str = "owner", anchor: str = "", anchors: Iterable[str] = ()) -> Finding:
    """Recompute every leaf from its row, every root from the leaves, the chain, the signatures and their keys.

    In Python, without trusting the functions that wrote the hashes. ``anchor`` and ``anchors`` are heads ("42:<hash>") of
    earlier runs, kept outside: only they show that the newest seals were cut off together with their events.
    """
    with transaction.atomic(using=alias):
        return Walk(connections[alias], [anchor, *anchors] if anchor else anchors).finding()


@dataclass
class Walk:
    """One pass over the trail."""

    connection: Any
    heads: Iterable[str] = ()
    n_events: int = 0
    n_unsealed: int = 0
    altered: str | None = None
    problem: str | None = None
    remarks: list[str] = field(default_factory=list)
    oldest: datetime | None = None
    n_back: int = 0

    def finding(self) -> Finding:
        """Walk, and say what was found."""
        self.wanted = {_split(head) for head in self.heads}
        self.starts = self._starts()
        self.pruned = self._pruned()
        last = self._seals()
        if self.wanted:
            number, _digest = min(self.wanted)
            self._wrong(_("seal %(n)d of the anchor is not there: the trail was cut off or made anew") % {"n": number})
        self._remark_on_age()
        head = f"{last.number}:{last.hash().hex()}" if last else ""
        n_seals = last.number if last else 0
        return Finding(self.n_events, n_seals, self.n_unsealed, self.altered or self.problem, head, tuple(self.remarks))

    def _wrong(self, words: str) -> None:
        self.problem = self.problem or words

    def _rows(self, text: str) -> Iterator[tuple[Any, ...]]:
        with self.connection.chunked_cursor() as cursor:
            cursor.execute(text)
            while rows := cursor.fetchmany(_CHUNK):
                yield from rows

    # --- what the trail says about itself

    def _starts(self) -> dict[int, Start]:
        """Where chains of keys begin; the newest must be the one that the key itself remembers."""
        rows = list(self._rows("SELECT number, previous, public_key, reason, at FROM trail.start ORDER BY number, at"))
        found = {n: Start(n, bytes(previous), bytes(public)) for n, previous, public, _reason, _at in rows}
        for number, _previous, _public, reason, at in rows:
            if reason != "first":
                words = _("From seal %(n)d on, %(day)s, a new chain of keys: %(why)s. Compare the anchors before it.")
                self.remarks.append(words % {"n": number, "day": f"{at:%Y-%m-%d}", "why": reason})
        self._compare(list(found.values()))
        return found

    def _compare(self, starts: list[Start]) -> None:
        try:
            key = sealkey.read()
        except sealkey.SealKeyError:
            key = None
        if key is None:
            if starts:
                self.remarks.append(
                    _("The sealing key is not here: where its chain begins was not compared. Use an anchor.")
                )
        elif [key.start] != starts[-1:]:
            self._wrong(_("the chain of keys does not begin where this installation's key says"))

    def _pruned(self) -> Pruned | None:
        if not list(self._rows("SELECT 1 FROM trail.monthly LIMIT 1")):
            return None
        found = list(
            self._rows(
                "SELECT (data->>'until')::timestamptz, at, (data->>'months')::int, (data->>'last_seal')::bigint"
                " FROM trail.event WHERE verb = 'trail.pruned' ORDER BY at DESC LIMIT 1"
            )
        )
        pruned = Pruned(*found[0]) if found else None
        if pruned:
            words = _("Pruned until %(day)s (events of %(n)d months are kept); the seals before hold.")
            self.remarks.append(words % {"day": f"{pruned.until.astimezone(UTC):%Y-%m-%d}", "n": pruned.months})
        return pruned

    # --- the pass

    def _leaves(self) -> Iterator[Leaf]:
        kept = self._rows("SELECT xid::text::bigint, id, leaf FROM trail.kept_leaf ORDER BY xid, id")
        first = next(kept, None)
        if first is None:
            return self._events()
        return merge(((xid, pk, bytes(leaf)) for xid, pk, leaf in chain([first], kept)), self._events())

    def _events(self) -> Iterator[Leaf]:
        rows = self._rows(
            "SELECT e.id, e.xid::text::bigint, e.leaf, jsonb_build_array(e.id, e.xid::text, extract(epoch FROM e.at)::text,"
            " e.actor, e.verb, e.dossier, e.subject, e.data)::text, e.at FROM trail.event e ORDER BY e.xid, e.id"
        )
        for pk, xid, leaf, text, at in rows:
            self.n_events += 1
            stored = bytes(leaf)
            if self.altered is None and stored != sha256(text.encode()).digest():
                self.altered = _("event %(n)d was altered") % {"n": pk}
            self._at = at
            yield xid, pk, stored

    def _seals(self) -> Seal | None:
        """Seal after seal with the events below it; what comes after the last one waits."""
        seals = self._rows(
            "SELECT number, previous, root, from_xid::text, to_xid::text, n_events, at, next_key, key_version, hash,"
            " signature FROM trail.seal ORDER BY number"
        )
        step, last = Step(self), None
        first = next(seals, None)  # its snapshot is older than that of the events: none of theirs is missing
        leaves = self._leaves()
        waiting = next(leaves, None)
        for row in chain([first] if first else [], seals):
            last, tree = _seal(row), merkle.Tree()
            while waiting is not None and waiting[0] < last.to_xid:
                tree.add(waiting[2])
                waiting = next(leaves, None)
            step.take(last, tree, *row[8:])
        while waiting is not None:
            self.n_unsealed += 1
            self.oldest = min(self.oldest or self._at, self._at)
            waiting = next(leaves, None)
        return last

    def _remark_on_age(self) -> None:
        if self.n_back:
            self.remarks.append(_("The clock went back %(n)d times between seals.") % {"n": self.n_back})
        if self.oldest and datetime.now(UTC) - self.oldest > PATIENCE:
            words = _("%(n)d events wait for a seal since %(when)s: a transaction hangs, or the sealer stands still.")
            self.remarks.append(
                words % {"n": self.n_unsealed, "when": f"{self.oldest.astimezone(UTC):%Y-%m-%d %H:%M} UTC"}
            )


def _split(head: str) -> tuple[int, str]:
    number, _colon, digest = head.partition(":")
    return int(number), digest


def _seal(row: tuple[Any, ...]) -> Seal:
    number, previous, root, from_xid, to_xid, n_events, at, next_key = row[:8]
    return Seal(
        number, bytes(previous), bytes(root), int(from_xid), int(to_xid), n_events, at.astimezone(UTC),
        bytes(next_key or b""),
    )  # fmt: skip


class Step:
    """From one seal to the next: what it must follow, and the key that must have signed it."""

    def __init__(self, walk: Walk) -> None:
        self.walk = walk
        self.before: Seal | None = None
        self.stored = NOTHING

    def take(self, seal: Seal, tree: merkle.Tree, version: int, stored: Any, signature: Any) -> None:
        """Check one seal; the first thing that is wrong is kept."""
        problem = self._problem(seal, tree, version, bytes(stored), bytes(signature))
        if problem:
            self.walk._wrong(problem % {"n": seal.number})
        self.walk.wanted.discard((seal.number, bytes(stored).hex()))
        self.walk.n_back += self.before is not None and seal.at < self.before.at
        self.before, self.stored = seal, bytes(stored)

    def _problem(self, seal: Seal, tree: merkle.Tree, version: int, stored: bytes, signature: bytes) -> str | None:
        if (seal.number, seal.previous, seal.from_xid) != self._expected():
            return _("seal %(n)d does not follow the one before")
        if not self._holds(seal, tree):
            return _("the events under seal %(n)d are not those that were sealed")
        if seal.hash() != stored or not self._is_signed(seal, version, stored, signature):
            return _("seal %(n)d was not made by this installation")
        return None

    def _expected(self) -> tuple[int, bytes, int]:
        return (self.before.number + 1, self.stored, self.before.to_xid) if self.before else (1, NOTHING, 0)

    def _holds(self, seal: Seal, tree: merkle.Tree) -> bool:
        if tree.n_leaves == 0 and self.walk.pruned is not None:
            return self.walk.pruned.explains(seal)
        return tree.n_leaves == seal.n_events and tree.root() == seal.root

    def _is_signed(self, seal: Seal, version: int, stored: bytes, signature: bytes) -> bool:
        key = self._key(seal, version)
        try:
            if key is not None:
                key.verify(signature, stored)
        except InvalidSignature:
            return False
        return key is not None

    def _key(self, seal: Seal, version: int) -> Ed25519PublicKey | None:
        """Where a chain begins, its own; else the one that the seal before names; before all chains, the keyring's."""
        start = self.walk.starts.get(seal.number)
        if start is not None:
            public = start.public if start.previous == seal.previous else b""
        else:
            public = self.before.next_key if self.before else b""
        if public:
            is_evolving = bool(seal.next_key) and version == EVOLVING
            return Ed25519PublicKey.from_public_bytes(public) if is_evolving else None
        is_before = not seal.next_key and all(seal.number < number for number in self.walk.starts)
        return _standing(version) if is_before and start is None else None


def _standing(version: int) -> Ed25519PublicKey | None:
    """The keyring's sealing key, of before the keys moved on."""
    try:
        return Ed25519PrivateKey.from_private_bytes(keyring().seal.key(version)).public_key()
    except KeyringError:
        return None
