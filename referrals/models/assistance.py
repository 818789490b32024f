"""What our own services give because of a protection concern, and what a unit declares that it can give (R-42, R-17)."""

import uuid
from typing import Any, ClassVar

import pgtrigger
from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from cases.models import Case, Concern
from cases.vocabulary import Setting
from foundation.accounts.models import Unit
from foundation.dossiers.models import VIEW, DossierBound
from foundation.vault.fields import EncryptedText
from referrals.assistance_terms import ASSISTANCE, CAPACITY, AssistanceStatus, CapacityState, NeedOutcome, WhyNot

NEED_LENGTH = 500


class Assistance(DossierBound):
    """A need that arises from a concern: planned, given by one of our services, and what came of it.

    That the concern is the one of this very case is held by the database (a key over case, concern and folder).
    ``within`` is the service during which it is given (R-39, R-55). ``need``, ``given_words`` and ``said`` are short words
    under the case's key. Nothing here rests on consent: help is never a price for it (domain.md §4).
    """

    reads: ClassVar[str] = VIEW

    case = models.ForeignKey(Case, models.CASCADE, related_name="assistances", db_index=False)
    concern = models.ForeignKey(Concern, models.DO_NOTHING, related_name="assistances", db_index=False)
    previous = models.ForeignKey("self", models.DO_NOTHING, null=True, blank=True, related_name="+", db_index=False)
    service_type = models.CharField(max_length=40)
    within = models.CharField(max_length=16, choices=Setting.choices)
    status = models.CharField(max_length=12, choices=AssistanceStatus.choices, default=AssistanceStatus.PLANNED)
    giver = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    planned_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    planned_at = models.DateTimeField(default=timezone.now)
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True)
    given_at = models.DateTimeField(null=True, blank=True)
    why_not = models.CharField(max_length=16, choices=WhyNot.choices, blank=True)
    outcome = models.CharField(max_length=8, choices=NeedOutcome.choices, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    need = EncryptedText(validators=[MaxLengthValidator(NEED_LENGTH)])
    given_words = EncryptedText(null=True, blank=True, validators=[MaxLengthValidator(NEED_LENGTH)])
    said = EncryptedText(null=True, blank=True, validators=[MaxLengthValidator(NEED_LENGTH)])

    class Meta:
        indexes: ClassVar = [models.Index(fields=["case", "-planned_at"], name="assistance_of_case")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(status__in=("given", "answered")) | Q(given_at__isnull=False, given_by__isnull=False),
                name="assistance_was_given_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(status="answered") | ~Q(outcome=""), name="answered_assistance_has_an_outcome"
            ),
            models.CheckConstraint(
                condition=~Q(status="not_given") | ~Q(why_not=""), name="assistance_not_given_says_why"
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.FSM(
                name="assistance_life",
                field="status",
                transitions=sorted((str(a), str(b)) for a, b in ASSISTANCE.pairs()),
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class CapacityQuerySet(models.QuerySet["CapacityDeclaration"]):
    """Which declarations count."""

    def in_force(self) -> "CapacityQuerySet":
        """Approved, begun, not over."""
        today = timezone.localdate()
        return self.filter(state=CapacityState.APPROVED, valid_from__lte=today, valid_until__gte=today)


class CapacityDeclaration(models.Model):
    """Which risks a unit can address with which services of its own, for a time (R-17, P10). Of nobody who is helped.

    ``lines`` maps the code of a kind of concern to the codes of the services that are there for it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    lines = models.JSONField()
    valid_from = models.DateField()
    valid_until = models.DateField()
    state = models.CharField(max_length=10, choices=CapacityState.choices, default=CapacityState.PROPOSED)
    declared_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    declared_at = models.DateTimeField(default=timezone.now)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    objects = CapacityQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(valid_until__gte=F("valid_from")), name="capacity_ends_after_start"),
            models.CheckConstraint(
                condition=Q(decided_by=None) | Q(state="dropped") | ~Q(decided_by=F("declared_by")),
                name="capacity_needs_another_person",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("approved", "replaced")) | Q(decided_by__isnull=False),
                name="capacity_was_approved",
            ),
            models.UniqueConstraint(fields=["unit"], condition=Q(state="approved"), name="one_capacity_in_force"),
            models.UniqueConstraint(fields=["unit"], condition=Q(state="proposed"), name="one_capacity_proposed"),
        ]
        triggers: ClassVar = [
            pgtrigger.FSM(
                name="capacity_life", field="state", transitions=sorted((str(a), str(b)) for a, b in CAPACITY.pairs())
            )
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.state}"

    @property
    def known(self) -> dict[str, list[str]]:
        """Kind of concern → services."""
        lines: Any = self.lines
        return {str(risk): list(types) for risk, types in lines.items()}
