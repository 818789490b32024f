"""A case, a scanner that is there, and the worker's hand."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from foundation.audit import trail
from foundation.core.acting import acting
from foundation.files import actions, checking
from foundation.files.models import Attachment
from tests import factories
from tests.clamd import Daemon, clamd
from tests.files import samples


@pytest.fixture
def case(house):
    """A case that the caseworker works on."""
    return factories.case(house)


@pytest.fixture
def scanner(settings) -> Iterator[Daemon]:
    """A scanner that answers."""
    with clamd() as daemon:
        settings.CLAMAV = daemon.address
        yield daemon


@pytest.fixture
def hand_in(house, case) -> Callable[..., Attachment]:
    """Put a file into the case's folder as the caseworker; nothing checks it by itself."""

    def keep(content: bytes = samples.text(), **more: Any) -> Attachment:
        by = house.people["caseworker"]
        told = {"description": "Her registration", "purpose": "papers", "name": "spravka.txt", "may_tell": True, **more}
        with acting(by.pk):
            return actions.keep(case.dossier, actions.Upload(content, **told), by=by)

    return keep


@pytest.fixture
def seen(house) -> Callable[..., Attachment]:
    """The row as a person sees it now."""

    def row(attachment: Attachment, who: str = "caseworker") -> Attachment:
        with acting(house.people[who].pk):
            found: Attachment = Attachment.objects.select_related("dossier").get(pk=attachment.pk)
            assert found.is_open or found.dossier.erased_at
            return found

    return row


@pytest.fixture
def checked(django_capture_on_commit_callbacks, seen) -> Callable[[Attachment], Attachment]:
    """Check a file as the worker does."""

    def run(attachment: Attachment) -> Attachment:
        with django_capture_on_commit_callbacks(execute=True):
            checking.check(attachment.pk)
        return seen(attachment)

    return run


@pytest.fixture
def events(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    """Every event that was really written, with its data."""
    written: list[tuple[str, dict[str, Any]]] = []
    real = trail.record

    def record(verb: str, **data: Any) -> None:
        real(verb, **data)
        written.append((verb, data))

    monkeypatch.setattr(trail, "record", record)
    return written
