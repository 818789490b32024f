"""The trail in months: made ahead, never missed, taken out after their time, and whole to whoever verifies."""

import threading
from datetime import UTC, datetime, timedelta
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import DatabaseError, connection, transaction

from foundation.audit import keeping, seals, tasks, trail
from tests.audit import owner
from tests.audit.acts import record, sealed

pytestmark = pytest.mark.django_db(transaction=True)
OLD = datetime(2020, 3, 15, 12, tzinfo=UTC)


def months() -> list[str]:
    """The partitions, by name."""
    return owner.column(
        "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
        " WHERE i.inhparent = 'trail.event'::regclass ORDER BY c.relname"
    )


def place_of(pk: int) -> str:
    """The partition in which an event lies."""
    (name,) = owner.column("SELECT tableoid::regclass::text FROM trail.event WHERE id = %s", pk)
    return name.removeprefix("trail.")


def event(at: datetime) -> int:
    """An event as a clock at this time would have made it; returns its number."""
    (pk,) = owner.column("INSERT INTO trail.event (verb, at, subject) VALUES ('case.read', %s, %s) RETURNING id",
                         at, uuid4())  # fmt: skip
    return pk


def name(at: datetime) -> str:
    return f"event_{at:%Y_%m}"


def shifted(n: int) -> datetime:
    """The 15th, so many months from now."""
    now = datetime.now(UTC)
    years, month = divmod(now.year * 12 + now.month - 1 + n, 12)
    return datetime(years, month + 1, 15, tzinfo=UTC)


def test_this_month_and_the_next_three_are_there():
    tasks.months()
    assert {name(shifted(n)) for n in range(4)} <= set(months())
    assert keeping.keep_months() == 0, "a second time there is nothing to do"
    record(1)
    (pk,) = owner.column("SELECT max(id) FROM trail.event")
    assert place_of(pk) == name(datetime.now(UTC))


def test_the_application_makes_months_and_has_no_right_on_any():
    """Default privileges would have given it DELETE on every new partition (walls.md, trap 7)."""
    connection.ensure_connection()
    for table in [*months(), "event_other", "monthly", "kept_leaf", "start", "seal", "event"]:
        rights = owner.rows(
            "SELECT has_table_privilege('amparo_app', %s, 'SELECT'), has_table_privilege('amparo_app', %s, 'INSERT'),"
            " has_table_privilege('amparo_app', %s, 'UPDATE'), has_table_privilege('amparo_app', %s, 'DELETE'),"
            " has_table_privilege('amparo_app', %s, 'TRUNCATE')", *[f"trail.{table}"] * 5,
        )[0]  # fmt: skip
        assert rights == (False, table in ("seal", "start"), False, False, False), table
    for call in ("trail.make_month(now())", "trail.prune(now())", "trail.take_over('x', now(), now())"):
        with (
            pytest.raises(DatabaseError, match="permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"SELECT {call}")


def test_not_even_the_owner_changes_a_partition_directly():
    record(1)
    sealed()
    for table in (name(datetime.now(UTC)), "event_other"):
        with transaction.atomic(using="owner"):
            event(OLD)
            for statement in ("UPDATE trail.{} SET verb = 'x'", "DELETE FROM trail.{}", "TRUNCATE trail.{}"):
                with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(using="owner"):
                    owner.run(statement.format(table))
            transaction.set_rollback(True, using="owner")


def test_an_event_whose_month_is_missing_is_written_all_the_same():
    """A sweep that never ran, a clock that jumps: an insert never fails for a partition."""
    sealed()
    for at in (datetime(1999, 1, 1, tzinfo=UTC), shifted(30), datetime(2200, 5, 5, tzinfo=UTC)):
        assert place_of(event(at)) == "event_other"
    sealed()
    assert seals.verify().problem is None


def test_a_month_that_is_made_late_takes_its_events_over():
    """They are copied with their hashes into their month; nothing else moves, and the trail verifies."""
    late, other = shifted(8), shifted(40)
    mine, others = [event(late) for _ in range(3)], event(other)
    sealed()
    leaves = owner.rows("SELECT id, leaf FROM trail.event ORDER BY id")
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT trail.keep_months(12)")
        transaction.set_rollback(True)
    owner.run("SELECT trail.make_month(%s)", late)
    assert {place_of(pk) for pk in mine} == {name(late)}
    assert place_of(others) == "event_other"
    assert [(pk, bytes(leaf)) for pk, leaf in owner.rows("SELECT id, leaf FROM trail.event ORDER BY id")] == [
        (pk, bytes(leaf)) for pk, leaf in leaves
    ]
    assert seals.verify().problem is None
    for table in (name(late), "event_other"):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(using="owner"):
            owner.run(f"DELETE FROM trail.{table}")
    assert place_of(event(late)) == name(late)


def test_making_months_stops_nobody_who_writes():
    """A transaction that has written an event and goes on does not stand in the way of the months to come."""
    with transaction.atomic():
        trail.record("case.read")
        outcome: list[object] = []

        def make():
            try:
                owner_made = owner.column("SELECT trail.make_month(%s)", shifted(20))
                outcome.append(owner_made)
            except DatabaseError as problem:
                outcome.append(problem)
            finally:
                from django.db import connections

                connections.close_all()

        thread = threading.Thread(target=make)
        thread.start()
        thread.join(10)
        assert outcome == [[True]]
    sealed()
    assert seals.verify().problem is None


@pytest.fixture
def aged(settings):
    """Two months of 2020 with sealed events; one transaction wrote at the end of the first and in the second."""
    settings.AUDIT_MONTHS = 24
    sealed()
    keeping.prune()
    for at in (OLD, OLD + timedelta(days=31)):
        owner.run("SELECT trail.make_month(%s)", at)
    with owner.clock_at(OLD):
        with transaction.atomic(using="owner"):
            for at in (OLD, OLD + timedelta(days=1), OLD + timedelta(days=31)):
                event(at)
        sealed()
        event(OLD + timedelta(days=32))
        sealed()
    record(2)
    sealed()


def prune(*arguments: str) -> str:
    out = StringIO()
    call_command("audit_prune", *arguments, stdout=out)
    return out.getvalue()


def test_nothing_is_taken_out_without_the_word(aged):
    before = months()
    said = prune()
    assert "Would be taken out" in said
    assert "2 months" in said
    assert "4 events" in said
    assert months() == before


def test_what_is_past_its_time_goes_and_the_rest_verifies(aged):
    """Retention (domain.md §4.3): 24 months, then figures. Seals, their chain and their signatures stay."""
    head, n_seals = seals.verify().head, seals.verify().n_seals
    said = prune("--yes")
    assert "2 months" in said
    assert not {name(OLD), name(OLD + timedelta(days=31))} & set(months())
    found = seals.verify(anchor=head)
    assert found.problem is None, "an anchor of before still holds"
    sealed()
    assert seals.verify(anchor=head).n_seals > n_seals
    assert any("Pruned until" in remark for remark in found.remarks)
    figures = (
        "SELECT month::text, verb, n FROM trail.monthly WHERE pruned_at = (SELECT max(pruned_at) FROM trail.monthly)"
    )
    assert sorted(owner.rows(figures)) == [("2020-03-01", "case.read", 2), ("2020-04-01", "case.read", 2)]
    recorded = owner.rows("SELECT actor, data->>'n_events' FROM trail.event WHERE verb = 'trail.pruned' ORDER BY id")
    assert recorded[-1] == (keeping.ARCHIVIST.pk, "4")
    assert keeping.prune().n_months == 0


def test_a_seal_that_reaches_into_a_kept_month_is_still_recomputed(aged, settings, monkeypatch):
    """Its leaves stay, without the events: an altered event of the kept month below the same seal is found."""
    (before,) = owner.column("SELECT count(*) FROM trail.kept_leaf")
    monkeypatch.setattr(keeping, "limit", lambda: datetime(2020, 4, 1, tzinfo=UTC))
    prune("--yes")
    assert name(OLD) not in months()
    assert name(OLD + timedelta(days=31)) in months()
    assert owner.column("SELECT count(*) FROM trail.kept_leaf") == [before + 2]
    assert seals.verify().problem is None
    with owner.undone():
        owner.run("DELETE FROM trail.kept_leaf WHERE id = (SELECT max(id) FROM trail.kept_leaf)")
        assert "not those that were sealed" in str(seals.verify().problem)
    monkeypatch.undo()
    prune("--yes")
    assert owner.column("SELECT count(*) FROM trail.kept_leaf") == [before + 3]
    assert seals.verify().problem is None


def test_a_claim_of_pruning_covers_nothing_that_is_young(aged):
    """Whoever deletes events cannot say that their time was over: the seals' own signed times speak."""
    prune("--yes")
    with owner.undone():
        owner.run("DELETE FROM trail.event WHERE at > now() - interval '1 day' AND verb = 'case.read'")
        owner.run("INSERT INTO trail.event (id, verb, data, leaf) VALUES (9999999, 'trail.pruned', %s, '')",
                  '{"until": "2999-01-01T00:00:00+00:00", "months": 0, "last_seal": 999999}')  # fmt: skip
        owner.run("UPDATE trail.event e SET leaf = sha256(convert_to(trail.canonical(e), 'UTF8')) WHERE leaf = ''")
        assert "not those that were sealed" in str(seals.verify().problem)
    with owner.undone():
        owner.run("DELETE FROM trail.monthly")
        assert "not those that were sealed" in str(seals.verify().problem), "no figures, no pruning"


def test_a_trail_that_does_not_hold_is_not_pruned(aged, monkeypatch):
    broken = seals.Finding(0, 0, 0, "event 5 was altered", "")
    monkeypatch.setattr(seals, "verify", lambda alias: broken)
    before = months()
    with pytest.raises(CommandError, match="event 5 was altered"):
        prune("--yes")
    assert months() == before


def test_what_is_not_sealed_yet_is_not_pruned(settings):
    owner.run("SELECT trail.make_month(%s)", OLD)
    sealed()
    event(OLD)
    with pytest.raises(DatabaseError, match="not sealed yet"), transaction.atomic(using="owner"):
        owner.run("SELECT trail.prune('2021-01-01')")
    sealed()
    assert name(OLD) in months()


def test_retention_ends_at_the_beginning_of_a_month(settings):
    settings.AUDIT_MONTHS = 24
    until = keeping.limit()
    now = datetime.now(UTC)
    assert until == datetime(now.year - 2, now.month, 1, tzinfo=UTC)
    assert keeping.limit(1).month == (now.month - 2) % 12 + 1
    assert keeping.limit(0) == datetime(now.year, now.month, 1, tzinfo=UTC)
