"""An alert: somebody read more, or otherwise, than their seat needs. Hangs on the book of a data-protection officer's seat.

The clerk raises it and follows the book; only the officer's seat holds the key, so notes are the officers' alone.
"""

from typing import Any, ClassVar

import pgtrigger
from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.utils import timezone

from foundation.accounts.models import Role, Unit, User
from foundation.dossiers.models import FOLLOW, BoundQuerySet, DossierBound
from foundation.vault.fields import EncryptedText
from foundation.watch.states import ALERT, AlertState
from foundation.watch.vocabulary import Rule, Why

NOTE_LENGTH = 1000
_ORDER = (AlertState.NEW, AlertState.LOOKING, AlertState.INCIDENT)


class AlertQuerySet(BoundQuerySet["Alert"]):
    """The officer's list."""

    def by_need(self, actor: User) -> "models.QuerySet[Alert]":
        """What this officer may see: first what waits, most serious first; then incidents, then what was explained."""
        place = Case(*(When(state=s, then=Value(n)) for n, s in enumerate(_ORDER)), default=Value(len(_ORDER)))
        return self.visible_to(actor).annotate(place=place).order_by("place", "rank", "-last_at")


class Alert(DossierBound):
    """One rule, one person, one day: it grows instead of being raised again. Figures, never what was read."""

    reads: ClassVar[str] = FOLLOW
    writes: ClassVar[str] = FOLLOW

    rule = models.CharField(max_length=16, choices=Rule.choices)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", null=True, blank=True)
    role = models.CharField(max_length=20, choices=Role.choices, blank=True)
    day = models.DateField()
    rank = models.PositiveSmallIntegerField()
    n = models.PositiveIntegerField()
    limit = models.PositiveIntegerField()
    n_told = models.PositiveIntegerField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    raised_at = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=10, choices=AlertState.choices, default=AlertState.NEW)
    explained_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True)
    checked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True)

    objects: ClassVar[Any] = AlertQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["dossier", "person", "rule", "day"], name="one_alert_a_day"),
            models.CheckConstraint(
                condition=Q(checked_by=None) | ~Q(checked_by=F("explained_by")), name="second_look_by_another"
            ),
            models.CheckConstraint(condition=~Q(explained_by=F("person")), name="nobody_explains_himself"),
        ]
        triggers: ClassVar = [
            pgtrigger.FSM(
                name="alert_life",
                field="state",
                transitions=sorted((str(a), str(b)) for a, b in ALERT.pairs({"note": ()})),
            )
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.day}"


class AlertOpening(DossierBound):
    """One folder of an alert, as a reference: the officer sees which, and opens none."""

    reads: ClassVar[str] = FOLLOW
    writes: ClassVar[str] = FOLLOW

    alert = models.ForeignKey(Alert, models.CASCADE, related_name="openings", db_index=False)
    folder = models.UUIDField()
    reference = models.CharField(max_length=16, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["alert", "folder"], name="one_line_per_folder")]

    def __str__(self) -> str:
        return self.reference


class AlertMove(DossierBound):
    """What was done with an alert: who, when, and why in the officer's own words; or what the person answered, coded."""

    reads: ClassVar[str] = FOLLOW
    writes: ClassVar[str] = FOLLOW

    alert = models.ForeignKey(Alert, models.CASCADE, related_name="moves", db_index=False)
    verb = models.CharField(max_length=10)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    why = models.CharField(max_length=16, choices=Why.choices, blank=True)
    text = EncryptedText(null=True, blank=True, validators=[MaxLengthValidator(NOTE_LENGTH)])

    class Meta:
        indexes: ClassVar = [models.Index(fields=["alert", "at"], name="moves_of_alert")]

    def __str__(self) -> str:
        return self.verb
