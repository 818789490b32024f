"""People at work while keys are exchanged: ``python -m referrals.bench.people readers|writers STOP``, until the file is there.

A process of its own, as the application's role, on the database that the environment names. Prints as JSON how much was done,
what failed, and the longest that anything took, in milliseconds.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from itertools import cycle
from pathlib import Path
from typing import Any

import django
from django.db import Error as DatabaseError

from foundation.core.errors import DomainError, Unreadable

Work = Callable[[], None]
FAULTS = (AssertionError, DatabaseError, DomainError, LookupError, TypeError, Unreadable, ValueError)
"""What is counted; anything else ends the process, and that is found too."""
WARM_UP = 6
"""So many things are done before it counts: templates are compiled, modules loaded."""


def main(kind: str, stop: Path) -> None:
    """Work until told to stop."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from django.conf import settings
    from django.utils.module_loading import import_string

    from referrals.bench.measure import unthrottled

    import_string(settings.WSGI_APPLICATION)  # as in a web process: the broker is then ours
    with unthrottled():
        print(json.dumps(until(stop, {"readers": readers, "writers": writers}[kind]())))  # noqa: T201


def until(stop: Path, works: Iterator[Work]) -> dict[str, Any]:
    """Do one work after the other until the file is there: how many, what failed, the slowest in milliseconds.

    Says beside the file when it begins to count.
    """
    n, slowest, failed = 0, 0.0, list[str]()
    for _ in range(WARM_UP):
        next(works)()
    stop.with_name(f"{os.getpid()}.ready").touch()
    for work in works:
        began = time.monotonic()
        try:
            work()
        except FAULTS as problem:
            failed.append(f"{type(problem).__name__}: {problem}"[:300])
        slowest, n = max(slowest, time.monotonic() - began), n + 1
        if stop.exists():
            break
    return {"n": n, "failed": failed, "slowest": round(slowest * 1000)}


def readers() -> Iterator[Work]:
    """A worker's day, list and cases, all of them in turn; a manager's; a partner's list by the API."""
    from cases.models import Case
    from foundation.accounts.models import User
    from referrals.bench.measure import as_user, signed_in

    worker, manager = (User.objects.get(email=f"{name}@bench.invalid") for name in ("worker", "manager"))
    desk, boss = signed_in(worker), signed_in(manager)
    with as_user(worker):
        pages = cycle(list(Case.objects.visible_to(worker).values_list("pk", flat=True)[:2000]))
    while True:
        yield lambda: shows(desk.get("/cases/"))
        yield lambda: shows(desk.get(f"/cases/{next(pages)}/"))
        yield lambda: shows(desk.get(f"/cases/{next(pages)}/notes/"))
        yield lambda: shows(boss.get("/"))


def writers() -> Iterator[Work]:
    """Notes on cases, one after the other, and concerns from the first question to handing over."""
    from cases.actions import add_note
    from cases.models import Case
    from foundation.accounts.models import User
    from referrals.bench.measure import as_user, signed_in

    worker = User.objects.get(email="worker@bench.invalid")
    reporter = signed_in(User.objects.get(email="reporter0@bench.invalid"))
    with as_user(worker):
        own = cycle(list(Case.objects.filter(owner=worker).values_list("pk", flat=True)[:500]))

    def note() -> None:
        with as_user(worker):
            add_note(Case.objects.select_related("dossier").get(pk=next(own)), by=worker, text="She called back.")

    while True:
        yield note
        yield lambda: logs(reporter)


def logs(client: Any) -> None:
    """A concern: nine requests that write."""
    from referrals.bench.writes import STEPS

    address = client.post("/concerns/start/").headers["Location"]
    for revision, (step, data) in enumerate(STEPS):
        answer = client.post(f"{address}{step}/", {"revision": revision, **data})
        if answer.status_code != 302:
            raise AssertionError(f"{step}: {answer.status_code}")


def shows(answer: Any) -> None:
    """200, and no line that cannot be opened."""
    if answer.status_code != 200 or "cannot be opened" in answer.content.decode():
        raise AssertionError(f"{answer.request['PATH_INFO']}: {answer.status_code}")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
