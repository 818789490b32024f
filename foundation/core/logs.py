"""Logs that cannot tell on anybody: constant templates, numbers, names of code; never a text that came from outside.

What a library logs may hold what a person typed: in an argument, in the text of an exception, or already woven into the
message. So of others' messages only the template is written, with its numbers; one without arguments, which may have
been put together, only where the logger is known to use constant words.
"""

import json
import logging
import re
import sys
import threading
import traceback
import warnings
from collections.abc import Mapping
from types import TracebackType
from typing import Any

from django.utils.safestring import SafeString
from django.views.debug import ExceptionReporter

ALLOWED = ("event", "task", "status", "attempt", "count", "seconds", "code", "port")
OWN_LOGGERS = ("amparo",)
# Servers that announce themselves in constant words (read in their sources); gunicorn weaves requests into some of its own.
CONSTANT = ("celery.beat", "celery.worker", "celery.apps", "django.db.models")
# Named arguments of Celery's templates that are names of code.
NAMED = ("name", "id", "runtime", "hostname")
HIDDEN = "…"
PLACEHOLDER = re.compile(r"%(?:\((\w+)\))?[#0\- +]*\d*(?:\.\d+)?([sdrfixc%])")
MOST_FRAMES = 6


class AllowedOnly(logging.Formatter):
    """One JSON line per record: time, level, logger, the template with its numbers, and allow-listed extras.

    An exception shows its type and the places in the code, never its text.
    """

    def format(self, record: logging.LogRecord) -> str:
        """The record as JSON."""
        line: dict[str, Any] = {
            "at": self.formatTime(record),
            "level": record.levelname,
            "logger": record.name,
            "message": _message(record),
        }
        line |= {key: record.__dict__[key] for key in ALLOWED if key in record.__dict__}
        if record.exc_info and record.exc_info[0]:
            line |= _exception(record.exc_info[0], record.exc_info[2])
        return json.dumps(line, ensure_ascii=False)


def _message(record: logging.LogRecord) -> str:
    if record.name.startswith(OWN_LOGGERS):
        return record.getMessage()
    if record.args:
        return _with_numbers(str(record.msg), record.args)
    if record.name.startswith(CONSTANT):
        return str(record.msg)
    return f"{record.module}:{record.lineno}"


def _with_numbers(template: str, args: Any) -> str:
    given = args if isinstance(args, Mapping) else iter(args)

    def shown(match: re.Match[str]) -> str:
        if match[2] == "%":
            return "%"
        if isinstance(given, Mapping):
            return str(given.get(match[1], HIDDEN)) if match[1] in NAMED else HIDDEN
        value = next(given, None)
        return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else HIDDEN

    return PLACEHOLDER.sub(shown, template)


def _exception(kind: type[BaseException], trace: TracebackType | None) -> dict[str, Any]:
    frames = traceback.extract_tb(trace)[-MOST_FRAMES:]
    where = [f"{frame.filename.rsplit('/', 2)[-1]}:{frame.lineno} {frame.name}" for frame in frames]
    return {"exception": kind.__name__, "where": where}


class NoLocals(ExceptionReporter):
    """An exception report without variables, request data or settings."""

    def get_traceback_data(self) -> dict[str, Any]:
        """Only the exception's type and the frames' places."""
        frames = traceback.extract_tb(self.tb) if self.tb else []
        kind = getattr(self.exc_type, "__name__", "")
        return {"exception_type": kind, "frames": [f"{f.filename}:{f.lineno}" for f in frames], "is_email": True}

    def get_traceback_text(self) -> SafeString:
        """The same as text."""
        data = self.get_traceback_data()
        return SafeString("\n".join([str(data["exception_type"]), *data["frames"]]))

    def get_traceback_html(self) -> SafeString:
        """The same; nothing is rendered as HTML."""
        return self.get_traceback_text()


def hold_tongue() -> None:
    """Let nothing of a process that serves people get out when it breaks: no text of an exception, no line of source.

    For web, worker and beat. Python's own hooks would print the exception with its text.
    """
    sys.excepthook = _crashed
    sys.unraisablehook = lambda told: _crashed(told.exc_type, told.exc_value, told.exc_traceback)
    threading.excepthook = lambda told: _crashed(told.exc_type, told.exc_value, told.exc_traceback)
    logging.raiseExceptions = False  # it would print a record that could not be written, with its arguments
    warnings.showwarning = _warned  # type: ignore[assignment]  # it is always called by position


def _crashed(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
    logging.getLogger("amparo.crash").critical("broke off", exc_info=(kind, error or kind(), trace))


def _warned(message: Warning | str, category: type[Warning], filename: str, lineno: int, *_more: Any) -> None:
    place = f"{filename.rsplit('/', 2)[-1]}:{lineno}"
    logging.getLogger("amparo.warning").warning("%s at %s", category.__name__, place)
