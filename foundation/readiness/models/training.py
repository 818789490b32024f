"""Who was trained for what, until when: recorded by one person, confirmed by another (R-36, HS-07, HS-08)."""

import uuid
from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from foundation.readiness.states import TRAINING, TrainingState

WORDS = 300


class Competence(models.TextChoices):
    """What somebody is trained for."""

    SAFE_REFERRAL = "safe_referral", _("Recognise and refer safely")
    PROTECTION_REFERRAL = "protection_referral", _("Protection casework and referral")
    AUTHORITY_DIALOGUE = "authority_dialogue", _("Dialogue with authorities")
    CHILD_PROTECTION = "child_protection", _("Work with children")
    SAFEGUARDING = "safeguarding", _("Safeguarding and protection from sexual exploitation and abuse")


class TrainingQuerySet(models.QuerySet["Training"]):
    """Which trainings count."""

    def in_date(self) -> "TrainingQuerySet":
        """Confirmed by a second person, held already, not run out."""
        today = timezone.localdate()
        return self.filter(state=TrainingState.CONFIRMED, held_on__lte=today, valid_until__gte=today)


class Training(models.Model):
    """One person was trained in one competence on one day."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="trainings")
    competence = models.CharField(max_length=24, choices=Competence.choices)
    held_on = models.DateField()
    valid_until = models.DateField()
    evidence = models.TextField(validators=[MaxLengthValidator(WORDS)])
    state = models.CharField(max_length=10, choices=TrainingState.choices, default=TrainingState.RECORDED)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    objects = TrainingQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["user", "competence", "valid_until"], name="training_of_user")]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(valid_until__gt=F("held_on")), name="training_ends_after_it_was_held"),
            models.CheckConstraint(condition=~Q(evidence=""), name="training_has_evidence"),
            models.CheckConstraint(condition=~Q(recorded_by=F("user")), name="training_not_recorded_by_oneself"),
            models.CheckConstraint(
                condition=Q(state="recorded") | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="training_was_decided",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["confirmed", "ended"])
                | (~Q(decided_by=F("recorded_by")) & ~Q(decided_by=F("user"))),
                name="training_needs_another_person",
            ),
            models.UniqueConstraint(
                fields=["user", "competence"], condition=Q(state="recorded"), name="one_training_waits"
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.FSM(
                name="training_life", field="state", transitions=sorted((str(a), str(b)) for a, b in TRAINING.pairs())
            ),
            pgtrigger.Protect(name="trainings_stay", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.competence}"
