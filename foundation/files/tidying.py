"""What accidents leave behind is put right: content of erased folders, files that no row names, rows without a file."""

import logging
from typing import Any, Final
from uuid import UUID

from foundation.audit import trail
from foundation.dossiers import clerk
from foundation.dossiers.models import Dossier
from foundation.files.actions import vacate
from foundation.files.models import Attachment
from foundation.files.states import FileState, Problem
from foundation.files.store import store

logger = logging.getLogger("amparo.files")
GRACE_SECONDS: Final = 24 * 3600
"""A file that no row names may belong to a transaction that is still open, or to a database that is being restored."""
ALWAYS: Final = 20
"""So many files without a row are an accident; more, if they are most of the store, are a wrong database or store."""


def tidy() -> None:
    """All three, in this order; each is harmless when repeated."""
    shut_erased()
    note_missing()
    drop_orphans()


def shut_folder(dossier: Dossier) -> None:
    """Destroy what lies under the key of an erased folder, as the clerk: nobody can read it any more.

    The rows go too where the folder is open to the clerk; a file that was there says something by being told of.
    """
    rows = Attachment.objects.filter(dossier=dossier)
    _shut(rows)
    rows.delete()


def shut_erased() -> int:
    """The same for all erased folders, whatever was missed at the time."""
    with clerk.as_clerk():
        return _shut(Attachment.objects.filter(dossier__erased_at__isnull=False))


def _shut(rows: Any) -> int:
    found = list(rows.exclude(blob="").select_for_update(of=("self",), skip_locked=True))
    for row in found:
        vacate(row, FileState.REMOVED, problem=Problem.ERASED)
        trail.record("file.removed", dossier=row.dossier_id, subject=row.pk, reason="erased", had_content=True)
    return len(found)


def drop_orphans() -> int:
    """Remove old files that no row names: of a transaction that was rolled back, or of a crash before the removal."""
    old = {name for name, age in store().names() if age > GRACE_SECONDS}
    with clerk.as_clerk():
        named = set(Attachment.objects.exclude(blob="").values_list("blob", flat=True))
    orphans = old - named
    if len(orphans) > max(ALWAYS, len(old) // 2):
        logger.error(
            "most files have no row: nothing is removed", extra={"code": "strange_store", "count": len(orphans)}
        )
        return 0
    for name in orphans:
        store().remove(name)
    return len(orphans)


def note_missing() -> int:
    """Say on the rows whose file is not there; and take it back when it is there again, as after a restore."""
    with clerk.as_clerk():
        rows = list(Attachment.objects.exclude(blob="").values_list("pk", "blob", "problem", "dossier"))
    there = {name for name, _age in store().names()}
    n = 0
    for pk, blob, problem, dossier in rows:
        is_missing = blob not in there
        if is_missing != (problem == Problem.MISSING):
            n += _note(pk, blob, dossier, is_missing=is_missing)
    return n


def _note(pk: UUID, blob: str, dossier: UUID, *, is_missing: bool) -> int:
    with clerk.as_clerk():
        row = Attachment.objects.filter(pk=pk, blob=blob)  # its content may have changed meanwhile
        changed: int = row.update(problem=Problem.MISSING if is_missing else "")
        if changed:
            trail.record("file.missing", dossier=dossier, subject=pk, is_missing=is_missing)
    return changed
