"""How long what is kept: the schedule, each folder's place in it, and what must not be erased for now."""

import uuid
from datetime import date, timedelta
from typing import Any, ClassVar

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from consent.terms import HOLD, HoldGround, HoldState, RecordClass
from foundation.accounts.models import Organisation, Seat, Unit, User
from foundation.dossiers import doors
from foundation.dossiers.models import FOLLOW, VIEW, BoundQuerySet, DossierBound
from foundation.vault.fields import EncryptedText

WORDS = 1000


class RetentionRule(models.Model):
    """How long a class of records is kept, in days; two people set it (HS-20). Never changed, only succeeded.

    Without an agreed rule the default of ``config/approach.py`` is shown, and nothing is erased by it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    record_class = models.CharField(max_length=16, choices=RecordClass.choices)
    version = models.PositiveIntegerField()
    days = models.PositiveIntegerField()
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    set_seat = models.ForeignKey(Seat, models.PROTECT, related_name="+")
    set_at = models.DateTimeField(default=timezone.now)
    agreed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True)
    agreed_seat = models.ForeignKey(Seat, models.PROTECT, related_name="+", null=True, blank=True)
    agreed_at = models.DateTimeField(null=True, blank=True)
    refused_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "record_class", "version"], name="one_rule_per_version"),
            models.CheckConstraint(
                condition=Q(agreed_by=None) | ~Q(agreed_by=F("set_by")), name="rule_needs_another_person"
            ),
            models.CheckConstraint(
                condition=Q(agreed_at=None) | Q(agreed_by__isnull=False, agreed_seat__isnull=False),
                name="rule_was_agreed_to",
            ),
            models.UniqueConstraint(
                fields=["organisation", "record_class"], condition=Q(agreed_at=None, refused_at=None),
                name="one_rule_waits_at_a_time",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.record_class} {self.version}"


class Keeping(DossierBound):
    """One folder's place in the schedule: its class, since when it counts, until when it is kept.

    ``days`` and ``version`` are those of the rule at collection. Nothing counts yet while ``keep_until`` is empty.
    """

    reads: ClassVar[str] = FOLLOW

    record_class = models.CharField(max_length=16, choices=RecordClass.choices)
    subject_kind = models.CharField(max_length=12)
    subject_id = models.UUIDField()
    reference = models.CharField(max_length=16)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    version = models.PositiveIntegerField()
    days = models.PositiveIntegerField()
    since = models.DateTimeField(null=True, blank=True)
    not_before = models.DateField(null=True, blank=True)
    extended_until = models.DateField(null=True, blank=True)
    keep_until = models.DateField(null=True, blank=True)
    offered_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["keep_until"], name="keeping_that_runs_out", condition=Q(ended_at=None)),
        ]
        constraints: ClassVar = [models.UniqueConstraint(fields=["dossier"], name="one_keeping_per_folder")]

    def __str__(self) -> str:
        return self.reference

    def reckoned(self) -> date | None:
        """The last day on which it is kept: by the rule, by the law on children, or by what a lead decided; the latest."""
        if self.since is None:
            return None
        by_rule = timezone.localdate(self.since) + timedelta(days=self.days)
        return max(day for day in (by_rule, self.not_before, self.extended_until) if day)


class KeepingExtension(DossierBound):
    """A lead keeps a folder longer, and says why."""

    keeping = models.ForeignKey(Keeping, models.CASCADE, related_name="extensions")
    until = models.DateField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    reason = EncryptedText(null=True, blank=True, validators=[MaxLengthValidator(WORDS)])

    def __str__(self) -> str:
        return str(self.until)


class HoldQuerySet(BoundQuerySet["LegalHold"]):
    """Who may know of a hold."""

    def visible_to(self, actor: User) -> "HoldQuerySet":
        """Those of folders that one opens, that one asked for, and that one of one's seats decides on."""
        opened = doors.seen("consent_legalhold", "dossier_id", actor, VIEW)
        mine = Q(asked_by=actor.pk) if actor.seats else Q(pk=None)
        found: HoldQuerySet = self.filter(Q(opened) | mine | Q(deciders__overlap=actor.group_ids))
        return found

    def in_force(self) -> "HoldQuerySet":
        """Agreed to by two people, and not ended by two."""
        return self.filter(state__in=(HoldState.HELD, HoldState.ENDING))


class LegalHold(DossierBound):
    """A folder that must not be erased: two people begin it, two people end it (HS-20, HS-23).

    On the day ``until`` somebody looks at it again; it holds until it is ended.
    """

    reference = models.CharField(max_length=16)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    ground = models.CharField(max_length=12, choices=HoldGround.choices)
    until = models.DateField()
    state = models.CharField(max_length=10, choices=HoldState.choices, default=HoldState.ASKED)
    deciders = ArrayField(models.IntegerField())
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    end_asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True)
    end_decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True
    )
    ended_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[Any] = HoldQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("asked_by")), name="hold_needs_another_person"
            ),
            models.CheckConstraint(
                condition=Q(end_decided_by=None) | ~Q(end_decided_by=F("end_asked_by")),
                name="ending_a_hold_needs_another_person",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("held", "ending")) | Q(decided_by__isnull=False), name="hold_was_agreed_to"
            ),
            models.CheckConstraint(
                condition=~Q(state="ended") | Q(end_decided_by__isnull=False), name="hold_was_ended_by_two"
            ),
            models.UniqueConstraint(
                fields=["dossier"], condition=Q(state__in=("asked", "held", "ending")), name="one_hold_at_a_time"
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.FSM(
                name="hold_life", field="state", transitions=sorted((str(a), str(b)) for a, b in HOLD.pairs())
            )
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def is_in_force(self) -> bool:
        """Whether it keeps the folder from being erased today."""
        return self.state in (HoldState.HELD, HoldState.ENDING)

    @property
    def is_due(self) -> bool:
        """Whether its day has come and somebody must look at it again."""
        return self.is_in_force and self.until <= timezone.localdate()
