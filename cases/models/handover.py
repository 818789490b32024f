"""A case is to change hands: who is asked, and the answer. And how many cases one person may have."""

from typing import Any, ClassVar

import pgtrigger
from django.conf import settings
from django.contrib.auth.models import Group
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from cases.closures import HAND, HandDecline, Handing, HandReason, HandStatus
from cases.models.case import Case
from cases.vocabulary import Urgency
from foundation.accounts.models import Unit, User
from foundation.dossiers import doors
from foundation.dossiers.models import VIEW, BoundQuerySet, DossierBound


class HandOverQuerySet(BoundQuerySet["HandOver"]):
    """Who may know that a case is to change hands."""

    def visible_to(self, actor: User) -> "HandOverQuerySet":
        """Those of cases that one opens, that one asked for, and those that one's seat is asked."""
        opened = doors.seen("cases_handover", "dossier_id", actor, VIEW)
        mine = Q(asked_by=actor.pk) if actor.seats else Q(pk=None)
        found: HandOverQuerySet = self.filter(Q(opened) | mine | Q(to_group__in=actor.group_ids))
        return found


class HandOver(DossierBound):
    """Somebody asks that another person or another unit takes the case on; the other side accepts or declines (R-40).

    Codes only: who is asked in another unit reads them without opening the case.
    """

    reads: ClassVar[str] = VIEW

    case = models.ForeignKey(Case, models.CASCADE, related_name="hand_overs", db_index=False)
    code = models.CharField(max_length=16)
    urgency = models.CharField(max_length=10, choices=Urgency.choices)
    kind = models.CharField(max_length=12, choices=Handing.choices)
    reason = models.CharField(max_length=16, choices=HandReason.choices)
    from_unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    to_unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    to_group = models.ForeignKey(Group, models.PROTECT, related_name="+")
    status = models.CharField(max_length=12, choices=HandStatus.choices, default=HandStatus.ASKED)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    asked_at = models.DateTimeField(default=timezone.now)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True, db_index=False
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    declined_for = models.CharField(max_length=12, choices=HandDecline.choices, blank=True)

    objects: ClassVar[Any] = HandOverQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("asked_by")), name="hand_over_needs_another_person"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=(HandStatus.TAKEN, HandStatus.DECLINED)) | Q(decided_by__isnull=False),
                name="hand_over_was_answered",
            ),
            models.UniqueConstraint(
                fields=["case"], condition=Q(status=HandStatus.ASKED), name="one_hand_over_at_a_time"
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.FSM(
                name="hand_life", field="status", transitions=sorted((str(a), str(b)) for a, b in HAND.pairs())
            )
        ]

    def __str__(self) -> str:
        return self.code


class Ceiling(models.Model):
    """How many open cases one person of a unit, and of those below it, should have at most (W-14, P15)."""

    unit = models.OneToOneField(Unit, models.PROTECT, primary_key=True, related_name="ceiling")
    most = models.PositiveSmallIntegerField()
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    set_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=Q(most__gte=1), name="ceiling_of_one_at_least")]

    def __str__(self) -> str:
        return f"{self.unit_id}: {self.most}"
