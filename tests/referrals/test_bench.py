"""The bench works, and its floor shows what the product shows."""

import json

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection, connections

from cases import actions as cases
from cases.models import Case
from foundation.accounts.models import User
from foundation.audit import seals, trail
from foundation.dossiers import actions as dossiers
from foundation.dossiers import clerk
from foundation.dossiers.models import Kind
from referrals.bench import hooks, price, report, run, twins
from referrals.bench import world as bench_world
from referrals.bench.load import Loader
from referrals.bench.measure import Line, UnequalError, Visit, as_user, get, signed_in, unthrottled
from referrals.models import Referral

N = 110


@pytest.fixture
def empty(transactional_db, monkeypatch):
    """A database that holds nobody, as the command finds it, and a small world; without the floor afterwards."""
    monkeypatch.setattr(bench_world, "BRANCHES", 2)
    call_command("flush", database="owner", interactive=False, verbosity=0)
    dossiers.forget()
    clerk.forget()
    yield
    twins.drop_tables()


def test_the_whole_bench(tmp_path, capsys, empty):
    path = tmp_path / "bench.json"
    call_command("bench", cases=[N], rounds=2, json=str(path))
    table = capsys.readouterr().out
    found = json.loads(path.read_text())
    measured = {(r["what"], r["who"]) for r in found["results"]}
    pages = {(what, who) for what in ("day", "list", "case") for who in ("worker", "manager", "rare")}
    assert pages | {("list", "none"), ("partner read", "partner"), ("send", "focal point")} <= measured
    assert all(r["ratio"] > 0 and r["walled"]["median_ms"] > 0 for r in found["results"])
    assert next(r["n_rows"] for r in found["results"] if (r["what"], r["who"]) == ("list", "rare")) == 3
    budgets = [v for v in found["verdicts"] if v["unit"] == "statements"]
    assert len(budgets) == len(report.BUDGET)
    assert [v["what"] for v in budgets if not v["is_met"]] == []
    assert "walls ms" in table
    assert _schemas() == []


def test_each_wall_is_priced_alone_and_stands_again(capsys, empty):
    before = price._walled()
    call_command("bench", cases=[N], rounds=1, walls=True)
    lines = capsys.readouterr().out.splitlines()[1:]
    assert len(lines) == len(price.WALLS) * 5
    for wall in price.WALLS:
        assert sum(f" {wall} " in line for line in lines) == 5
    assert len(before) > 20
    assert price._walled() == before, "policies are in force again"
    assert trail.record.__module__ == "foundation.audit.trail", "the trail is written again"


def test_what_asking_for_a_ground_costs_is_measured_beside_a_row_by_its_key(capsys, empty):
    call_command("bench", covers=N)
    lines = capsys.readouterr().out.splitlines()
    assert "1 query each" in lines[0]
    assert lines[1].startswith("covers: median")
    assert "ratio" in lines[2]
    assert _unforced() == []


@pytest.mark.django_db(transaction=True)
def test_a_long_trail_is_written_sealed_verified_and_one_false_event_found(capsys):
    call_command("bench", trail=2_300)
    wrote, verified, control = capsys.readouterr().out.splitlines()
    assert "2,300 events" in wrote
    assert "events a second" in verified
    assert "was altered" in control
    assert seals.verify().problem is None, "what was falsified is undone"


def test_what_was_loaded_is_real(empty):
    twins.make_tables()
    world = bench_world.build()
    run.know(world)
    Loader(world, N).grow(N)
    worker = User.objects.get(pk=world.people["worker"].pk)
    with as_user(worker):
        seen = Case.objects.newest(worker, Kind.CASE, 100)
        assert {case.unit_id for case in seen} == set(world.scope_units["worker"])
        own = next(case for case in seen if case.owner_id == worker.pk)
        assert own.person.name.startswith(own.person.alias), "opens with the folder's key"
        assert own.concern.summary
        assert cases.add_note(own, by=worker, text="Called back").text == "Called back"
    with as_user(world.people["none"]):
        assert not Case.objects.exists()
        assert not Referral.objects.exists()
    seals.seal()
    assert seals.verify().problem is None
    assert _unforced() == []
    _refuses_another_floor(world)


def _refuses_another_floor(world):
    manager = world.people["manager"]
    twins.PLACES[manager.pk] = world.scope_units["worker"]
    with unthrottled(), pytest.raises(UnequalError, match="different pages"):
        Visit(Line(N, "list", "manager"), signed_in(manager), get("/cases/")).begin(1)


def test_a_database_in_use_is_left_alone(empty):
    User.objects.create_user("a@b.example", "Somebody")
    with pytest.raises(CommandError, match="in use"):
        call_command("bench", cases=[N])
    assert _schemas() == []


def _schemas():
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT nspname FROM pg_namespace WHERE nspname = 'floor'")
        return cursor.fetchall()


def _unforced():
    """Tables of ours with policies that do not bind their owner: but for keys, which a trigger destroys, and figures, which a
    function adds to."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relrowsecurity AND NOT relforcerowsecurity"
            " AND relname NOT IN ('dossiers_dossierkey', 'riskanalysis_tally') AND relname NOT LIKE ALL (%s)",
            [["oauth2_provider_%", "guardian_%"]],
        )
        return cursor.fetchall()


def test_the_ladder_is_measured_where_nothing_is_due_and_where_everything_is(capsys, empty, monkeypatch):
    for name, value in {"CASES": 60, "ROUNDS": 2, "SWEEPS": 2}.items():
        monkeypatch.setattr(f"referrals.bench.ladder.{name}", value)
    monkeypatch.setattr("foundation.dossiers.ladder.SWEEP", 20)
    call_command("bench", ladder=200)
    said = capsys.readouterr().out
    assert "none due: a sweep takes" in said
    assert "due at once: 20 reminders" in said


def test_the_directory_is_measured_against_the_floor_and_against_a_small_one(capsys, empty, monkeypatch):
    monkeypatch.setattr("referrals.bench.services.CASES", 60)
    call_command("bench", directory=3000, rounds=1)
    said = capsys.readouterr().out
    assert [line for line in said.splitlines() if line.startswith("suggested: 3,100 services / 100: ")]
    assert " directory " in said


def test_messages_to_others_are_measured_beside_a_dead_and_a_slow_endpoint(capsys, empty, monkeypatch):
    monkeypatch.setattr(hooks, "SLOW", 1.2)
    call_command("bench", webhooks=120)
    without, with_two, ratio = capsys.readouterr().out.splitlines()
    for line in (without, with_two):
        assert "108 messages to 18 others, late by p50" in line
    assert "with / without p50" in ratio
