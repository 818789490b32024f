"""People at work while keys are exchanged: ``python -m tests.custody.load readers|writers STOP`` until the file STOP is there.

Run as a process of its own, as the application's role, on the database that the environment names. Prints as JSON what was
done, what failed and the longest that anything took, in milliseconds.
"""

import json
import os
import sys
from collections.abc import Callable, Iterator
from itertools import cycle
from pathlib import Path
from typing import Any

import django

from referrals.bench.people import until


def main(kind: str, stop: Path) -> None:
    """Work until told to stop."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from django.conf import settings

    from config.celery import app

    app.set_default()
    settings.ALLOWED_HOSTS = ["testserver"]
    settings.CASELOAD_CEILING = 1_000_000
    works = {"readers": readers, "writers": writers}[kind]()
    print(json.dumps(until(stop, works)))


def readers() -> Iterator[Callable[[], Any]]:
    """The pages of a caseworker and of a partner, a search, a file."""
    from django.db import transaction

    from cases.models import Case
    from cases.views import search
    from foundation.core.acting import acting
    from foundation.files import actions as files
    from foundation.files.models import Attachment
    from tests import factories
    from tests.custody.world import CONTENT

    house = factories.house()
    owner, worker = house.people["caseworker"], house.people["partner_worker"]
    client, partner = signed_in(owner), signed_in(worker)
    with acting(owner.pk), transaction.atomic():
        cases = list(Case.objects.values_list("pk", flat=True))
    pages, search.PER_MINUTE = cycle(cases), 1_000_000

    def opens_file() -> None:
        with acting(owner.pk), transaction.atomic():
            row = Attachment.objects.filter(state="ready").first()
            opened = files.open_file(row, by=owner) if row else None
        assert opened is None or opened.whole() == CONTENT

    while True:
        yield lambda: get(client, "/cases/", factories.NAME)
        yield lambda: get(client, f"/cases/{next(pages)}/", factories.NAME)
        yield lambda: get(client, f"/cases/{next(pages)}/notes/", "")
        yield lambda: post(client, "/search/", {"term": factories.NAME}, factories.NAME)
        yield lambda: get(partner, "/inbox/", "")
        yield opens_file


def writers() -> Iterator[Callable[[], Any]]:
    """New notes, new cases with their folders, drafts that are discarded, a person who changes their name."""
    from django.db import transaction

    from cases import actions
    from cases.models import Case
    from foundation.core.acting import acting
    from foundation.dossiers import actions as dossiers
    from tests import factories

    house = factories.house()
    owner = house.people["caseworker"]

    def note() -> None:
        with acting(owner.pk), transaction.atomic():
            for case in Case.objects.select_related("dossier", "person")[:5]:
                actions.add_note(case, by=owner, text="She called back.")
                case.person.alias = case.person.alias
                case.person.save()

    def opened() -> None:
        with transaction.atomic():
            factories.case(house)

    def erased() -> None:
        with transaction.atomic():
            draft = factories.draft(house)
            with acting(draft.reporter_id):
                dossiers.erase(draft.dossier)

    while True:
        yield from (note, opened, note, erased)


def signed_in(user: Any) -> Any:
    """A client that is signed in, of a person who has done what stands before the first page."""
    from django.db import transaction

    from tests import door, factories

    with transaction.atomic():
        return door.opened(factories.settle(user))


def get(client: Any, url: str, wanted: str) -> None:
    """A page must open and show what it must show."""
    check(client.get(url), url, wanted)


def post(client: Any, url: str, data: dict[str, str], wanted: str) -> None:
    """The same for a form."""
    check(client.post(url, data), url, wanted)


def check(answer: Any, url: str, wanted: str) -> None:
    """200, the words, and no line that cannot be opened."""
    text = answer.content.decode()
    assert answer.status_code == 200, f"{url} {answer.status_code}"
    assert wanted in text, f"{url} does not show it"
    assert "cannot be opened" not in text, f"{url} has a shut line"


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
