"""Two people destroy the keys of a case; what is left is a certificate."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from cases.models.case import Case
from cases.states import ErasureStatus
from cases.vocabulary import Ground
from consent.models import RetentionRule
from foundation.accounts.models import Seat, Unit, User
from foundation.dossiers import doors
from foundation.dossiers.models import VIEW, BoundQuerySet, DossierBound


class ErasureQuerySet(BoundQuerySet["Erasure"]):
    """Who may know of an erasure."""

    def visible_to(self, actor: User) -> "ErasureQuerySet":
        """Those of cases that one opens, that one asked for, and that one of one's seats may decide on."""
        opened = doors.seen("cases_erasure", "dossier_id", actor, VIEW)
        mine = Q(requested_by=actor.pk) if actor.seats else Q(pk=None)
        found: ErasureQuerySet = self.filter(Q(opened) | mine | Q(deciders__overlap=actor.group_ids))
        return found


class Erasure(DossierBound):
    """Two people destroy the keys of a case; what is left in the end is a certificate (HS-20, HS-23, scenario 20).

    Where the schedule of retention ended it, ``rule`` says which: the two people are those who set it and agreed to it. A
    concern that never became a case ends like this, and has none.

    ``deciders`` are the auth groups of the seats of which one must agree. ``folders`` says what was erased: kind, random id,
    rows of each kind; the certificate adds the lines in the erasure ledger.
    """

    reads: ClassVar[str] = VIEW

    case = models.ForeignKey(Case, models.DO_NOTHING, related_name="erasures", db_index=False, null=True, blank=True)
    rule = models.ForeignKey(RetentionRule, models.PROTECT, related_name="+", db_index=False, null=True, blank=True)
    code = models.CharField(max_length=16)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    ground = models.CharField(max_length=20, choices=Ground.choices)
    status = models.CharField(max_length=12, choices=ErasureStatus.choices, default=ErasureStatus.REQUESTED)
    deciders = ArrayField(models.IntegerField())
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    requested_seat = models.ForeignKey(Seat, models.PROTECT, related_name="+", db_index=False)
    requested_at = models.DateTimeField(default=timezone.now)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True)
    decided_seat = models.ForeignKey(Seat, models.PROTECT, related_name="+", null=True, blank=True, db_index=False)
    decided_at = models.DateTimeField(null=True, blank=True)
    erased_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=40, blank=True)
    folders = models.JSONField(default=list, blank=True)
    certificate = models.JSONField(null=True, blank=True)
    key_version = models.PositiveIntegerField(null=True, blank=True)
    signature = models.BinaryField(null=True, blank=True)

    objects: ClassVar[Any] = ErasureQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["-requested_at"], name="newest_erasures")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=models.F("requested_by")),
                name="erasure_needs_another_person",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=("authorised", "done")) | Q(decided_by__isnull=False),
                name="erasure_was_agreed_to",
            ),
            models.CheckConstraint(
                condition=~Q(status="done") | Q(certificate__isnull=False, signature__isnull=False),
                name="erasure_has_a_certificate",
            ),
            models.UniqueConstraint(
                fields=["dossier"], condition=Q(status__in=("requested", "authorised")), name="one_erasure_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return self.code
