"""Logs that cannot tell on anybody: message templates without their arguments, exceptions without their text."""

import json
import logging
import traceback
from typing import Any

from django.utils.safestring import SafeString
from django.views.debug import ExceptionReporter

ALLOWED = ("event", "task", "status", "attempt", "count", "seconds", "code", "port")
OWN_LOGGERS = ("amparo", "celery.worker.consumer", "gunicorn.error")


class AllowedOnly(logging.Formatter):
    """One JSON line per record: time, level, logger, the constant message and allow-listed extras.

    Arguments of the message are dropped unless the logger is our own or a server's; an exception shows its type and
    the places in the code, never its text, which may hold what a person typed.
    """

    def format(self, record: logging.LogRecord) -> str:
        """The record as JSON."""
        own = record.name.startswith(OWN_LOGGERS)
        line: dict[str, Any] = {
            "at": self.formatTime(record),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage() if own else str(record.msg),
        }
        line |= {key: record.__dict__[key] for key in ALLOWED if key in record.__dict__}
        if record.exc_info and record.exc_info[0]:
            frames = traceback.extract_tb(record.exc_info[2])
            line["exception"] = record.exc_info[0].__name__
            line["where"] = [f"{f.filename.rsplit('/', 2)[-1]}:{f.lineno} {f.name}" for f in frames[-6:]]
        return json.dumps(line, ensure_ascii=False)


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
