"""Whatever is done to the trail behind the application's back is found (proof 14); nothing is lost or sealed twice."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from io import StringIO
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import DatabaseError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from foundation.audit import merkle, seals, tasks, trail
from foundation.core.keyring import keyring
from tests.audit import owner
from tests.audit.acts import behind_our_back, record, rehash, sealed, sql

transactional = pytest.mark.django_db(transaction=True)


@transactional
def test_the_trail_holds_when_nobody_touched_it(ids):
    found = seals.verify()
    assert found.problem is None
    assert found.n_unsealed == 0
    assert found.n_seals >= 3
    assert found.head.startswith(f"{found.n_seals}:")


@transactional
@pytest.mark.proof("trail")
def test_an_altered_event_is_named(ids, figure):
    for change in (
        "verb = 'case.noted'", "data = '{\"n\": 1}'", "actor = 7", "subject = gen_random_uuid()", "dossier = gen_random_uuid()",
        "at = at - interval '1 second'", "xid = (xid::text::bigint + 1)::text::xid8", "leaf = sha256('x')",
    ):  # fmt: skip
        tamper = sql(f"UPDATE trail.event SET {change} WHERE id = %s", ids[5])
        assert behind_our_back(tamper) == f"event {ids[5]} was altered"
    figure("alter: 8 of 8 columns named by the event's number, 1 of 1 with its hash found")


@transactional
def test_an_event_altered_together_with_its_leaf_is_found(ids):
    def tamper():
        owner.run("UPDATE trail.event SET actor = 7 WHERE id = %s", ids[5])
        rehash("id = %s", ids[5])

    assert "not those that were sealed" in str(behind_our_back(tamper))


@transactional
@pytest.mark.proof("trail")
def test_a_deleted_event_is_found(ids, figure):
    for place in (
        0, 5, 11,
    ):  # fmt: skip
        problem = behind_our_back(sql("DELETE FROM trail.event WHERE id = %s", ids[place]))
        assert "not those that were sealed" in str(problem)
    figure("delete: 3 of 3 found, the first, a middle one and the last")


@transactional
@pytest.mark.proof("trail")
def test_an_inserted_event_is_found(ids, figure):
    """The owner may put a forged row among sealed ones, leaf and all."""

    def tamper():
        owner.run(
            "INSERT INTO trail.event (id, xid, at, verb, leaf) SELECT id + 1000000, xid, at, 'case.read', ''"
            " FROM trail.event WHERE id = %s",
            ids[5],
        )
        rehash("leaf = ''")

    assert "not those that were sealed" in str(behind_our_back(tamper))
    figure("insert: 1 of 1 forged event found")


@transactional
@pytest.mark.proof("trail")
def test_events_that_changed_places_are_found(ids, figure):
    """Who did what first: two events swap everything but their ids, or their transactions."""

    def swap(columns: str) -> Callable[[], None]:
        def tamper():
            for one, other in ((ids[4], ids[5]), (ids[5], ids[4])):
                owner.run(
                    f"UPDATE trail.event e SET ({columns}) = (SELECT {columns} FROM before b WHERE b.id = %s) WHERE e.id = %s",
                    other, one,
                )  # fmt: skip
            rehash("id IN (%s, %s)", ids[4], ids[5])

        def prepared():
            owner.run("CREATE TEMP TABLE before ON COMMIT DROP AS SELECT * FROM trail.event")
            tamper()

        return prepared

    assert "not those that were sealed" in str(behind_our_back(swap("verb, dossier, subject, data, actor, at")))
    assert "not those that were sealed" in str(behind_our_back(swap("xid, at")))
    figure("reorder: 2 of 2 found")


@transactional
def test_a_tail_of_events_dropped_under_their_seal_is_found(ids):
    problem = behind_our_back(sql("DELETE FROM trail.event WHERE id >= %s", ids[8]))
    assert "not those that were sealed" in str(problem)


@transactional
@pytest.mark.proof("trail")
def test_a_tail_dropped_together_with_its_seals_is_found_by_the_anchor(ids, figure):
    """Nothing inside a database can tell that its newest part is gone: the head is kept elsewhere."""
    anchor = seals.verify().head

    def tamper():
        owner.run("DELETE FROM trail.event WHERE id >= %s", ids[8])
        owner.run("DELETE FROM trail.seal WHERE number = (SELECT max(number) FROM trail.seal)")

    assert behind_our_back(tamper) is None
    assert "cut off" in str(behind_our_back(tamper, anchor))
    figure("drop the tail: found by the anchor, and without it where the seals stayed")


@transactional
def test_a_missing_seal_is_found(ids):
    for place in (
        "min(number)", "min(number) + 1", "max(number) - 1",
    ):  # fmt: skip
        problem = behind_our_back(sql(f"DELETE FROM trail.seal WHERE number = (SELECT {place} FROM trail.seal)"))
        assert "does not follow" in str(problem)


@transactional
def test_a_changed_seal_is_found(ids):
    for change in (
        "at = at + interval '1 second'", "hash = sha256('x')", "key_version = 99",
        "signature = decode(repeat('00', 64), 'hex')",
    ):  # fmt: skip
        last = "number = (SELECT max(number) FROM trail.seal)"
        problem = behind_our_back(sql(f"UPDATE trail.seal SET {change} WHERE {last}"))
        assert "not made by this installation" in str(problem)


@transactional
def test_a_seal_that_covers_something_else_is_found(ids):
    for change in (
        "root = sha256('x')", "n_events = n_events + 1", "to_xid = from_xid",
    ):  # fmt: skip
        last = "number = (SELECT max(number) FROM trail.seal)"
        problem = behind_our_back(sql(f"UPDATE trail.seal SET {change} WHERE {last}"))
        assert "not those that were sealed" in str(problem)


@transactional
def test_a_forged_seal_that_the_application_inserts_is_found(ids):
    """The application may insert a seal; only one with the installation's signature stands, and only as the next one."""
    seal = ("SELECT number + %s, to_xid, to_xid, 1, root, hash, at, 0, next_key, hash, signature FROM trail.seal"
            " ORDER BY number DESC LIMIT 1")  # fmt: skip

    def forge(step: int) -> None:
        owner.run(f"INSERT INTO trail.seal (number, from_xid, to_xid, n_events, root, previous, at, key_version, next_key,"
                  f" hash, signature) {seal}", step)  # fmt: skip

    with transaction.atomic(using="owner"):
        forge(1)
        assert "not those that were sealed" in str(seals.verify().problem)
        transaction.set_rollback(True, using="owner")
    for step in (0, -1, 2, 1_000_000):
        with pytest.raises(DatabaseError, match="come next"), transaction.atomic(using="owner"):
            forge(step)


@transactional
def test_the_command_seals_verifies_and_names_the_head(ids):
    said = StringIO()
    call_command("audit_verify", stdout=said)
    head = said.getvalue().split()[-1]
    call_command("audit_verify", "--from-anchor", head, stdout=said)
    with pytest.raises(CommandError, match="cut off"):
        call_command("audit_verify", "--from-anchor", f"1:{'0' * 64}", stdout=said)


@transactional
def test_an_event_of_a_transaction_that_still_runs_is_not_passed_over():
    """It began before the seal and commits after it: it comes under the next one."""
    sealed()
    began, go_on = threading.Event(), threading.Event()
    subject = uuid4()

    def slow():
        try:
            with transaction.atomic():
                trail.record("case.read", subject=subject)
                began.set()
                go_on.wait(10)
        finally:
            connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    began.wait(10)
    record(3)
    assert seals.seal() == 0, "nothing is sealed past a transaction that still runs"
    go_on.set()
    thread.join()
    sealed()
    (xid,) = owner.column("SELECT xid::text::bigint FROM trail.event WHERE subject = %s", subject)
    assert (
        len(
            owner.rows(
                "SELECT 1 FROM trail.seal WHERE %s >= from_xid::text::bigint AND %s < to_xid::text::bigint", xid, xid
            )
        )
        == 1
    )
    assert seals.verify().problem is None


@transactional
def test_many_writers_and_several_sealers_lose_and_double_nothing():
    sealed()
    (before,) = owner.column("SELECT coalesce(max(number), 0) FROM trail.seal")
    stop, counted = threading.Event(), []

    def write():
        try:
            for n in range(15):
                with transaction.atomic():
                    trail.record("case.read", n=n)
                    trail.record("case.listed", n=n)
        finally:
            connection.close()

    def keep_sealing():
        try:
            while not stop.is_set():
                counted.append(seals.seal())
        finally:
            connection.close()

    writers = [threading.Thread(target=write) for _ in range(4)]
    sealers = [threading.Thread(target=keep_sealing) for _ in range(2)]
    for thread in [*sealers, *writers]:
        thread.start()
    for thread in writers:
        thread.join()
    stop.set()
    for thread in sealers:
        thread.join()
    sealed()
    (total,) = owner.column("SELECT sum(n_events) FROM trail.seal WHERE number > %s", before)
    assert total == 4 * 15 * 2
    assert sum(counted) <= total
    assert seals.verify().problem is None


@transactional
def test_only_one_sealer_works_at_a_time():
    sealed()
    record(2)
    with transaction.atomic(using="owner"):
        owner.run("SELECT pg_advisory_xact_lock(%s)", seals.LOCK)
        assert seals.seal() == 0
    sealed()
    assert seals.seal() == 0, "nothing new, no empty seal"


@transactional
def test_the_task_seals():
    record(1)
    (before,) = owner.column("SELECT count(*) FROM trail.seal")
    for _ in range(300):
        tasks.seal()
        if owner.column("SELECT count(*) FROM trail.seal") > [before]:
            return
        time.sleep(0.1)
    raise AssertionError("the task sealed nothing")


def test_the_root_of_nothing_is_defined():
    assert merkle.root([]) == sha256(b"").digest()


def test_the_root_follows_rfc_6962():
    one, two, three = (bytes([n]) * 32 for n in range(3))

    def leaf(data: bytes) -> bytes:
        return sha256(b"\x00" + data).digest()

    def node(left: bytes, right: bytes) -> bytes:
        return sha256(b"\x01" + left + right).digest()

    assert merkle.root([one]) == leaf(one)
    assert merkle.root([one, two, three]) == node(node(leaf(one), leaf(two)), leaf(three))


def level_by_level(leaves: list[bytes]) -> bytes:
    """The same root by the other way: a whole level at a time, an odd node moving up unchanged."""
    level = [sha256(b"\x00" + leaf).digest() for leaf in leaves]
    while len(level) > 1:
        pairs = [sha256(b"\x01" + a + b).digest() for a, b in zip(level[::2], level[1::2], strict=False)]
        level = pairs + ([level[-1]] if len(level) % 2 else [])
    return level[0]


def test_leaf_by_leaf_and_level_by_level_give_the_same_root():
    leaves = [n.to_bytes(32, "big") for n in range(70)]
    for n in range(1, 71):
        assert merkle.root(leaves[:n]) == level_by_level(leaves[:n]), n


@given(st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=9), st.data())
def test_any_change_changes_the_root(leaves, data):
    at = data.draw(st.integers(0, len(leaves) - 1))
    changed = [*leaves[:at], sha256(leaves[at]).digest(), *leaves[at + 1 :]]
    shorter, longer = leaves[:at] + leaves[at + 1 :], [*leaves, leaves[-1]]
    assert len({merkle.root(found) for found in (leaves, changed, shorter, longer)}) == 4


def test_a_seal_binds_all_of_its_parts():
    """The hash of a seal is frozen: old seals must verify for ever."""
    at = seals.datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=seals.UTC)
    base: dict = {
        "number": 1,
        "previous": b"p" * 32,
        "root": b"r" * 32,
        "from_xid": 0,
        "to_xid": 9,
        "n_events": 2,
        "at": at,
    }
    hashes = {seals.Seal(**base).hash()}
    for change in ({"number": 2}, {"previous": b"q" * 32}, {"root": b"s" * 32}, {"from_xid": 1}, {"to_xid": 8},
                   {"n_events": 3}, {"at": at + timedelta(microseconds=1)}, {"next_key": b"k" * 32}):  # fmt: skip
        hashes.add(seals.Seal(**{**base, **change}).hash())
    assert len(hashes) == 9
    assert seals.Seal(**base).hash().hex() == "7b50ffe5266f32109d642631d38e7e1070b9d29b57a98ffbe172f9778a8d792b"
    moving = seals.Seal(**base, next_key=b"k" * 32)
    assert moving.hash().hex() == "f90ffc2ba0237f6cc2cade77ee6b1a15be825be059e6cc2c2701c035b8751cff"


def test_the_root_keys_cipher_and_the_sealing_key_are_two(db):
    ring = keyring()
    assert isinstance(ring.kek(ring.root.current), AESGCM)
    assert set(ring.root.keys.values()).isdisjoint(ring.seal.keys.values())
