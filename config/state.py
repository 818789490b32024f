"""The state directory of one installation: who owns it, what lies in it, who holds its lock.

Standard library only: the launcher runs before anything is installed.

As root the directory belongs to root and to the group of the service account, with the sticky bit:
the account may add files of its own (`demo.json`) but can replace neither the code, nor the
environment, nor the lock, which root reads again at the next start.
"""

import base64
import fcntl
import grp
import json
import os
import pwd
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parent.parent
SERVICE_ACCOUNT = "amparo"
SYSTEM_STATE = Path("/var/lib/amparo")


class RefusalError(Exception):
    """A start that cannot go on. The message is for the person at the terminal and says what to do."""


@dataclass(frozen=True)
class Account:
    """The Unix account that servers and the product run as; PostgreSQL refuses uid 0."""

    name: str
    uid: int
    gid: int
    is_switched: bool

    def own(self, path: Path) -> None:
        """Hand `path` to the account; nothing to do where the launcher already runs as it."""
        if self.is_switched:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def can_reach(self, path: Path) -> bool:
        """Whether the account may walk into every directory on the way to `path` and read it."""
        if not self.is_switched:
            return True
        *parents, leaf = [*reversed(path.resolve().parents), path.resolve()]
        return all(self._may(p, 0o1) for p in parents) and self._may(leaf, 0o4)

    def _may(self, path: Path, bit: int) -> bool:
        facts = path.stat()
        if facts.st_uid == self.uid:
            return bool(facts.st_mode & bit << 6)
        if facts.st_gid == self.gid:
            return bool(facts.st_mode & bit << 3)
        return bool(facts.st_mode & bit)


def current_user() -> Account:
    """Whoever started us, root included; for what needs no server."""
    return Account("the current user", os.geteuid(), os.getegid(), is_switched=False)


def service_account() -> Account:
    """The current user, or as root the account `amparo`, made on first use (`nobody` without useradd)."""
    if os.geteuid():
        return current_user()
    found = _account(SERVICE_ACCOUNT) or _make_account() or pwd.getpwnam("nobody")
    return Account(found.pw_name, found.pw_uid, found.pw_gid, is_switched=True)


def _account(name: str) -> pwd.struct_passwd | None:
    with suppress(KeyError):
        return pwd.getpwnam(name)
    return None


def _make_account() -> pwd.struct_passwd | None:
    if not (useradd := shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")):
        return None
    group = ["--no-user-group", "--gid", SERVICE_ACCOUNT] if _has_group(SERVICE_ACCOUNT) else ["--user-group"]
    options = ["--system", *group, "--home-dir", str(SYSTEM_STATE), "--shell", "/usr/sbin/nologin"]
    subprocess.run([useradd, *options, SERVICE_ACCOUNT], check=False, stderr=subprocess.DEVNULL)
    return _account(SERVICE_ACCOUNT)


def _has_group(name: str) -> bool:
    with suppress(KeyError):
        return bool(grp.getgrnam(name))
    return False


def write_private(path: Path, text: str, account: Account | None = None) -> None:
    """Write a 0600 file as a whole: after a crash it is either the old one or the new one."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    if account:
        account.own(draft)
    draft.rename(path)


@dataclass(frozen=True)
class State:
    """One installation on disk. `path` may lie anywhere that the service account can reach."""

    path: Path
    account: Account

    @classmethod
    def of_product(cls, account: Account) -> "State":
        """The installation `AMPARO_STATE` names; else `/var/lib/amparo` as root, `<checkout>/var` otherwise."""
        default = CHECKOUT / "var" if os.geteuid() else SYSTEM_STATE
        return cls(Path(os.environ.get("AMPARO_STATE") or default).absolute(), account)

    @property
    def broker(self) -> Path:
        """Valkey's directory, with its append-only file."""
        return self.path / "valkey"

    @property
    def logs(self) -> Path:
        """One log per child process, written by the launcher's redirection."""
        return self.path / "logs"

    @property
    def keys(self) -> Path:
        """Django's secret key, the operator's token and the keyring. Whoever loses the keyring loses every record."""
        return self.path / "keys"

    @property
    def ledger(self) -> Path:
        """The erasure ledger: what was erased, outside the database, so that a backup cannot bring it back."""
        return self.path / "ledger" / "erasures"

    @property
    def files(self) -> Path:
        """The sealed files of cases. Nothing in it can be read without the keys."""
        return self.path / "files"

    @property
    def demo(self) -> Path:
        """The demonstration's people and partners (0600), written by `manage.py prepare`."""
        return self.path / "demo.json"

    @contextmanager
    def opened(self) -> Iterator["State"]:
        """Hold the installation, with its directories and secrets made on first use.

        Raises RefusalError when somebody else holds it, and says where that runs; and when the service account
        cannot reach it.
        """
        try:
            self._make_directory()
        except PermissionError as error:
            raise RefusalError(f"{error}; let AMPARO_STATE name a directory of your own") from None
        with os.fdopen(os.open(self.path / "lock", os.O_RDWR | os.O_CREAT, 0o600), "r+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                where = self.running().get("url", "it is still starting")
                raise RefusalError(f"Amparo is already running: {where} (state in {self.path})") from None
            for directory in (self.broker, self.logs, self.keys, self.files, self.ledger.parent):
                directory.mkdir(mode=0o700, exist_ok=True)
                self.account.own(directory)
            self._make_keys()
            yield self

    def _make_directory(self) -> None:
        self.path.mkdir(mode=0o755, parents=True, exist_ok=True)
        if self.account.is_switched:
            os.chown(self.path, 0, self.account.gid)
        self.path.chmod(0o1770 if self.account.is_switched else 0o700)
        if not self.account.can_reach(self.path):
            name = self.account.name
            raise RefusalError(
                f"the account {name} cannot reach {self.path}; let AMPARO_STATE or TMPDIR name another place"
            )

    def _make_keys(self) -> None:
        if not (self.keys / "django_secret_key").exists():
            write_private(self.keys / "django_secret_key", secrets.token_urlsafe(48), self.account)
        if not (self.keys / "keyring.json").exists():
            write_private(self.keys / "keyring.json", json.dumps(new_keyring()), self.account)
        if not (self.keys / "operator_token").exists():
            write_private(self.keys / "operator_token", secrets.token_urlsafe(32), self.account)

    def passwords(self) -> dict[str, str]:
        """Passwords of the database roles `owner`, `app` and `backup`, each drawn when it is first needed."""
        file = self.path / "passwords.json"
        known: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
        if missing := [role for role in ("owner", "app", "backup") if role not in known]:
            known |= {role: secrets.token_urlsafe(32) for role in missing}
            write_private(file, json.dumps(known))
        return known

    def environment(self, url: str = "http://127.0.0.1:8000") -> dict[str, str]:
        """Our own environment and what every process of an embedded installation gets besides."""
        return {
            **os.environ,
            "AMPARO_EMBEDDED": "1",
            "AMPARO_URL": url,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DJANGO_SECRET_KEY_FILE": str(self.keys / "django_secret_key"),
            "AMPARO_KEYRING": str(self.keys / "keyring.json"),
            "AMPARO_LEDGER": str(self.ledger),
            "AMPARO_ANCHOR_FILE": str(self.ledger.with_name("anchors")),
            "AMPARO_OPERATOR_TOKEN_FILE": str(self.keys / "operator_token"),
            "AMPARO_STATE": str(self.path),
            "AMPARO_FILES": os.environ.get("AMPARO_FILES", str(self.files)),
            "PYTHONUNBUFFERED": "1",
        }

    def running(self) -> dict[str, Any]:
        """What the launcher wrote about the run in progress, or about one that was killed; else empty."""
        with suppress(OSError, ValueError):
            facts: dict[str, Any] = json.loads((self.path / "running.json").read_text())
            return facts
        return {}

    def note_running(self, facts: dict[str, Any]) -> None:
        """Write `running.json` (0600): address, children and the environment for other commands."""
        write_private(self.path / "running.json", json.dumps(facts))

    def forget_running(self) -> None:
        """Remove `running.json` after a clean stop."""
        (self.path / "running.json").unlink(missing_ok=True)


def new_keyring() -> dict[str, object]:
    """A keyring of version 1: a root key (wraps data keys) and a seal key (signs the trail), 32 random bytes each."""

    def fresh() -> dict[str, object]:
        return {"current": 1, "keys": {"1": base64.b64encode(secrets.token_bytes(32)).decode()}}

    return {"version": 1, "root": fresh(), "seal": fresh()}
