"""New keys for the folders themselves: everything in them opens at each step, and in the end only under the new key."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.db import OperationalError, connections, transaction
from django.utils import timezone

from cases.models import Concern
from foundation.core.acting import acting
from foundation.custody import files as custody_files
from foundation.custody import rewrapping, rotating, sealed
from foundation.custody.keeper import as_keeper
from foundation.custody.models import Rotation
from foundation.dossiers import actions as dossiers
from foundation.dossiers.models import Dossier, open_keys
from foundation.dossiers.models.key import keys_of
from foundation.files.models import Attachment
from foundation.files.store import store
from foundation.vault import models as vault
from foundation.vault.crypto import VaultError
from foundation.vault.models import OrganisationKey
from tests import factories
from tests.custody import world as worlds
from tests.custody.test_start import environment

BUSY = 15.0
"""Seconds of the test under load."""

pytestmark = [pytest.mark.proof("crypto"), pytest.mark.django_db(transaction=True, databases=["default", "owner"])]


@pytest.fixture
def world(transactional_db, keyring_file, settings):
    settings.KEY_GRACE = 0
    return worlds.make(settings)


def versions() -> list[tuple]:
    return worlds.owner("SELECT version, count(*) FROM dossiers_dossierkey GROUP BY 1 ORDER BY 1")


def token_versions() -> set[int]:
    found = set()
    for table in sealed.tables():
        for column in table.columns:
            with as_keeper() as cursor:
                cursor.execute(f'SELECT DISTINCT substring("{column}" FROM 3 FOR 4) FROM "{table.name}"')
                found |= {int.from_bytes(bytes(row[0]), "big") for row in cursor.fetchall() if row[0] is not None}
    return found


def rotate(**options) -> None:
    call_command("rotate_dossiers", **options)


def test_every_field_and_every_file_is_sealed_anew_and_the_old_keys_are_gone(world):
    before, n, content = worlds.facts(world), worlds.read_all(world), worlds.file_of(world)
    blobs = set(store().names())
    assert content == worlds.CONTENT
    rotate(batch=1)
    assert (versions(), token_versions()) == (
        [(2, worlds.owner("SELECT count(*) FROM dossiers_dossierkey")[0][0])],
        {2},
    )
    assert (worlds.facts(world), worlds.read_all(world), worlds.file_of(world)) == (before, n, content)
    with as_keeper():
        assert set(Attachment.objects.using("owner").values_list("key_version", flat=True)) == {2}
    assert len(set(store().names()) - blobs) == 2, "both files lie there in a new form"
    rotation = Rotation.objects.get()
    assert rotation.ended_at
    assert rotation.n_rows > 5


def test_a_second_rotation_is_another_one(world):
    rotate()
    rotate()
    assert [version for version, _n in versions()] == [3]
    assert Rotation.objects.count() == 2
    assert worlds.read_all(world) > 20


def test_erased_folders_get_no_key(world):
    """Whatever the rotation has seen before: the key that it drew goes with the others (HS-06, scenario 20)."""
    rotation = rotating.begun(timezone.now(), None)
    folders = [world.case.dossier_id]
    assert rotating._draw(rotation, folders) == 1
    with acting(world.person("caseworker").pk), transaction.atomic():
        dossiers.erase(Dossier.objects.get(pk=world.case.dossier_id))
    assert worlds.owner("SELECT 1 FROM dossiers_dossierkey WHERE dossier_id = %s", folders[0]) == []
    assert rotating._draw(rotation, folders) == 0
    rotate()
    assert worlds.owner("SELECT 1 FROM dossiers_dossierkey WHERE dossier_id = %s", folders[0]) == []


def test_an_erasure_waits_for_the_key_that_is_being_drawn(world):
    """Otherwise it would destroy the old key and not see the new one."""
    with as_keeper() as cursor:
        cursor.execute(rotating._LOCK, [[world.case.dossier_id]])
        with acting(world.person("caseworker").pk), transaction.atomic(), connections["default"].cursor() as app:
            app.execute("SET LOCAL lock_timeout = '200ms'")
            with pytest.raises(OperationalError, match="lock timeout"):
                app.execute("UPDATE dossiers_dossier SET erased_at = now() WHERE id = %s", [world.case.dossier_id])
            transaction.set_rollback(True)


def test_a_folder_that_somebody_holds_is_left_for_the_next_run(world):
    with transaction.atomic(), acting(world.person("caseworker").pk):
        Dossier.objects.select_for_update(of=("self",)).get(pk=world.case.dossier_id)
        rotation = rotating.begun(timezone.now(), None)
        assert rotating._draw(rotation, [world.case.dossier_id]) == 0
    rotate()
    assert [version for version, _n in versions()] == [2]


def test_only_old_keys_and_only_one_organisation_if_so_asked(world):
    rotate(older_than=1)
    assert [version for version, _n in versions()] == [1]
    partner = world.house.partners["Quayside Legal Clinic"].pk
    rotate(organisation=partner)
    assert dict(versions())[2] == 1
    assert worlds.read_all(world) > 20


def test_a_dry_run_counts_and_changes_nothing(world, capsys):
    n = worlds.owner("SELECT count(*) FROM dossiers_dossierkey")[0][0]
    rotate(dry_run=True)
    assert f"{n} folders would get a new key; 0 are in the middle" in capsys.readouterr().out
    assert versions() == [(1, n)]
    assert not Rotation.objects.exists()


@pytest.mark.parametrize("step", ["_draw", "_ciphers", "_some_rows", "reseal_files", "_drop"])
def test_wherever_it_is_interrupted_everything_opens_and_the_next_run_goes_on(world, monkeypatch, step):
    before, n = worlds.facts(world), worlds.read_all(world)
    real, left = getattr(rotating, step), iter("12")

    def short(*args):
        result = real(*args)
        if next(left, None) is None:
            raise KeyboardInterrupt
        return result

    monkeypatch.setattr(rotating, step, short)
    with pytest.raises(KeyboardInterrupt):
        rotate(batch=1)
    monkeypatch.undo()
    assert (worlds.facts(world), worlds.read_all(world), worlds.file_of(world)) == (before, n, worlds.CONTENT)
    with acting(world.person("caseworker").pk), transaction.atomic():
        concern = Concern.objects.get(pk=world.case.concern_id)
        concern.save()
    rotate()
    assert Rotation.objects.count() == 1, "the same rotation was taken up again"
    assert (token_versions(), len(versions())) == ({2}, 1)
    assert (worlds.facts(world), worlds.read_all(world), worlds.file_of(world)) == (before, n, worlds.CONTENT)


def test_a_replaced_key_is_kept_for_whoever_still_writes_with_it(world, settings):
    """A task may read the key in one transaction and write in another: twice its longest time is waited."""
    settings.KEY_GRACE = 600
    with acting(world.person("caseworker").pk), transaction.atomic():
        concern = Concern.objects.get(pk=world.case.concern_id)
        old = concern.cipher()
    rotate(no_wait=True)
    assert len(versions()) == 2
    with acting(world.person("caseworker").pk), transaction.atomic():
        token = old.seal("cases_concern", "summary", concern.pk, b"late")
        Concern.objects.filter(pk=concern.pk).update(summary=worlds.Token(token))
    settings.KEY_GRACE = 0
    rotate(no_wait=True)
    assert (token_versions(), len(versions())) == ({2}, 1)
    with acting(world.person("caseworker").pk), transaction.atomic():
        assert Concern.objects.get(pk=concern.pk).summary == "late"


def test_a_damaged_row_stays_with_its_old_key_and_is_counted(world):
    with acting(world.person("caseworker").pk), transaction.atomic():
        token = bytes(Concern.objects.get(pk=world.case.concern_id).__dict__["summary"])
        spoilt = token[:-1] + bytes([token[-1] ^ 1])
        Concern.objects.filter(pk=world.case.concern_id).update(summary=worlds.Token(spoilt))
    with pytest.raises(CommandError, match="1 rows do not open"):
        rotate()
    assert [n for version, n in versions() if version == 1] == [1]
    assert Rotation.objects.get().ended_at
    with acting(world.person("caseworker").pk), transaction.atomic():
        Concern.objects.filter(pk=world.case.concern_id).update(summary=worlds.Token(token))
        assert Concern.objects.get(pk=world.case.concern_id).summary == factories.WORDS, "repaired from a backup"


def test_a_damaged_file_stays_with_its_old_key(world, monkeypatch):
    def spoilt(*args):
        raise VaultError("file chunk")

    monkeypatch.setattr(custody_files.streams, "unseal", spoilt)
    with pytest.raises(CommandError, match="2 rows do not open"):
        rotate()
    monkeypatch.undo()
    assert worlds.file_of(world) == worlds.CONTENT


def test_a_file_that_was_checked_meanwhile_is_not_overwritten(world):
    """Its row moved on: the content that was sealed anew is thrown away, not the new one."""
    waiting = world.files[1]
    rotation = rotating.begun(timezone.now(), None)
    rotating._draw(rotation, [world.case.dossier_id])
    known = rotating._ciphers([world.case.dossier_id])
    stale = next(row for row in custody_files._old_rows(known) if row.pk == waiting.pk)
    n = len(list(store().names()))
    with as_keeper():
        Attachment.objects.using("owner").filter(pk=waiting.pk).update(state="refused", blob="")
    assert custody_files._reseal(stale, known[world.case.dossier_id]) == []
    assert len(list(store().names())) == n


@pytest.mark.parametrize("jump", [timedelta(days=-400), timedelta(days=400)])
def test_a_clock_that_jumps_makes_it_neither_repeat_nor_lose_anything(world, jump):
    """The keys name the rotation that made them; times only choose which folders are old."""
    rotation = rotating.begun(timezone.now(), None)
    Rotation.objects.filter(pk=rotation.pk).update(made_before=timezone.now() + jump)
    rotation.refresh_from_db()
    rotating.rotate(rotation, 10, lambda words: None)
    assert rotation.ended_at
    assert [version for version, _n in versions()] == [2 if jump > timedelta(0) else 1]
    assert worlds.read_all(world) > 20


def test_folders_of_an_organisation_that_was_cut_off_are_left_alone(world):
    partner = OrganisationKey.objects.get(organisation_id=world.house.partners["Quayside Legal Clinic"].pk)
    OrganisationKey.objects.filter(pk=partner.pk).update(wrapped=b"", destroyed_at=timezone.now())
    rotate()
    assert worlds.owner("SELECT version FROM dossiers_dossierkey WHERE organisation_key_id = %s", partner.pk) == [(1,)]
    assert Rotation.objects.get().ended_at


def test_every_table_with_encrypted_columns_is_known():
    from foundation.vault.fields import REGISTER

    assert {(table.name, column) for table in sealed.tables() for column in table.columns} == REGISTER


# --- a reader in the middle of it


def read_slowly(world, begun: threading.Event, order: str, found: list[str]) -> None:
    """One transaction that reads the key and the row apart, with time between them for a whole exchange."""
    vault._opened.cache_clear()
    with acting(world.person("caseworker").pk), transaction.atomic():
        steps = {
            "key": lambda: keys_of(world.case.dossier_id),
            "row": lambda: Concern.objects.get(pk=world.case.concern_id).__dict__["summary"],
        }
        got = {}
        for step in order.split(" then "):
            got[step] = steps[step]()
            begun.set()
            time.sleep(1.5)
        plain = open_keys(world.case.dossier_id, got["key"]).open(
            "cases_concern", "summary", world.case.concern_id, bytes(got["row"])
        )
        found.append(plain.decode())
    connections.close_all()


@pytest.mark.parametrize("order", ["key then row", "row then key"])
@pytest.mark.parametrize("exchange", ["folders", "organisations"])
def test_a_transaction_that_reads_key_and_row_apart_opens_them_all_the_same(world, order, exchange):
    """Each step of an exchange waits for the transactions that began before it."""
    begun, found = threading.Event(), list[str]()
    reader = threading.Thread(target=read_slowly, args=(world, begun, order, found))
    reader.start()
    assert begun.wait(10)
    if exchange == "folders":
        rotate()
    else:
        call_command("rewrap_keys", new_organisation_key=["all"])
    reader.join()
    assert found == [factories.WORDS]


# --- under load


def start_load(kind: str, stop: Path, keyring: Path) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.custody.load", kind, str(stop)], cwd=django_settings.BASE_DIR,
        env=environment(keyring), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def wait_for(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + 120
    while not is_so() and time.monotonic() < until:
        time.sleep(0.05)


def exchange_everything() -> None:
    rewrapping.new_root()
    rewrapping.rewrap(5, lambda words: None)
    assert len(rewrapping.drop_old_roots()) == 1
    call_command("rewrap_keys", new_organisation_key=["all"], batch=5)
    call_command("rotate_dossiers", batch=4)


def test_nobody_notices_that_all_keys_are_exchanged(world, keyring_file, tmp_path, figure):
    """Two processes read and one writes, as the application's role, while root, organisations and folders get new keys."""
    with transaction.atomic():
        for _ in range(12):
            factories.case(world.house)
    stop = tmp_path / "stop"
    workers = [start_load(kind, stop, keyring_file) for kind in ("readers", "readers", "writers")]
    n_rounds = 0
    try:
        wait_for(lambda: len(list(tmp_path.glob("*.ready"))) == len(workers))
        until = time.monotonic() + BUSY
        while time.monotonic() < until or not n_rounds:
            exchange_everything()
            n_rounds += 1
    finally:
        stop.touch()
        said = [worker.communicate(timeout=60) for worker in workers]
    found = [json.loads(out) for out, _err in said if out.strip()]
    assert len(found) == 3, [err[-1000:] for _out, err in said]
    failed = [problem for result in found for problem in result["failed"]]
    assert failed == [], sorted(set(failed))[:10]
    n_reads, n_writes = found[0]["n"] + found[1]["n"], found[2]["n"]
    assert n_reads > 12, found
    assert n_writes > 4
    vault._opened.cache_clear()
    assert worlds.read_all(world) > 100
    n = worlds.owner("SELECT count(DISTINCT dossier_id) FROM dossiers_dossierkey")[0][0]
    figure(
        f"root key, organisation keys and {n} folder keys exchanged {n_rounds} times under {n_reads} page reads"
        f" and {n_writes} writes of other processes: 0 failed"
    )
