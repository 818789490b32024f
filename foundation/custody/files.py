"""Files of folders whose key is exchanged: their content is sealed anew and put in the place of the old one."""

from typing import Any
from uuid import UUID

from django.conf import settings

from foundation.core.errors import Gone
from foundation.custody.keeper import OWNER, as_keeper, wait_for_others
from foundation.dossiers.models import Ciphers
from foundation.files import streams
from foundation.files.models import Attachment
from foundation.files.states import FileState
from foundation.files.store import store
from foundation.vault.crypto import VaultError


def reseal_files(known: dict[UUID, Ciphers]) -> tuple[int, dict[UUID, UUID]]:
    """Seal the files of these folders under the newest version; how many, and which (row → folder) do not open.

    The old content is destroyed only when nobody can still be about to open it.
    """
    damaged: dict[UUID, UUID] = {}
    replaced: list[str] = []
    for row in _old_rows(known):
        try:
            replaced += _reseal(row, known[row.dossier_id])
        except (VaultError, Gone):
            damaged[row.pk] = row.dossier_id
    if replaced:
        wait_for_others(settings.KEY_PATIENCE)
    for blob in replaced:
        store().remove(blob)
    return len(replaced), damaged


def old_files(newest: dict[UUID, int]) -> set[UUID]:
    """Which of these folders still have a file under an old version."""
    with as_keeper():
        rows = Attachment.objects.using(OWNER).filter(dossier__in=newest).exclude(blob="")
        return {pk for pk, version in rows.values_list("dossier_id", "key_version") if version != newest[pk]}


def _old_rows(known: dict[UUID, Ciphers]) -> list[Attachment]:
    with as_keeper():
        rows = list(Attachment.objects.using(OWNER).filter(dossier__in=known).exclude(blob=""))
    return [row for row in rows if row.key_version != known[row.dossier_id].version]


def _reseal(row: Attachment, ciphers: Ciphers) -> list[str]:
    """Write the new content, then let the row name it; the old content's name, or nothing if the row moved on."""
    stage = streams.INCOMING if row.state == FileState.PENDING else streams.KEPT
    content = streams.unseal(_place(row, ciphers, stage, row.key_version), store().open(row.blob)).whole()
    blob = store().write(streams.seal(_place(row, ciphers, stage, ciphers.version), content))
    with as_keeper():
        rows: Any = Attachment.objects.using(OWNER).filter(pk=row.pk, blob=row.blob, key_version=row.key_version)
        is_put = rows.update(blob=blob, key_version=ciphers.version)
    if not is_put:
        store().remove(blob)
    return [row.blob] if is_put else []


def _place(row: Attachment, ciphers: Ciphers, stage: bytes, version: int) -> streams.Place:
    return streams.Place(stage, row.dossier_id, row.pk, version, ciphers.of(version).file_key(row.pk))
