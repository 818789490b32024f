"""How gunicorn serves the pages: ``gunicorn -c python:config.serving config.wsgi``. The address is given beside it.

No access log: who asked for what is nobody's business. What is logged goes through the same sieve as everything else.
"""

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from gunicorn.glogging import Logger

from foundation.core.logs import AllowedOnly
from foundation.core.memory import keep_in

METRICS, PLACE = "PROMETHEUS_MULTIPROC_DIR", "AMPARO_WORKER_PLACE"


class Quiet(Logger):  # type: ignore[misc]
    """gunicorn's log without what it weaves into its messages: addresses, request lines, texts of exceptions."""

    def setup(self, cfg: Any) -> None:
        """As usual, with our formatter."""
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(AllowedOnly())


logger_class = Quiet
accesslog = None
worker_class = "gthread"
workers = int(os.environ.get("AMPARO_WEB_WORKERS", "2"))
threads = 4
timeout = 30
graceful_timeout = 18
max_requests, max_requests_jitter = 2000, 200
control_socket_disable = True
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - an empty file that shows a worker lives


def on_starting(server: Any) -> None:
    """A fresh directory for the figures of all workers."""
    keep_in()
    path = os.environ.setdefault(METRICS, str(Path(tempfile.gettempdir()) / f"amparo-metrics-{os.getpid()}"))
    shutil.rmtree(path, ignore_errors=True)
    Path(path).mkdir(mode=0o700, parents=True)


def on_exit(server: Any) -> None:
    """Remove it."""
    shutil.rmtree(os.environ[METRICS], ignore_errors=True)


def pre_fork(server: Any, worker: Any) -> None:
    """Give the worker the lowest free place: its figures go on where those of the last one there ended."""
    taken = {getattr(other, "place", None) for other in server.WORKERS.values()}
    worker.place = next(n for n in range(len(taken) + 1) if n not in taken)


def post_fork(server: Any, worker: Any) -> None:
    """Tell the application its place before it is loaded."""
    os.environ[PLACE] = str(worker.place)
