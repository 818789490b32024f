"""The commands around Django: test, prove, lint, bench, restore; `up` is in `config.product`. Everything else goes to Django.

Standard library only: it runs on the machine's own Python and starts the rest in the environment that
`config.bootstrap` makes.
"""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path

from config import drill, lint, product, scratch
from config import restore as restoring
from config.bootstrap import Environment, runs_in_environment
from config.processes import die_with_parent
from config.state import CHECKOUT, RefusalError, State, current_user

#: What says that pytest has its number of processes already, or wants one because a person is watching.
IS_SHARED_OUT = re.compile(r"-n|--numprocesses|--dist|--pdb|--trace|-s$|--capture=no|--collect-only|--co$|.*::")

#: Commands of Django that work without keys, or are there for when keys are wrong. All others start with the right ones.
KEYLESS = frozenset(
    (
        *("audit_verify", "backup", "bench", "check", "collectstatic", "dbshell", "diffsettings"),
        *("flush", "help", "key_escrow", "key_status", "makemigrations", "migrate", "prepare", "restore"),
        *("showmigrations", "sqlmigrate", "texts", "version"),
    )
)


def main(arguments: Sequence[str]) -> int:
    """Run one command of `manage.py`; returns its exit code. A refusal is printed without a traceback."""
    name, rest = (arguments[1], list(arguments[2:])) if len(arguments) > 1 else ("help", [])
    commands: Mapping[str, Callable[[list[str]], int]] = {
        "up": product.up,
        "test": test,
        "prove": prove,
        "lint": lint.lint,
        "bench": bench,
        **({"restore": restore} if restoring.is_embedded() else {}),
    }
    try:
        return _ours(commands[name], rest) if name in commands else django([name, *rest])
    except RefusalError as refusal:
        print(f"amparo: {refusal}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _ours(command: Callable[[list[str]], int], arguments: list[str]) -> int:
    """Run a command that starts processes. What root makes must be readable for the service account (umask)."""
    if sys.platform != "linux":
        raise RefusalError("this command needs Linux; elsewhere use docker compose, see docs/how-to/deploy.md")
    signal.signal(signal.SIGTERM, _terminate)
    os.umask(0o022)
    return command(arguments)


class TerminatedError(KeyboardInterrupt):
    """SIGTERM, taking the road of Ctrl-C so that both stop everything."""


def _terminate(number: int, frame: object) -> None:
    raise TerminatedError


def test(arguments: list[str]) -> int:
    """Run pytest on servers of its own, so that runs may stand beside each other and beside a running product."""
    python = scratch.developer_environment()
    if not any(IS_SHARED_OUT.match(argument) for argument in arguments):
        arguments = ["-n", str(min(4, len(os.sched_getaffinity(0)))), "--dist", "worksteal", *arguments]
    with scratch.servers(python, is_throwaway=True) as environment:
        return _in_foreground([python.python, "-m", "pytest", *arguments], environment)


def prove(arguments: list[str]) -> int:
    """Run the proofs by name, or all of them, and print promise, figure and verdict; options go to pytest."""
    names = [argument for argument in arguments if not argument.startswith("-")]
    options = [argument for argument in arguments if argument.startswith("-")]
    return test([f"--proofs={','.join(names) or 'all'}", "-q", *options])


def bench(arguments: list[str]) -> int:
    """Migrate a fresh database with production's durability and run Django's command `bench` in it.

    `--drill N` instead measures a backup and a restore of N cases.
    """
    python = scratch.developer_environment()
    if arguments[:1] == ["--drill"]:
        return drill.measure(python, int((arguments[1:] or ["100000"])[0]))
    with scratch.servers(python, is_throwaway=False) as environment:
        admin: list[str | Path] = [python.python, "-m", "django"]
        migrated = _in_foreground([*admin, "migrate", "--database=owner", "-v0"], environment)
        return migrated or _in_foreground([*admin, "bench", *arguments], environment)


def restore(arguments: list[str]) -> int:
    """Restore a backup into an installation on this machine that holds nobody yet."""
    return restoring.restore(arguments, lambda command, environment: _in_foreground(command, environment, cwd=None))


def _in_foreground(command: Sequence[str | Path], environment: Mapping[str, str], cwd: Path | None = CHECKOUT) -> int:
    """Run a command on our terminal as the current user; Ctrl-C reaches it from there, and we wait for its end."""
    with subprocess.Popen(command, cwd=cwd, env=environment, preexec_fn=die_with_parent(signal.SIGTERM)) as process:
        while True:
            try:
                return process.wait()
            except TerminatedError:
                process.terminate()
            except KeyboardInterrupt:
                continue


def django(arguments: list[str]) -> int:
    """Run a command of Django, against the running product when there is one and DATABASE_URL is not given."""
    state = State.of_product(current_user())
    if not runs_in_environment():
        python = _django_environment(state).python
        return _in_foreground([python, CHECKOUT / "manage.py", *arguments], os.environ, cwd=None)
    return _django_here(state, arguments)


def _django_environment(state: State) -> Environment:
    """The environment that is ready, be it the developer's or the product's; else a new one in the checkout."""
    ready = (Environment(CHECKOUT / ".venv"), Environment(state.path / "venv"))
    return next((e for e in ready if e.is_fresh()), None) or scratch.developer_environment(is_dev=False)


def _django_here(state: State, arguments: list[str]) -> int:
    """Hand over to Django, with our Celery as the one that tasks are sent by.

    They are imported here and not above because this module must load without them.
    """
    import django
    from django.core.management import execute_from_command_line

    from config.celery import app

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if "DATABASE_URL" not in os.environ:
        os.environ.update(state.running().get("environment", {}))
    app.set_default()
    if needs_keys(arguments):
        django.setup()
        import_module("foundation.custody.start").command()
    execute_from_command_line(["manage.py", *arguments])
    return 0


def needs_keys(arguments: list[str]) -> bool:
    """Whether a command of Django works with records, so that it must not start with wrong keys."""
    return bool(arguments) and arguments[0] not in KEYLESS and not {"-h", "--help", "--version"} & set(arguments)
