"""What happens to a file between handing in and opening: scanned, cleaned, sealed anew.

All of it is the installation's own doing and stands in the trail as such. Only the key must come from somebody who may
open the folder: the house reads it in the name of who handed the file in, or of whoever opens the folder now.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from foundation.accounts import actions as accounts
from foundation.audit import trail
from foundation.core.acting import acting
from foundation.core.errors import DomainError, Gone
from foundation.dossiers import actions as dossiers
from foundation.dossiers import clerk
from foundation.files import clamav, cleaning, streams
from foundation.files.actions import cipher_of, place, vacate
from foundation.files.kinds import FileKind
from foundation.files.models import Attachment
from foundation.files.states import FileState, Problem
from foundation.files.store import store
from foundation.outbox import delivery
from foundation.vault.crypto import VaultError

logger = logging.getLogger("amparo.files")
TRIES: Final = 5
"""A file that ended its check this often without a verdict (it takes the worker down with it) is not kept."""
CLAIM: Final = timedelta(minutes=6)
"""Longer than a task may run, so that no second worker takes up a file that the first still holds."""
AGAIN: Final = timedelta(minutes=1)
LATER: Final = timedelta(hours=1)
SWEEP: Final = 200


def check(pk: UUID) -> None:
    """Check one file that waits: clean ones become ready, others are destroyed, and without a verdict it goes on waiting."""
    row = _claimed(pk) if clamav.is_connected() else None
    unlocked = _unlocked(row) if row else None
    if row is None or unlocked is None:
        return
    try:
        content = unlocked.content()
        if clamav.is_infected(content):
            _refuse(row, Problem.INFECTED)
        else:
            _release(unlocked, cleaning.cleaned(FileKind(row.kind), content))
    except clamav.Unavailable as problem:
        _put_off(row, Problem(problem.code), AGAIN)
    except cleaning.Uncleanable as problem:
        _refuse(row, Problem(problem.code))
    except VaultError:
        _put_off(row, Problem.DAMAGED, LATER)
    except DomainError as problem:
        _put_off(row, Problem.MISSING if isinstance(problem, Gone) else Problem.STORE, LATER)


def is_anything_waiting() -> bool:
    """Whether some file waits for its check, in whatever folder. Asks as the clerk."""
    with clerk.as_clerk():
        return Attachment.objects.filter(state=FileState.PENDING, dossier__erased_at=None).exists()


def _claimed(pk: UUID) -> Attachment | None:
    """Take a file that waits by conditional update; one that was taken up too often is not kept."""
    now = timezone.now()
    with clerk.as_clerk():
        waiting = Attachment.objects.filter(pk=pk, state=FileState.PENDING, next_at__lte=now, dossier__erased_at=None)
        if not waiting.update(n_tries=F("n_tries") + 1, next_at=now + CLAIM):
            return None
        row: Attachment = Attachment.objects.select_related("dossier", "uploaded_by").get(pk=pk)
    if row.n_tries <= TRIES:
        return row
    _refuse(row, Problem.UNREADABLE)
    return None


@dataclass(frozen=True)
class _Unlocked:
    """A file's places before and after the check, each with its key."""

    row: Attachment
    incoming: streams.Place
    kept: streams.Place

    def content(self) -> bytes:
        """What was handed in."""
        return streams.unseal(self.incoming, store().open(self.row.blob)).whole()


def _unlocked(row: Attachment) -> _Unlocked | None:
    """The keys, in the name of the first person who may open the folder now; ``None`` if nobody may."""
    with clerk.as_clerk():
        candidates = list(dict.fromkeys(_candidates(row)))
    for pk in candidates:
        with acting(pk), transaction.atomic():
            try:
                incoming, newest = cipher_of(row), row.dossier.cipher()
            except VaultError:
                continue
            return _Unlocked(row, place(row, incoming, streams.INCOMING), place(row, newest, streams.KEPT))
    return None


def _candidates(row: Attachment) -> Iterator[int]:
    """Who handed it in, then whoever stands on the folder's list."""
    yield row.uploaded_by_id
    for kind, key, _reason in dossiers.readers(row.dossier):
        if kind == "user":
            yield int(str(key))
        else:
            yield from (person.pk for person in accounts.members(int(str(key))))


def _waiting(row: Attachment) -> Attachment | None:
    """The row, locked, if it still waits: meanwhile it may have been removed, or its folder erased."""
    rows = Attachment.objects.select_for_update(of=("self",)).select_related("dossier", "uploaded_by")
    found: Attachment | None = rows.filter(pk=row.pk, state=FileState.PENDING, dossier__erased_at=None).first()
    return found


def _release(unlocked: _Unlocked, content: bytes) -> None:
    """Keep the cleaned content in place of what was handed in."""
    sealed, blob = unlocked.kept, store().write(streams.seal(unlocked.kept, content))
    with clerk.as_clerk():
        row = _waiting(unlocked.row)
        if row is not None:
            transaction.on_commit(partial(store().remove, row.blob), robust=True)
            row.state, row.blob, row.problem, row.checked_at = FileState.READY, blob, "", timezone.now()
            row.size, row.key_version = streams.rounded(len(content)), sealed.version
            row.save(update_fields=["state", "blob", "problem", "checked_at", "size", "key_version"])
            trail.record("file.checked", dossier=row.dossier_id, subject=row.pk, kind=row.kind, size=row.size)
    if row is None:
        store().remove(blob)


def _refuse(row: Attachment, problem: Problem) -> None:
    """Destroy what was handed in, and tell who did; what was written about it stays until somebody removes it."""
    with clerk.as_clerk():
        waiting = _waiting(row)
        if waiting is not None:
            vacate(waiting, FileState.REFUSED, problem=problem, checked_at=timezone.now())
            trail.record(
                "file.refused", dossier=waiting.dossier_id, subject=waiting.pk, code=problem, kind=waiting.kind
            )
            delivery.tell([waiting.uploaded_by], "file.refused", f"file:{waiting.pk}:refused")


def _put_off(row: Attachment, problem: Problem, pause: timedelta) -> None:
    """No verdict: it waits on, and this attempt does not count."""
    with clerk.as_clerk():
        waiting = Attachment.objects.filter(pk=row.pk, state=FileState.PENDING)
        waiting.update(problem=problem, n_tries=F("n_tries") - 1, next_at=timezone.now() + pause)
    logger.warning("a file waits for its check", extra={"code": str(problem)})


def due() -> list[UUID]:
    """What can be checked now; nothing while there is no scanner that answers."""
    with clerk.as_clerk():
        rows = Attachment.objects.filter(state=FileState.PENDING, next_at__lte=timezone.now(), dossier__erased_at=None)
        waiting = list(rows.order_by("next_at").values_list("pk", flat=True)[:SWEEP])
    return waiting if waiting and clamav.is_connected() and clamav.is_there() else []
