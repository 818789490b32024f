"""Web, worker, beat and commands refuse to start with wrong or missing keys, and say what to do."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.db import OperationalError, ProgrammingError, connections

from config import launcher
from foundation.backup import marker
from foundation.custody import start
from foundation.vault import canary
from tests.custody.conftest import forget

pytestmark = pytest.mark.proof("crypto")


def test_right_keys_start_everything(house, keyring_file):
    start.check()
    assert start.is_checked()


def test_wrong_keys_are_refused_with_a_sentence_that_says_what_to_do(house, wrong_keys, capsys):
    with pytest.raises(SystemExit) as ended:
        start.command()
    assert ended.value.code == start.BOOT_ERROR
    said = capsys.readouterr().err
    assert "is not the one that this database was written with" in said
    assert "docs/how-to/keys.md" in said
    assert "Nothing was started" in said


@pytest.mark.parametrize(
    ("text", "words"), [(None, "cannot be read"), ("{", "is damaged"), ('{"version": 1}', "is damaged")]
)
def test_a_missing_or_damaged_keyring_is_refused(house, keyring_file, text, words):
    keyring_file.unlink() if text is None else keyring_file.write_text(text)
    forget()
    assert words in start.check()
    assert not start.is_checked()


def test_no_keyring_named_is_refused(house, keyring_file, settings):
    settings.KEYRING = ""
    forget()
    assert "AMPARO_KEYRING names no file" in start.check()


def test_a_database_without_tables_is_told_apart(monkeypatch):
    def absent() -> None:
        raise ProgrammingError

    monkeypatch.setattr(canary, "require", absent)
    monkeypatch.setattr(marker, "is_restoring", lambda: False)
    assert "migrate" in start.check()


@pytest.fixture
def database_away(monkeypatch):
    """As if the database did not answer."""
    tried = []

    def away() -> None:
        tried.append(1)
        raise OperationalError

    monkeypatch.setattr(canary, "require", away)
    monkeypatch.setattr(marker, "is_restoring", lambda: False)
    return tried


def test_a_web_process_starts_while_the_database_is_away_and_asks_later(transactional_db, database_away, keyring_file):
    start.web()
    assert not start.is_checked()


def test_a_web_process_with_wrong_keys_stops_the_whole_server(transactional_db, wrong_keys, monkeypatch):
    monkeypatch.setattr(canary, "require", lambda: canary.provider("drawer"))
    with pytest.raises(SystemExit) as ended:
        start.web()
    assert ended.value.code == 3, "gunicorn gives up at this code; at another it would start the next worker for ever"


def test_a_worker_waits_for_the_database_and_then_gives_up(transactional_db, database_away, monkeypatch, capsys):
    monkeypatch.setattr(start, "PATIENCE", 1.5)
    with pytest.raises(SystemExit):
        start.worker()
    assert len(database_away) == 2
    assert "the database does not answer" in capsys.readouterr().err


def test_a_command_does_not_wait(database_away, capsys):
    with pytest.raises(SystemExit):
        start.command()
    assert len(database_away) == 1


@pytest.mark.parametrize(
    "arguments", [["migrate"], ["key_status"], ["check"], ["audit_verify"], ["shell", "--help"], []]
)
def test_what_mends_keys_or_needs_none_runs_without_them(arguments):
    assert not launcher.needs_keys(arguments)


@pytest.mark.parametrize("arguments", [["webhook_register", "x"], ["shell"], ["rewrap_keys"], ["something_new"]])
def test_every_other_command_needs_the_right_keys(arguments):
    assert launcher.needs_keys(arguments)


def test_nobody_is_served_before_the_keys_were_found_right(house, wrong_keys, client):
    page = client.get("/help/")
    assert page.status_code == 503
    assert "cannot be opened now" in page.content.decode()
    assert client.get("/readyz").json() == {"status": "broken"}
    assert client.get("/readyz").status_code == 503


def test_ready_with_the_right_keys(house, client):
    assert client.get("/readyz").json() == {"status": "ok"}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "command",
    [
        ["gunicorn", "config.wsgi", "--bind=127.0.0.1:0", "--no-control-socket"],
        ["celery", "-A", "config", "worker", "--pool=solo"],
        ["celery", "-A", "config", "beat", "--pidfile=", "--schedule={tmp}/beat"],
        ["manage.py", "webhook_register", "nobody", "https://example.org/"],
    ],
    ids=["web", "worker", "beat", "command"],
)
def test_a_real_process_with_wrong_keys_ends_at_once(command, tmp_path, keyring_file, db):
    """The processes of the product themselves, on this test's database."""
    from tests import factories

    factories.house()
    data = json.loads(keyring_file.read_text())
    data["root"]["keys"]["1"] = data["seal"]["keys"]["1"]
    keyring_file.write_text(json.dumps(data))
    words = [word.format(tmp=tmp_path) for word in command]
    module = [] if words[0] == "manage.py" else ["-m"]
    ended = subprocess.run(
        [sys.executable, *module, *words], cwd=settings.BASE_DIR, env=environment(keyring_file), check=False,
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert ended.returncode == start.BOOT_ERROR, ended.stderr[-2000:]
    assert "is not the one that this database was written with" in ended.stderr, ended.stderr


def environment(keyring: Path) -> dict[str, str]:
    """This process's, with the test's database and keyring."""
    name = connections["default"].settings_dict["NAME"]
    urls = {key: os.environ[key].replace("/amparo?", f"/{name}?") for key in ("DATABASE_URL", "DATABASE_OWNER_URL")}
    return {**os.environ, **urls, "AMPARO_KEYRING": str(keyring), "AMPARO_FILES": str(settings.FILES_PATH)}
