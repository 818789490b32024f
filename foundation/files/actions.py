"""Taking a file in, giving it out, destroying it."""

import uuid
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from foundation.accounts.models import User
from foundation.audit import trail
from foundation.core.errors import Gone, Refused, WrongState
from foundation.core.hooks import Hook
from foundation.dossiers.models import Ciphers, Dossier, open_version
from foundation.files import kinds, streams
from foundation.files.models import NAME_LENGTH, Attachment
from foundation.files.states import FILE, FileState, Problem, Reason
from foundation.files.store import store
from foundation.vault.crypto import Cipher, NoKey, VaultError

arrived: Hook[uuid.UUID] = Hook()
"""Told after the commit that a file waits for its check."""


@dataclass(frozen=True)
class Upload:
    """What somebody hands in. ``once`` stands for the form: the same form twice is one file.

    ``may_tell``: the person who hands it in knows that this kind keeps traces of who made it, when and with what.
    """

    content: bytes
    description: str
    purpose: str
    name: str = ""
    declared: str = ""
    may_tell: bool = False
    once: uuid.UUID = field(default_factory=uuid.uuid4)


@transaction.atomic
def keep(dossier: Dossier, upload: Upload, *, by: User) -> Attachment:
    """Take a file into a folder, sealed. It waits for the virus check and opens to nobody before that.

    ``Refused`` for a kind that is not taken, for too much, and for traces that nobody agreed to keep.
    """
    Dossier.objects.select_for_update(of=("self",)).get(pk=dossier.pk)
    known = Attachment.objects.filter(dossier=dossier, once=upload.once).first()
    if known is not None:
        return known
    kind = _admitted(dossier, upload)
    cipher, size = dossier.cipher(), streams.rounded(len(upload.content))
    row = Attachment(
        dossier=dossier, uploaded_by=by, once=upload.once, kind=kind, purpose=upload.purpose, size=size,
        key_version=cipher.version, name=upload.name[:NAME_LENGTH] or None, description=upload.description,
    )  # fmt: skip
    row.clean_fields(exclude=["dossier", "uploaded_by", "blob"])
    row.blob = store().write(streams.seal(place(row, cipher, streams.INCOMING), upload.content))
    row.save(force_insert=True)
    trail.record("file.uploaded", dossier=dossier.pk, subject=row.pk, kind=kind, size=size)
    transaction.on_commit(partial(arrived.send, row.pk), robust=True)
    return row


def _admitted(dossier: Dossier, upload: Upload) -> kinds.FileKind:
    """The kind of what may come in."""
    if not upload.content:
        raise Refused("file.empty", _("This file is empty."), "file")
    if len(upload.content) > settings.FILE_BYTES:
        raise too_large()
    kept = Attachment.objects.filter(dossier=dossier, state__in=[FileState.PENDING, FileState.READY])
    if kept.count() >= settings.FILES_PER_DOSSIER:
        message = _("There are %(n)d files here already. Remove what is not needed any more first.")
        raise Refused("file.many", message % {"n": settings.FILES_PER_DOSSIER}, "file")
    kind = kinds.identify(upload.content, upload.name, upload.declared)
    if kind in kinds.CARRY_TRACES and not upload.may_tell:
        message = _(
            "This document may tell who made it, when and with what. Say that it may be kept so, and choose it again."
        )
        raise Refused("file.traces", message, "may_tell")
    return kind


def too_large() -> Refused:
    """The refusal of a file over the limit."""
    message = _("This file is larger than %(n)d MB. Make it smaller or add its pages one by one.")
    return Refused("file.too_large", message % {"n": settings.FILE_BYTES // 1_000_000}, "file")


def place(row: Attachment, cipher: Cipher | Ciphers, stage: bytes) -> streams.Place:
    """Where this file's stream opens, and with which key."""
    return streams.Place(stage, row.dossier_id, row.pk, cipher.version, cipher.file_key(row.pk))


def cipher_of(row: Attachment) -> Cipher:
    """The folder's cipher in the version that the file is sealed under; ``VaultError`` for who may not open it."""
    return open_version(row.dossier_id, row.key_version)


@transaction.atomic
def open_file(row: Attachment, *, by: User) -> streams.Opened:
    """The content of a checked file, to be read after this transaction. That it was opened stands in the trail.

    ``WrongState`` before the check, ``Gone`` when it is not there or its key is not, ``VaultError`` when it is damaged.
    """
    if row.state != FileState.READY:
        raise WrongState("file.not_ready", _("This file cannot be opened: it is not checked yet, or it is gone."))
    stream = store().open(row.blob)
    try:
        opened = streams.unseal(place(row, cipher_of(row), streams.KEPT), stream)
    except NoKey as problem:
        stream.close()
        raise Gone("file.erased", str(Problem.ERASED.label)) from problem
    except VaultError as problem:
        stream.close()
        problem.place = (Attachment._meta.db_table, "blob", row.pk)
        raise
    trail.record("file.opened", dossier=row.dossier_id, subject=row.pk, kind=row.kind, size=row.size)
    return opened


@transaction.atomic
def remove(row: Attachment, reason: Reason, *, by: User) -> Attachment:
    """Destroy a file: its content, its name and what was written about it. That there was one, and why it went, stays."""
    locked: Attachment = Attachment.objects.select_for_update(of=("self",)).get(pk=row.pk)
    FILE.check("remove", locked.state)
    blob = locked.blob
    vacate(
        locked, FileState.REMOVED, reason=reason, removed_by=by, removed_at=timezone.now(), name=None, description=None
    )
    trail.record("file.removed", dossier=locked.dossier_id, subject=locked.pk, reason=reason, had_content=bool(blob))
    return locked


def vacate(row: Attachment, state: FileState, **changes: Any) -> None:
    """Move a row to a state without content; the content goes with the commit."""
    if row.blob:
        transaction.on_commit(partial(store().remove, row.blob), robust=True)
    for name, value in {"state": state, "blob": "", **changes}.items():
        setattr(row, name, value)
    row.save(update_fields=["state", "blob", *changes])
