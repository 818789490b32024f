"""A PostgreSQL of one's own, given by DATABASE_URL alone: split its one role into owner and application."""

import os
import subprocess
from urllib.parse import urlsplit, urlunsplit

from config.bootstrap import Environment
from config.cluster import APP
from config.state import CHECKOUT, RefusalError, State


def two_roles(state: State, python: Environment) -> dict[str, str]:
    """Make or renew the role `amparo_app` as the role in DATABASE_URL; returns the addresses of both.

    Raises RefusalError when that role may not create roles: give DATABASE_OWNER_URL and DATABASE_URL then.
    """
    owner_url, password = os.environ["DATABASE_URL"], state.passwords()["app"]
    environment = {**os.environ, "AMPARO_APP_PASSWORD": password}
    done = subprocess.run(
        [python.python, "-m", "config.roles"],
        cwd=CHECKOUT,
        env=environment,
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RefusalError(f"{done.stderr.strip()}\nGive DATABASE_URL (application) and DATABASE_OWNER_URL instead.")
    return {"DATABASE_URL": with_user(owner_url, APP, password), "DATABASE_OWNER_URL": owner_url}


def with_user(url: str, user: str, password: str) -> str:
    """The same database address for another role; `password` must need no escaping."""
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{user}:{password}@{place}"))
