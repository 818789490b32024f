"""What the embedded PostgreSQL and Valkey promise: private, quiet, two roles, and no start that a crash can block."""

import shutil
import socket

import psycopg
import pytest

from config.cluster import BACKUP, DATABASE, Cluster
from config.processes import Crew
from config.state import RefusalError
from tests.config.conftest import Running


def test_the_application_reads_and_writes_what_the_owner_made(running: Running):
    with running.connect("DATABASE_OWNER_URL") as owner:
        owner.execute("CREATE TABLE rows (id int GENERATED ALWAYS AS IDENTITY, word text)")
    with running.connect() as app:
        app.execute("INSERT INTO rows (word) VALUES ('one')")
        app.execute("UPDATE rows SET word = 'two'")
        assert app.execute("SELECT word FROM rows").fetchall() == [("two",)]


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (id int)",
        "CREATE TABLE pg_temp.mine (id int)",
        "ALTER TABLE guarded ADD COLUMN more int",
        "DROP TABLE guarded",
        "TRUNCATE guarded",
        "CREATE SCHEMA mine",
        "CREATE DATABASE mine",
        "CREATE ROLE mine",
        "SET ROLE amparo_owner",
        "COPY (SELECT 1) TO PROGRAM 'cat'",
    ],
)
def test_the_application_defines_nothing(running: Running, statement: str):
    with running.connect("DATABASE_OWNER_URL") as owner:
        owner.execute("CREATE TABLE IF NOT EXISTS guarded (id int)")
    with running.connect() as app, pytest.raises(psycopg.errors.InsufficientPrivilege):
        app.execute(statement)


def test_neither_role_can_pass_row_level_security(running: Running):
    with running.connect() as app:
        rows = app.execute(
            "SELECT rolname, rolsuper OR rolbypassrls OR rolcreaterole OR rolreplication FROM pg_roles"
            " WHERE rolname IN ('amparo_app', 'amparo_owner') ORDER BY 1"
        ).fetchall()
    assert rows == [("amparo_app", False), ("amparo_owner", False)]


def test_the_role_of_backups_reads_past_row_level_security_and_writes_nothing(running: Running):
    with running.connect("DATABASE_OWNER_URL") as owner:
        owner.execute("CREATE TABLE walled (id int)")
        owner.execute("INSERT INTO walled VALUES (1)")
        owner.execute("ALTER TABLE walled ENABLE ROW LEVEL SECURITY")
        owner.execute("ALTER TABLE walled FORCE ROW LEVEL SECURITY")
    with running.connect() as app:
        assert app.execute("SELECT * FROM walled").fetchall() == []
    with running.connect("DATABASE_BACKUP_URL") as backup:
        assert backup.execute("SELECT * FROM walled").fetchall() == [(1,)]
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            backup.execute("DELETE FROM walled")
        backup.execute("SET default_transaction_read_only = off")
        for statement in (
            "DELETE FROM walled",
            "INSERT INTO walled VALUES (2)",
            "CREATE TABLE mine (id int)",
            "DROP TABLE walled",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                backup.execute(statement)


def test_a_cluster_from_before_gets_the_role_of_backups_at_its_next_start(running: Running):
    with running.connect("DATABASE_OWNER_URL") as owner:
        owner.execute("DROP TABLE IF EXISTS walled")
    running.crew.stop()
    (running.state.path / "pg" / "amparo.roles").unlink()
    cluster = Cluster(running.state, running.servers.site_packages, is_throwaway=True)
    cluster._single_user(
        cluster.binaries(), cluster.path, f"REVOKE ALL ON DATABASE {DATABASE} FROM {BACKUP};\nDROP ROLE {BACKUP};\n"
    )
    running.start()
    with running.connect("DATABASE_BACKUP_URL") as backup:
        assert backup.execute("SELECT rolbypassrls FROM pg_roles WHERE rolname = current_user").fetchone() == (True,)


def test_a_database_made_for_tests_has_the_same_privileges(running: Running):
    with running.connect("DATABASE_OWNER_URL") as owner:
        owner.execute("CREATE DATABASE test_amparo")
    address = {role: running.environment[role].replace("/amparo?", "/test_amparo?") for role in running.environment}
    with psycopg.connect(address["DATABASE_OWNER_URL"]) as owner:
        owner.execute("CREATE TABLE rows (id int)")
    with psycopg.connect(address["DATABASE_URL"]) as app:
        assert app.execute("SELECT * FROM rows").fetchall() == []


def test_servers_listen_on_private_sockets_alone(running: Running):
    assert running.sockets.stat().st_mode & 0o777 == 0o700
    with running.connect() as app:
        assert app.execute("SHOW listen_addresses").fetchone() == ("",)
    assert _valkey(running, "CONFIG GET port").split()[-1] == "0"


def test_a_wrong_password_opens_nothing(running: Running):
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(running.environment["DATABASE_URL"], password="guess")


def test_logs_hold_neither_statements_nor_values(running: Running):
    with running.connect() as app:
        with pytest.raises(psycopg.errors.InvalidTextRepresentation):
            app.execute("SELECT %s::int + 1", ["what-she-said"])
        with pytest.raises(psycopg.errors.UndefinedColumn):
            app.execute("SELECT secret_column_of_hers")
    log = (running.state.logs / "postgres.log").read_text()
    assert "what-she-said" not in log
    assert "secret_column_of_hers" not in log


def test_valkey_refuses_writes_rather_than_forget(running: Running):
    assert _valkey(running, "CONFIG GET maxmemory-policy").split()[-1] == "noeviction"


def test_checksums_guard_the_data(running: Running):
    with running.connect() as app:
        assert app.execute("SHOW data_checksums").fetchone() == ("on",)


def test_servers_come_back_after_kill_9_and_with_a_stale_pid_that_now_belongs_to_somebody_else(running: Running):
    running.kill("postgres")
    running.kill("valkey")
    bystander = Crew(running.state.account, running.state.logs, running.state.path.parent)
    sleeper = bystander.start("sleeper", ["sleep", "60"], {"PATH": "/usr/bin:/bin"})
    stale = running.state.path / "pg" / "postmaster.pid"
    lines = stale.read_text().splitlines()
    stale.write_text("\n".join([str(sleeper.process.pid), *lines[1:]]) + "\n")
    running.start()
    bystander.stop()
    with running.connect() as app:
        assert app.execute("SELECT 1").fetchone() == (1,)


def test_a_data_directory_of_an_unknown_major_is_refused(running: Running, tmp_path):
    version = running.state.path / "pg" / "PG_VERSION"
    shutil.copy(version, tmp_path)
    version.write_text("7\n")
    try:
        with pytest.raises(RefusalError, match="PostgreSQL 7 is needed"):
            running.servers.start_database(running.crew, running.sockets)
    finally:
        version.write_text((tmp_path / "PG_VERSION").read_text())


def _valkey(running: Running, command: str) -> str:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(running.sockets / "v.sock"))
        connection.sendall(f"{command}\r\n".encode())
        return connection.recv(1000).decode()
