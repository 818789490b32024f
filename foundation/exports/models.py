"""A list that leaves: a folder of its own, so that what was made can be opened by few, and destroyed by one key."""

from typing import Any, ClassVar

import pgtrigger
from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from foundation.accounts.models import Unit
from foundation.core.codes import new_code
from foundation.dossiers.models import FOLLOW, DossierBound
from foundation.exports.states import LIFE, OPEN, ExportState, Format, Reason
from foundation.vault.fields import EncryptedField, EncryptedJSON, EncryptedText

WHY_LENGTH = 500


def export_reference() -> str:
    """A random reference with a check character; it stands on the file, in it, and in the trail."""
    return new_code((3, 3), check=True)


class Export(DossierBound):
    """One list: who asked for it and why, what would leave, who allowed it, and what became of it.

    The rows are ids and codes, sealed with the reason under the folder's key; whoever asked and the leads who may allow
    it open them. What the password was stands nowhere. ``token`` and ``session`` are hashes: the one link works for the one
    session that made the file.
    """

    reads: ClassVar[str] = FOLLOW

    reference = models.CharField(max_length=16, unique=True, default=export_reference)
    source = models.CharField(max_length=24)
    scope = models.CharField(max_length=24)
    columns = models.JSONField(default=list)
    format = models.CharField(max_length=4, choices=Format.choices)
    reason = models.CharField(max_length=16, choices=Reason.choices)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=ExportState.choices)
    n_rows = models.PositiveIntegerField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    made_at = models.DateTimeField(null=True, blank=True)
    n_made = models.PositiveIntegerField(null=True, blank=True)
    n_withheld = models.PositiveIntegerField(default=0)
    ends_at = models.DateTimeField()
    token = models.BinaryField(null=True, blank=True)
    session = models.BinaryField(null=True, blank=True)
    why = EncryptedText(validators=[MaxLengthValidator(WHY_LENGTH)])
    rows = EncryptedJSON()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["asked_by", "-asked_at"], name="exports_of_person"),
            models.Index(fields=["ends_at"], name="exports_to_end", condition=Q(state__in=[str(s) for s in OPEN])),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("asked_by")), name="nobody_allows_own_export"
            ),
            models.CheckConstraint(
                condition=Q(state="ready", token__isnull=False, session__isnull=False)
                | ~Q(state="ready") & Q(token=None, session=None),
                name="a_link_while_the_file_waits",
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.FSM(
                name="life_of_an_export",
                field="state",
                transitions=sorted((str(a), str(b)) for a, b in LIFE.pairs()),
            )
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def is_over(self) -> bool:
        """Whether nothing can be done with it any more."""
        return self.state not in OPEN or self.ends_at <= timezone.now()


class EncryptedBytes(EncryptedField):
    """Bytes as they are."""

    def encode(self, value: Any) -> bytes:
        """Themselves."""
        return bytes(value)

    def decode(self, plain: bytes) -> bytes:
        """Themselves."""
        return plain


class ExportFile(DossierBound):
    """The locked file, sealed once more, until it is downloaded or its time runs out. The clerk can only remove it."""

    reads: ClassVar[str] = FOLLOW
    writes: ClassVar[str] = FOLLOW

    export = models.OneToOneField(Export, models.CASCADE, related_name="file")
    content = EncryptedBytes()

    def __str__(self) -> str:
        return str(self.pk)
