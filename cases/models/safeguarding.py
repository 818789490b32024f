"""A report about our own people: in a folder of its own kind, under a key of its own lineage (R-31, HS-16)."""

from typing import Any, ClassVar

import pgtrigger
from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from cases.safeguarding_terms import REPORT, ReportState
from foundation.accounts.models import Unit
from foundation.core.codes import new_code
from foundation.dossiers.models import FOLLOW, DossierBound
from foundation.vault.fields import EncryptedJSON, EncryptedText

REPORT_LENGTH = 4000


def report_code() -> str:
    """A random code such as S7F-2QX."""
    return new_code((3, 3))


class SafeguardingReport(DossierBound):
    """What somebody reported about one of our own. Its list names people on safeguarding seats, one by one, and no seat:

    who is spoken of, and who manages them, are never on it, whatever seat they get one day (HS-16). Who reported, who is
    spoken of and what was moved here from elsewhere stand in ``facts``, so that the table names nobody.
    """

    code = models.CharField(max_length=16, unique=True, default=report_code)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(max_length=12, choices=ReportState.choices, default=ReportState.RECEIVED)
    received_at = models.DateTimeField(default=timezone.now)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    closing_asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True, db_index=False
    )
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True, db_index=False
    )
    closed_at = models.DateTimeField(null=True, blank=True)
    facts = EncryptedJSON()
    text = EncryptedText(validators=[MaxLengthValidator(REPORT_LENGTH)])
    outcome = EncryptedText(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(closed_by=None) | Q(closing_asked_by__isnull=False) & ~Q(closed_by=F("closing_asked_by")),
                name="report_is_closed_by_another_person",
            ),
            models.CheckConstraint(
                condition=~Q(state="closed") | Q(closed_by__isnull=False, closed_at__isnull=False),
                name="closed_reports_were_closed_by_somebody",
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.FSM(
                name="report_life", field="state",
                transitions=sorted((str(a), str(b)) for a, b in REPORT.pairs() if a != b),
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.code

    @property
    def known(self) -> dict[str, Any]:
        """Who reported, who is spoken of, what was moved here."""
        return dict(self.facts)


class SafeguardingMove(DossierBound):
    """One step that somebody took, in their own words."""

    report = models.ForeignKey(SafeguardingReport, models.CASCADE, related_name="moves", db_index=False)
    verb = models.CharField(max_length=16)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    text = EncryptedText(null=True, blank=True, validators=[MaxLengthValidator(REPORT_LENGTH)])

    class Meta:
        indexes: ClassVar = [models.Index(fields=["report", "at"], name="moves_of_report")]

    def __str__(self) -> str:
        return self.verb


class SafeguardingBar(DossierBound):
    """Whom the list of a report may never name: sealed with the organisation's safeguarding key, for the clerk to ask.

    The clerk keeps the list complete while people come and go, and opens no report. ``until`` is when the folder ends.
    """

    reads: ClassVar[str] = FOLLOW
    writes: ClassVar[str] = FOLLOW

    report = models.UUIDField(db_index=True)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    key_id = models.UUIDField()
    barred = models.BinaryField()
    is_over = models.BooleanField(default=False)
    until = models.DateField(null=True, blank=True, db_index=True)

    def __str__(self) -> str:
        return str(self.pk)
