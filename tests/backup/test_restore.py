"""A restore that cannot be right is refused in words and leaves nothing; one that was killed can be run again."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.db import transaction

from config.state import CHECKOUT, new_keyring
from foundation.dossiers.ledger import Ledger
from tests import factories
from tests.backup.conftest import bring_ledger, in_order

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.proof("restore"), pytest.mark.slow]


def test_what_cannot_be_right_is_refused_and_nothing_is_left(installation, vaults, elsewhere, figure):
    ledger = Path(elsewhere.environment["AMPARO_LEDGER"])
    keyring = Path(elsewhere.environment["AMPARO_KEYRING"])
    own = keyring.read_text()
    vaults.back_up()
    first = vaults.archives
    refused = []

    def said(*more, **options) -> str:
        done = vaults.restore(elsewhere, *more, **options)
        assert done.returncode == 1, done.stdout + done.stderr
        assert "Nothing was brought back" in done.stderr
        assert elsewhere.tables == 0, "the database is as empty as before"
        assert keyring.read_text() == own, "the keyring is the one that was there"
        refused.append(done.stderr)
        return done.stderr

    assert "not where it should be" in said()
    assert not ledger.exists(), "a ledger is not made by the way"
    Ledger(ledger).create()
    assert "belongs to another installation" in said()
    ledger.unlink()
    bring_ledger(elsewhere)
    ledger.write_bytes(ledger.read_bytes().replace(b"ledger", b"ledgex"))
    assert "was changed or damaged" in said()
    ledger.unlink()
    bring_ledger(elsewhere)

    with transaction.atomic():  # a folder that the older keys do not know: keys made at the same moment, but before it
        factories.case(installation)
    vaults.back_up()
    forged = forge_time(vaults, first[1])
    assert "have no key and are not erased" in said(archives=(vaults.archives[0], forged))

    wrong = forge_keyring(vaults, first[1])
    assert "do not open what came back" in said(archives=(first[0], wrong))

    figure(f"{len(refused)} wrong restores refused in words, nothing left of any")


def forge_time(vaults, keys: Path) -> Path:
    """The same archive of keys, said to be of a later time."""
    return reseal(vaults, keys, lambda manifest: {**manifest, "made_at": "2036-01-01T00:00:00+00:00"})


def forge_keyring(vaults, keys: Path) -> Path:
    """The same archive with another keyring in it."""
    return reseal(vaults, keys, lambda manifest: manifest, keyring=json.dumps(new_keyring()).encode())


def reseal(vaults, path: Path, change, keyring: bytes = b"") -> Path:
    import pyrage

    from foundation.backup import age, archive
    from foundation.backup.manifest import Manifest

    by = age.identities([vaults.identity])
    streams: dict[str, bytes] = {}
    found = archive.read(path, by, lambda name, part: streams.update({name: streams.get(name, b"") + part}))
    if keyring:
        streams["keyring"] = keyring
    told = change(json.loads(found.encode()))
    made = [archive.Stream(name, [content]) for name, content in streams.items()]
    to = [pyrage.x25519.Identity.from_str(vaults.identity.read_text().splitlines()[-1]).to_public()]
    target = path.with_name(f"forged-{time.monotonic_ns()}.age")
    return age.seal(archive.packed(made, lambda: Manifest(**told)), target, to).path


def test_a_database_that_holds_anything_is_not_touched(installation, vaults, elsewhere):
    vaults.back_up()
    bring_ledger(elsewhere)
    in_order(vaults.restore(elsewhere))
    before = elsewhere.rows("SELECT count(*) FROM cases_case")
    again = vaults.restore(elsewhere)
    assert again.returncode == 1
    assert "the database is not empty" in again.stderr
    assert elsewhere.rows("SELECT count(*) FROM cases_case") == before


def test_until_a_restore_has_ended_nothing_starts_and_one_that_was_killed_can_be_run_again(
    installation, vaults, elsewhere, figure
):
    vaults.back_up()
    bring_ledger(elsewhere)
    kill_when_the_data_is_there(vaults, elsewhere)
    assert elsewhere.rows("SELECT to_regclass('amparo_restoring') IS NOT NULL") == [(True,)]
    assert elsewhere.rows("SELECT count(*) > 0 FROM dossiers_dossier") == [(True,)], "the data is there"
    assert elsewhere.rows("SELECT count(*) FROM dossiers_dossierkey") == [(0,)], (
        "no key is, while the ledger is not applied"
    )
    starts = {
        "web": [sys.executable, "-m", "gunicorn", "config.wsgi", "--bind=127.0.0.1:0", "--no-control-socket"],
        "worker": [sys.executable, "-m", "celery", "-A", "config", "worker", "--pool=solo"],
        "prepare": [sys.executable, str(CHECKOUT / "manage.py"), "prepare"],
    }
    for name, command in starts.items():
        done = subprocess.run(
            command, env=elsewhere.environment, capture_output=True, text=True, timeout=120, cwd=CHECKOUT, check=False
        )
        assert done.returncode != 0, name
        assert "was begun and has not ended" in done.stdout + done.stderr, name
    in_order(vaults.restore(elsewhere))
    in_order(elsewhere.run("prepare"))
    figure(f"killed in the middle: {', '.join(starts)} refuse to start; the same command brings it to its end")


def kill_when_the_data_is_there(vaults, elsewhere) -> None:
    command = ["restore", *map(str, vaults.archives), "--identity", str(vaults.identity)]
    process = subprocess.Popen(
        [sys.executable, CHECKOUT / "manage.py", *command],
        env={**elsewhere.environment, "PYTHONUNBUFFERED": "1"}, stdout=subprocess.PIPE, text=True, cwd=CHECKOUT,
    )  # fmt: skip
    for line in process.stdout:
        if "rows and" in line:
            break
    process.kill()
    process.wait()


def test_a_ledger_that_is_lost_for_good_comes_out_of_the_archive_when_it_is_asked_for(installation, vaults, elsewhere):
    vaults.back_up()
    ledger = Path(elsewhere.environment["AMPARO_LEDGER"])
    in_order(vaults.restore(elsewhere, "--ledger-of-archive"))
    assert ledger.read_bytes() == Ledger.of_installation().path.read_bytes()
    assert os.stat(ledger).st_mode & 0o777 == 0o600


def test_keys_of_a_later_backup_open_older_data_and_what_was_erased_between_is_gone(installation, vaults, elsewhere):
    """Keys are kept for a shorter time than data (HS-23): the newest keys must do for every older archive of data."""
    from tests.backup.test_drill import erase

    with transaction.atomic():
        gone = factories.case(installation)
    vaults.back_up()
    older = vaults.archives[0]
    erase(installation, gone)
    with transaction.atomic():
        factories.case(installation)
    time.sleep(1.1)  # archives are named by the second
    vaults.back_up()
    bring_ledger(elsewhere)
    told = in_order(vaults.restore(elsewhere, archives=(older, vaults.archives[1])))
    assert "1 erased folders stay erased" in told
    assert elsewhere.look({"cases": [str(gone.pk)]})["aliases"] == {str(gone.pk): "nothing there"}


def test_one_machine_restores_with_servers_of_its_own(installation, vaults, tmp_path_factory):
    """``manage.py restore`` without a database starts one in an empty state directory; the next start finds all."""
    import shutil
    import tempfile

    from config.state import State, service_account

    vaults.back_up()
    path = Path(tempfile.mkdtemp(prefix="amparo-test-"))
    try:
        path.chmod(0o755)
        state = State(path / "state", service_account())
        state.ledger.parent.mkdir(parents=True)
        shutil.copy(Ledger.of_installation().path, state.ledger)
        clean = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        done = subprocess.run(
            [sys.executable, CHECKOUT / "manage.py", "restore", *vaults.archives, "--identity", vaults.identity],
            env={**clean, "AMPARO_STATE": str(state.path)}, capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
        assert "restored:" in in_order(done)
        facts = state.ledger.stat()
        assert facts.st_uid == state.account.uid, "the account can write to its ledger"
    finally:
        shutil.rmtree(path)
