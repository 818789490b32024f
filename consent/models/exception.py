"""Exceptional disclosure: something is told without consent, by two people, for a few days (domain.md §5.7; HS-20)."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from consent.exceptions import Ground
from consent.models.person import Person
from consent.states import EXCEPTION, IN_EFFECT, ExceptionStatus
from consent.vocabulary import Purpose, RecipientKind
from foundation.accounts.models import Unit, User
from foundation.dossiers import doors
from foundation.dossiers.models import FOLLOW, VIEW, BoundQuerySet, Dossier, DossierBound
from foundation.vault.fields import EncryptedJSON, EncryptedText

REASON_LENGTH = 1000
SIGNED = ["person", "matter", "ground", "purpose", "recipient_kind", "recipient_id", "fields", "days", "requested_by"]
"""What is signed is never changed afterwards, by nobody: the database refuses it."""


class ExceptionalDisclosureQuerySet(BoundQuerySet["ExceptionalDisclosure"]):
    """Which of them count, and who may know of them."""

    def visible_to(self, actor: User) -> "ExceptionalDisclosureQuerySet":
        """Those one may sign or asked for, and those of cases that one opens; the words open with the key alone."""
        own = doors.seen("consent_exceptionaldisclosure", "dossier_id", actor, FOLLOW)
        matter = doors.seen("consent_exceptionaldisclosure", "matter_id", actor, VIEW)
        found: ExceptionalDisclosureQuerySet = self.filter(Q(own) | Q(matter))
        return found

    def active(self, now: datetime | None = None) -> "ExceptionalDisclosureQuerySet":
        """In effect at this moment. On one signature that is 24 hours at most, whether or not the sweep ran."""
        now = now or timezone.now()
        return self.filter(status__in=IN_EFFECT, valid_from__lte=now, valid_until__gt=now)

    def waiting_for(self, actor: User) -> "ExceptionalDisclosureQuerySet":
        """What this person may sign or look back at."""
        to_sign = Q(status__in=(ExceptionStatus.REQUESTED, ExceptionStatus.SINGLE_SIGNED))
        to_review = Q(valid_from__isnull=False, reviewed_at=None) & ~Q(status=ExceptionStatus.SINGLE_SIGNED)
        mine = self.filter(deciders__overlap=actor.group_ids).exclude(requested_by=actor.pk)
        return mine.filter(to_sign | to_review)

    def unreviewed(self) -> "ExceptionalDisclosureQuerySet":
        """Took effect, and nobody has looked back at it yet (HS-18)."""
        return self.filter(valid_from__isnull=False, reviewed_at=None)


class ExceptionalDisclosure(DossierBound):
    """One recipient, named fields, a few days, on one ground of a closed list.

    It lies in a folder of its own, so that the second person reads the reasons without opening the case. ``matter`` is the
    case's folder: whoever opens that sees the codes. ``deciders`` are the auth groups of the seats of which one signs.
    ``said`` holds ``recipient``, ``necessity``, ``proportionality``, ``law``, ``unsafe`` and ``source``.
    """

    reads: ClassVar[str] = FOLLOW
    writes: ClassVar[str] = FOLLOW

    person = models.ForeignKey(Person, models.PROTECT, related_name="exceptions", db_index=False)
    matter = models.ForeignKey(Dossier, models.DO_NOTHING, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    code = models.CharField(max_length=16)
    ground = models.CharField(max_length=20, choices=Ground.choices)
    purpose = models.CharField(max_length=40, choices=Purpose.choices)
    recipient_kind = models.CharField(max_length=12, choices=RecipientKind.choices)
    recipient_id = models.UUIDField()
    fields = models.JSONField()
    status = models.CharField(max_length=14, choices=ExceptionStatus.choices, default=ExceptionStatus.REQUESTED)
    is_emergency = models.BooleanField(default=False)
    is_person_informed = models.BooleanField(default=False)
    days = models.PositiveSmallIntegerField()
    deciders = ArrayField(models.IntegerField())
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    requested_at = models.DateTimeField(default=timezone.now)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True, db_index=False
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    valid_from = models.DateTimeField(null=True, blank=True)
    valid_until = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True, db_index=False
    )
    reviewed_at = models.DateTimeField(null=True, blank=True)
    was_necessary = models.BooleanField(null=True, blank=True)
    said = EncryptedJSON(null=True, blank=True)
    answer = EncryptedText(null=True, blank=True, validators=[MaxLengthValidator(REASON_LENGTH)])
    review = EncryptedText(null=True, blank=True, validators=[MaxLengthValidator(REASON_LENGTH)])

    objects: ClassVar[Any] = ExceptionalDisclosureQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["person", "purpose", "recipient_id"], name="exceptions_of_person"),
            models.Index(fields=["valid_until"], name="exceptions_to_sign", condition=Q(status="single_signed")),
            models.Index(fields=["-requested_at"], name="newest_exceptions"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("requested_by")), name="exception_needs_two_people"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=("authorised", "refused", "ended")) | Q(decided_by__isnull=False),
                name="exception_has_two_signatures",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=("single_signed", "unsigned", "requested")) | Q(decided_by=None),
                name="exception_has_one_signature",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=("single_signed", "authorised", "unsigned", "ended"))
                | Q(valid_from__isnull=False, valid_until__gt=F("valid_from")),
                name="exception_in_effect_has_an_end",
            ),
            models.CheckConstraint(
                condition=Q(reviewed_by=None) | ~Q(reviewed_by=F("requested_by")),
                name="exception_is_reviewed_by_another",
            ),
            models.CheckConstraint(
                condition=Q(ground__in=("life_at_risk", "child_at_risk", "adult_at_risk", "legal_obligation")),
                name="exception_ground_is_on_the_list",
            ),
            models.CheckConstraint(condition=~Q(fields=[]), name="exception_names_its_fields"),
        ]
        triggers: ClassVar = [
            pgtrigger.FSM(
                name="exception_life",
                field="status",
                transitions=sorted((str(a), str(b)) for a, b in EXCEPTION.pairs()),
            ),
            pgtrigger.ReadOnly(name="exception_as_signed", fields=SIGNED),
        ]

    def __str__(self) -> str:
        return self.code

    def is_active(self, now: datetime | None = None) -> bool:
        """Whether it counts at this moment."""
        now = now or timezone.now()
        if self.status not in IN_EFFECT or self.valid_from is None or self.valid_until is None:
            return False
        return self.valid_from <= now < self.valid_until

    def covers(self, purpose: str, recipient_id: UUID, fields: set[str], now: datetime | None = None) -> bool:
        """Whether it carries exactly this, as a decision would: purpose, recipient, every field, at this moment (HS-01)."""
        same = self.purpose == purpose and self.recipient_id == recipient_id
        return same and fields <= set(self.fields) and self.is_active(now)

    @property
    def words(self) -> dict[str, str]:
        """What was written when it was asked for; empty once its folder was erased."""
        return dict(self.said or {})
