"""Nothing starts with wrong or missing keys: better no service than records written with a key that nobody can find again."""

import logging
import sys
import time

from django.db import OperationalError, ProgrammingError, connections

from foundation.backup import marker
from foundation.core.keyring import KeyringError
from foundation.vault import canary

logger = logging.getLogger("amparo.keys")
PATIENCE = 60.0
"""Seconds that a worker waits for the database before it gives up."""
BOOT_ERROR = 3
"""The exit code that makes gunicorn stop altogether instead of starting the next worker."""
_known = {"is_right": False}


def is_checked() -> bool:
    """Whether this process has once found its keys to be those of its database."""
    return _known["is_right"]


def check() -> str:
    """What is wrong with the keys, in a sentence for the operator; empty when they are right.

    A restore that has not ended is wrong whatever the keys. Raises ``OperationalError`` while the database does not answer.
    """
    if marker.is_restoring():
        return marker.WORDS
    try:
        canary.require()
    except KeyringError as problem:
        return f"{problem}. Put the right key back, or restore it from its shares: docs/how-to/keys.md."
    except ProgrammingError:
        return "the database has no tables yet: run `manage.py migrate --database=owner` first."
    _known["is_right"] = True
    return ""


def refuse(problem: str) -> None:
    """End this process with the sentence. It stands in the log too; it holds names of keys and files, no key."""
    logger.critical(problem, extra={"code": "keys"})
    print(f"amparo: {problem} Nothing was started.", file=sys.stderr, flush=True)  # noqa: T201
    sys.exit(BOOT_ERROR)


def web() -> None:
    """For a web process. While the database does not answer it starts all the same, and asks at its first request."""
    try:
        problem = check()
    except OperationalError:
        logger.warning("database away; the keys are checked at the first request", extra={"code": "keys"})
        return
    finally:
        connections.close_all()
    if problem:
        refuse(problem)


def command() -> None:
    """For a command that works with records."""
    try:
        problem = check()
    except OperationalError:
        problem = "the database does not answer, so that the keys could not be checked."
    if problem:
        refuse(problem)


def worker(**_signal: object) -> None:
    """For Celery's worker and beat: waits a minute for the database."""
    problem, until = "the database does not answer, so that the keys could not be checked.", time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            problem = check()
            break
        except OperationalError:
            time.sleep(1)
        finally:
            connections.close_all()
    if problem:
        refuse(problem)
