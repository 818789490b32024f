"""The launcher around the servers: one run at a time, children that do not outlive it, and plain refusals."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from config import external, product, publish, requirements
from config.bootstrap import STAMP, Environment
from config.processes import Crew, fresh_log, started_at
from config.servers import socket_directory
from config.state import CHECKOUT, Account, RefusalError, State, new_keyring, write_private

ME = Account("me", os.geteuid(), os.getegid(), is_switched=False)
PATH = {"PATH": "/usr/bin:/bin"}


@pytest.fixture
def mine(tmp_path: Path) -> State:
    return State(tmp_path / "state", ME)


@pytest.fixture
def crew(tmp_path: Path):
    with Crew(ME, tmp_path, tmp_path) as made:
        yield made


def test_a_second_start_says_where_the_first_one_runs(mine: State):
    with mine.opened():
        mine.note_running({"url": "http://127.0.0.1:8123"})
        with pytest.raises(RefusalError, match=r"already running: http://127\.0\.0\.1:8123"), mine.opened():
            pass


def test_the_state_directory_and_all_secrets_are_closed_to_others(mine: State):
    with mine.opened():
        mine.passwords()
        assert mine.path.stat().st_mode & 0o777 == 0o700
        secrets = [*mine.keys.iterdir(), mine.path / "passwords.json"]
        assert [path.stat().st_mode & 0o777 for path in secrets] == [0o600] * 4


def test_keys_and_passwords_survive_a_restart(mine: State):
    with mine.opened():
        first = (mine.passwords(), (mine.keys / "keyring.json").read_text())
    with mine.opened():
        assert (mine.passwords(), (mine.keys / "keyring.json").read_text()) == first


def test_a_new_keyring_has_two_different_keys_of_32_bytes():
    keyring = json.loads(json.dumps(new_keyring()))
    root, seal = (keyring[use]["keys"][str(keyring[use]["current"])] for use in ("root", "seal"))
    assert len(root) == len(seal) == 44
    assert root != seal


def test_a_private_file_is_replaced_as_a_whole(tmp_path: Path):
    for text in ("first", "second"):
        write_private(tmp_path / "file", text)
    assert (tmp_path / "file").read_text() == "second"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_children_do_not_outlive_a_launcher_that_was_killed(tmp_path: Path):
    code = (
        "import os, pathlib\n"
        "from config.processes import Crew\n"
        "from config.state import Account\n"
        f"crew = Crew(Account('me', {ME.uid}, {ME.gid}, is_switched=False), *[pathlib.Path({str(tmp_path)!r})] * 2)\n"
        "print(crew.start('child', ['sleep', '60'], {'PATH': '/usr/bin:/bin'}).process.pid, flush=True)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=CHECKOUT, capture_output=True, text=True)
    assert done.returncode == -signal.SIGKILL
    assert _is_gone(int(done.stdout))


def _is_gone(pid: int) -> bool:
    deadline = time.monotonic() + 5
    while started_at(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not started_at(pid)


def test_a_child_that_dies_is_named_with_the_end_of_its_log(crew: Crew):
    crew.start("web", ["sh", "-c", "echo the reason; exit 3"], PATH)
    with pytest.raises(RefusalError, match=r"(?s)web stopped unexpectedly \(exit code 3\).*the reason"):
        crew.wait_until(lambda: False, "the web")


def test_waiting_for_something_that_never_comes_ends(crew: Crew):
    crew.start("web", ["sleep", "60"], PATH)
    with pytest.raises(RefusalError, match=r"http://nowhere did not come up within 0 s"):
        crew.wait_until(lambda: False, "http://nowhere", seconds=0.05)


def test_servers_are_stopped_last(crew: Crew, tmp_path: Path):
    script = f"trap 'echo $0 >> {tmp_path}/order; exit 0' TERM; echo ready; while :; do sleep 0.02; done"
    for name in ("postgres", "web", "worker"):
        crew.start(name, ["sh", "-c", script, name], PATH, is_server=name == "postgres")
    crew.wait_until(lambda: all(child.log.read_text() for child in crew.children), "the scripts")
    crew.stop()
    assert (tmp_path / "order").read_text().split()[-1] == "postgres"


def test_a_child_that_will_not_leave_is_killed(crew: Crew, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("config.processes.PATIENCE_SECONDS", 0.1)
    child = crew.start("stubborn", ["sh", "-c", "trap '' TERM; echo ready; while :; do sleep 1; done"], PATH)
    crew.wait_until(lambda: bool(child.log.read_text()), "the script")
    crew.stop()
    assert child.process.returncode == -signal.SIGKILL


def test_what_a_killed_launcher_left_is_cleared_away(mine: State, crew: Crew):
    with socket_directory(ME) as sockets, mine.opened():
        crew.start("web", ["sleep", "60"], PATH)
        mine.note_running({"sockets": str(sockets), "children": crew.pids()})
        os.kill(crew.children[0].process.pid, signal.SIGTERM)
        product.clear_away(mine)
        assert not sockets.exists()
        assert crew.children[0].process.poll() is not None


def test_a_process_that_merely_inherited_the_number_is_left_alone(mine: State, crew: Crew):
    child = crew.start("bystander", ["sleep", "60"], PATH)
    with mine.opened():
        mine.note_running({"children": {"web": [child.process.pid, started_at(child.process.pid) + 1]}})
        product.clear_away(mine)
    assert child.process.poll() is None


def test_a_large_log_is_set_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("config.processes.MAX_LOG_BYTES", 3)
    (tmp_path / "web.log").write_text("long")
    assert not fresh_log(tmp_path / "web.log").exists()
    assert (tmp_path / "web.log.old").exists()


def test_a_taken_port_is_refused():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(RefusalError, match="is not free"):
            product.require_free(other.getsockname()[1])


@pytest.mark.parametrize("said", ["http", "0", "65536", "-1", "80 80"])
def test_a_port_that_is_none_is_refused(said: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PORT", said)
    with pytest.raises(RefusalError, match="PORT must be a number"):
        product.wanted_port()


def test_nothing_ready_where_nothing_listens():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{unused.getsockname()[1]}"
        assert not product.is_ready(address)


def test_a_path_too_long_for_a_socket_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    long = tmp_path / ("x" * 100)
    long.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(long))
    with pytest.raises(RefusalError, match="too long for a socket"), socket_directory(ME):
        pass
    assert list(long.iterdir()) == []


def test_web_and_worker_do_not_get_the_owner_of_the_tables(mine: State, crew: Crew):
    environment = {"DATABASE_URL": "app", "DATABASE_OWNER_URL": "owner"}
    run = product.Product(mine, Environment(Path("/nowhere")), crew, Path("/nowhere"), "http://x", environment)
    assert run.service_environment == {"DATABASE_URL": "app"}


def test_the_demonstration_is_shown_as_columns():
    people = {"volunteer": {"email": "v@example.org", "password": "p", "seats": ["reporter", "auditor"]}}
    shown = product.demo_table({"people": people, "partners": [{"name": "Clinic", "client_id": "c"}]})
    assert shown.splitlines() == [
        "who        email          password  seats",
        "volunteer  v@example.org  p         reporter, auditor",
        "",
        "name    client id",
        "Clinic  c",
    ]


def test_the_locked_packages_can_be_listed_without_uv():
    listed = requirements.locked_requirements(CHECKOUT / "uv.lock", is_dev=False)
    packages = [line for line in listed.splitlines() if "==" in line]
    names = {line.partition("==")[0] for line in packages}
    assert {"django", "psycopg", "psycopg-binary", "psycopg-pool", "brotli", "fido2"} <= names
    assert not {"pytest", "colorama", "tzdata-legacy"} & names
    assert listed.count("--hash=sha256:") >= len(packages)
    assert "pytest" in requirements.locked_requirements(CHECKOUT / "uv.lock", is_dev=True)


def test_an_environment_is_fresh_while_the_lock_stays_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    plain = Environment(tmp_path)
    assert not plain.is_fresh()
    assert not plain.is_stale()
    monkeypatch.setattr("config.bootstrap._lock_hash", lambda: "one")
    (tmp_path / STAMP).write_text(json.dumps({"lock": "one", "dev": False}))
    assert plain.is_fresh()
    assert not replace(plain, is_dev=True).is_fresh()
    monkeypatch.setattr("config.bootstrap._lock_hash", lambda: "two")
    assert plain.is_stale()


def test_the_copy_of_the_code_follows_the_checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    checkout, state = tmp_path / "checkout", State(tmp_path / "state", replace(ME, is_switched=True))
    monkeypatch.setattr(publish, "CHECKOUT", checkout)
    (checkout / "cases").mkdir(parents=True)
    (checkout / "cases/models.py").write_text("A = 1\n")
    (checkout / "manage.py").write_text("")
    python = Environment(Path(sys.prefix))
    copy = publish.readable_code(state, python)
    assert sorted(p.name for p in copy.rglob("*.py")) == ["manage.py", "models.py"]
    (checkout / "cases/models.py").rename(checkout / "cases/nouns.py")
    publish.readable_code(state, python)
    assert sorted(p.name for p in copy.rglob("*.py")) == ["manage.py", "nouns.py"]


def test_an_address_keeps_everything_but_its_role():
    url = "postgres://owner:secret@db.example:5433/amparo?sslmode=verify-full"
    assert external.with_user(url, "amparo_app", "word") == (
        "postgres://amparo_app:word@db.example:5433/amparo?sslmode=verify-full"
    )


def test_a_refusal_is_one_plain_line(tmp_path: Path):
    environment = {**os.environ, "AMPARO_STATE": str(tmp_path), "PORT": "none"}
    done = subprocess.run(
        [sys.executable, "manage.py", "up"], cwd=CHECKOUT, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert done.stderr == "amparo: PORT must be a number between 1 and 65535, not 'none'\n"
