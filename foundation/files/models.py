"""Files that hang on a folder. The row says where a file stands; what is in it lies sealed in the store."""

import uuid
from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from foundation.dossiers.models import DossierBound
from foundation.files.kinds import FileKind
from foundation.files.states import FILE, FileState, Problem, Purpose, Reason
from foundation.vault.fields import EncryptedText

NAME_LENGTH, DESCRIPTION_LENGTH = 120, 200


class Attachment(DossierBound):
    """One file of a folder, with why it is kept (HS-17; domain.md §5.1, row 30).

    ``blob`` is the random name in the store, empty once its content was destroyed. ``size`` is rounded up: what the
    disk shows anyway. ``key_version`` is the version of the folder's key that its content is sealed under.
    """

    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(default=timezone.now)
    once = models.UUIDField(default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=8, choices=FileKind.choices)
    purpose = models.CharField(max_length=12, choices=Purpose.choices)
    state = models.CharField(max_length=8, choices=FileState.choices, default=FileState.PENDING)
    problem = models.CharField(max_length=12, choices=Problem.choices, blank=True)
    blob = models.CharField(max_length=32, blank=True)
    size = models.PositiveBigIntegerField()
    key_version = models.PositiveIntegerField()
    checked_at = models.DateTimeField(null=True, blank=True)
    n_tries = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(default=timezone.now)
    removed_at = models.DateTimeField(null=True, blank=True)
    removed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True)
    reason = models.CharField(max_length=12, choices=Reason.choices, blank=True)
    name = EncryptedText(null=True, blank=True, validators=[MaxLengthValidator(NAME_LENGTH)])
    description = EncryptedText(null=True, blank=True, validators=[MaxLengthValidator(DESCRIPTION_LENGTH)])

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["dossier", "-uploaded_at"], name="files_of_dossier"),
            models.Index(fields=["next_at"], name="files_to_check", condition=Q(state="pending")),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["dossier", "once"], name="one_file_per_form"),
            models.UniqueConstraint(fields=["blob"], name="one_file_per_blob", condition=~Q(blob="")),
            models.CheckConstraint(
                condition=Q(state__in=["pending", "ready"]) & ~Q(blob="")
                | Q(state__in=["refused", "removed"], blob=""),
                name="content_goes_with_its_state",
            ),
            models.CheckConstraint(condition=~Q(state="ready") | Q(checked_at__isnull=False), name="ready_was_checked"),
        ]
        triggers: ClassVar = [
            pgtrigger.FSM(
                name="life_of_a_file",
                field="state",
                transitions=sorted((str(a), str(b)) for a, b in FILE.pairs()),
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)
