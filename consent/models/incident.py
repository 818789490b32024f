"""A data incident: what went wrong with data, in a folder of its own that only the data-protection officers open."""

from typing import Any, ClassVar

import pgtrigger
from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.utils import timezone

from consent.terms import INCIDENT, IncidentSource, IncidentState, StillGoing
from foundation.accounts.models import Unit, User
from foundation.core.codes import new_code
from foundation.dossiers.models import FOLLOW, BoundQuerySet, DossierBound
from foundation.vault.fields import EncryptedText

WORDS = 1000


def incident_code() -> str:
    """A random code such as D7F-2QX."""
    return new_code((3, 3))


class IncidentQuerySet(BoundQuerySet["DataIncident"]):
    """The officer's list."""

    def by_need(self, actor: User) -> "models.QuerySet[DataIncident]":
        """What this person may follow: what is open first, the oldest of it first."""
        place = Case(When(state=IncidentState.CLOSED, then=Value(1)), default=Value(0))
        return self.visible_to(actor).annotate(place=place).order_by("place", "detected_at")


class DataIncident(DossierBound):
    """One incident, from detection to its end. Who reported it sees where it stands; the words open only to officers.

    Telling the people concerned may be dangerous for them: then two people decide on what is done instead (§4.3).
    """

    reads: ClassVar[str] = FOLLOW

    code = models.CharField(max_length=16, unique=True, default=incident_code)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    source = models.CharField(max_length=12, choices=IncidentSource.choices)
    state = models.CharField(max_length=16, choices=IncidentState.choices, default=IncidentState.DETECTED)
    still_going = models.CharField(max_length=8, choices=StillGoing.choices)
    reported_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    subject = models.UUIDField(null=True, blank=True)
    noticed_at = models.DateTimeField()
    detected_at = models.DateTimeField(default=timezone.now)
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True)
    taken_at = models.DateTimeField(null=True, blank=True)
    contained_at = models.DateTimeField(null=True, blank=True)
    assessed_at = models.DateTimeField(null=True, blank=True)
    is_high_risk = models.BooleanField(null=True, blank=True)
    is_notifiable = models.BooleanField(null=True, blank=True)
    notified_at = models.DateTimeField(null=True, blank=True)
    people_told_at = models.DateTimeField(null=True, blank=True)
    silence_asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True
    )
    silence_agreed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True
    )
    closed_at = models.DateTimeField(null=True, blank=True)
    text = EncryptedText(null=True, blank=True, validators=[MaxLengthValidator(WORDS)])

    objects: ClassVar[Any] = IncidentQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(silence_agreed_by=None)
                | Q(silence_asked_by__isnull=False) & ~Q(silence_agreed_by=F("silence_asked_by")),
                name="silence_needs_another_person",
            ),
            models.CheckConstraint(
                condition=~Q(state="closed", is_high_risk=True)
                | Q(people_told_at__isnull=False)
                | Q(silence_agreed_by__isnull=False),
                name="high_risk_is_told_or_decided_by_two",
            ),
            models.CheckConstraint(
                condition=~Q(state="notified") | Q(notified_at__isnull=False), name="notified_at_a_time"
            ),
            models.UniqueConstraint(
                fields=["source", "subject"], condition=~Q(subject=None), name="one_incident_per_cause"
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.FSM(
                name="incident_life", field="state",
                transitions=sorted((str(a), str(b)) for a, b in INCIDENT.pairs() if a != b),
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.code


class IncidentMove(DossierBound):
    """What was done with an incident: who, when, and in the officer's own words."""

    incident = models.ForeignKey(DataIncident, models.CASCADE, related_name="moves", db_index=False)
    verb = models.CharField(max_length=16)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    text = EncryptedText(null=True, blank=True, validators=[MaxLengthValidator(WORDS)])

    class Meta:
        indexes: ClassVar = [models.Index(fields=["incident", "at"], name="moves_of_incident")]

    def __str__(self) -> str:
        return self.verb
