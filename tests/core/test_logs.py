"""No log line carries what came from outside: arguments, exceptions' texts, woven messages (HS-17, safety.md §1)."""

import ast
import io
import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client, RequestFactory

from foundation.core.logs import AllowedOnly, NoLocals

SECRET = "Zahra-of-the-third-floor"


def written(name: str, level: int, message: object, *args: object, **more: object) -> str:
    """What our formatter makes of one record."""
    record = logging.getLogger(name).makeRecord(name, level, "/app/module.py", 7, message, args, None, **more)
    return AllowedOnly().format(record)


@pytest.mark.parametrize(
    ("name", "message", "args"),
    [
        ("django.request", "Not Found: %s", (f"/cases/{SECRET}/",)),
        ("django.security.DisallowedHost", f"Invalid HTTP_HOST header: '{SECRET}'.", ()),
        ("gunicorn.error", f"Invalid request from ip=1.2.3.4: {SECRET}", ()),
        ("gunicorn.error", "Error handling request %s %s", ("GET", f"/?q={SECRET}")),
        ("celery.app.trace", "Task %(name)s[%(id)s] raised: %(exc)s", ({"name": "x.y", "id": "1", "exc": SECRET},)),
        ("celery.redirected", SECRET, ()),
        ("some.library", {"word": SECRET}, ()),
        ("some.library", "%s", ([SECRET],)),
        ("some.library", "%(a)s", ({"a": SECRET},)),
    ],
)
def test_what_others_log_loses_what_came_from_outside(name, message, args):
    assert SECRET not in written(name, logging.ERROR, message, *args)


def test_what_is_needed_to_find_the_fault_stays():
    line = json.loads(written("gunicorn.error", logging.INFO, "Booting worker with pid: %s", 4711))
    assert (line["message"], line["logger"], line["level"]) == (
        "Booting worker with pid: 4711",
        "gunicorn.error",
        "INFO",
    )
    facts = {"name": "audit.seal", "id": "7", "runtime": 0.5}
    trace = written("celery.app.trace", logging.INFO, "Task %(name)s[%(id)s] took %(runtime)ss", facts)
    assert json.loads(trace)["message"] == "Task audit.seal[7] took 0.5s"
    assert json.loads(written("some.library", logging.ERROR, f"broken: {SECRET}"))["message"] == "module:7"


def test_only_listed_extras_are_written():
    line = json.loads(
        written("amparo.outbox", logging.WARNING, "delivery failed", extra={"code": "dns", "name_of_her": SECRET})
    )
    assert line["code"] == "dns"
    assert SECRET not in json.dumps(line)


def test_an_exception_is_its_type_and_its_places():
    try:
        raise ValueError(SECRET)
    except ValueError:
        record = logging.getLogger("x").makeRecord("x", logging.ERROR, "f.py", 1, "failed", (), sys.exc_info())
    text = AllowedOnly().format(record)
    assert SECRET not in text
    assert json.loads(text)["exception"] == "ValueError"
    assert "test_logs.py" in json.loads(text)["where"][-1]


def test_the_report_of_an_error_has_no_values():
    word = SECRET
    try:
        raise ValueError(word)
    except ValueError:
        report = NoLocals(RequestFactory().post("/", {"word": word}), *sys.exc_info())
    assert SECRET not in report.get_traceback_text() + report.get_traceback_html() + str(report.get_traceback_data())


CRASH = f"""
import django, sys, threading, warnings
from foundation.core.logs import hold_tongue
django.setup()
hold_tongue()
warnings.warn("{SECRET}")
class Dying:
    def __del__(self): raise ValueError("{SECRET}")
Dying()
thread = threading.Thread(target=lambda: int("{SECRET}"))
thread.start(); thread.join()
raise RuntimeError("{SECRET}")
"""


def test_a_process_that_breaks_off_says_where_and_not_what():
    """Main thread, other threads, finalisers and warnings."""
    done = subprocess.run([sys.executable, "-c", CRASH], cwd=settings.BASE_DIR, capture_output=True, text=True)
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert SECRET not in done.stderr + done.stdout
    assert [line.get("exception") for line in lines] == [None, "ValueError", "ValueError", "RuntimeError"]
    assert lines[0]["message"].startswith("UserWarning at ")
    assert done.returncode == 1


CLOSED = """
import contextlib, pathlib, resource
with contextlib.suppress(SystemExit):
    import config.wsgi
print(resource.getrlimit(resource.RLIMIT_CORE), pathlib.Path('/proc/self/environ').owner())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the flag is Linux’s own")
def test_the_web_process_never_dumps_its_memory():
    """Said before the keys are asked for; whether they are right does not matter here."""
    done = subprocess.run([sys.executable, "-c", CLOSED], cwd=settings.BASE_DIR, capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "(0, 0) root", done.stderr


@pytest.fixture
def log(monkeypatch):
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(AllowedOnly())
    logging.getLogger().addHandler(handler)
    yield stream
    logging.getLogger().removeHandler(handler)


def test_a_request_with_a_foreign_host_or_a_broken_body_is_logged_without_it(db, log):
    client = Client(raise_request_exception=False)
    assert client.get("/", headers={"host": SECRET + ".example"}).status_code == 400
    assert client.get(f"/{SECRET}/").status_code == 404
    client.generic("POST", "/accounts/login/", f"--x\r\n{SECRET}", "multipart/form-data; boundary=x")
    assert SECRET not in log.getvalue()
    assert log.getvalue().count("\n") >= 1, "something was logged"


def test_nobody_is_sent_a_report_by_mail():
    assert settings.ADMINS == settings.MANAGERS == []
    assert not settings.DEBUG
    handlers = [type(h).__name__ for name in (None, "django") for h in logging.getLogger(name).handlers]
    assert "AdminEmailHandler" not in handlers


WOVEN = {
    "foundation/core/logs.py": "the kind of a warning and its place in the code",
    "foundation/custody/start.py": "names of keys and of files, for the operator",
}
LEVELS = ("debug", "info", "warning", "error", "critical", "exception")


def log_calls(path: Path) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(path.read_text())):
        func = getattr(node, "func", None)
        if isinstance(func, ast.Attribute) and func.attr in LEVELS and "log" in ast.unparse(func.value).lower():
            yield node


def test_our_own_messages_are_constant():
    """What varies travels as allow-listed extras; a message that is put together says here of what."""
    root, found = Path(settings.BASE_DIR), set()
    for app in ("foundation", "consent", "cases", "referrals", "riskanalysis", "config"):
        for path in (root / app).rglob("*.py"):
            calls = list(log_calls(path))
            if not all(len(call.args) == 1 and isinstance(call.args[0], ast.Constant) for call in calls):
                found.add(path.relative_to(root).as_posix())
    assert found == set(WOVEN)


def test_the_time_is_written(db):
    assert datetime.fromisoformat(json.loads(written("amparo", logging.INFO, "x"))["at"].replace(",", "."))
