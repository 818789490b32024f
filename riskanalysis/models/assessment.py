"""A specific threat of a case, and how its risk was assessed, again and again (domain.md §8.2; R-23 to R-25)."""

from typing import Any, ClassVar

import pgtrigger
from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from cases.models import Case
from foundation.dossiers.models import DossierBound
from foundation.vault.fields import EncryptedJSON, EncryptedText
from riskanalysis.outcomes import of_level
from riskanalysis.risks import WORDS_LENGTH, State
from riskanalysis.scheme import INPUTS, MOST, VERSION, Inputs, Interval


class SpecificThreat(DossierBound):
    """One threat of a case. ``about``: ``risk``, ``source`` (its kind, never a name), ``exposure``, ``intent``, ``subject``."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="threats")
    about = EncryptedJSON(null=True, blank=True)
    named_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    named_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def known(self) -> dict[str, Any]:
        """What it is, in codes."""
        return dict(self.about or {})


def _score() -> Any:
    return models.PositiveSmallIntegerField(null=True, blank=True)


class RiskAssessment(DossierBound):
    """One look at one threat: five inputs, what they suggest, what people decided. Once confirmed it stays as it is.

    ``answers`` holds for each answered question its words and codes. A score that is NULL is not known (or, in a draft, not
    asked yet). ``low`` and ``high`` are what the scheme suggested; ``level`` is what was confirmed, NULL for "not determined".
    """

    case = models.ForeignKey(Case, models.CASCADE, related_name="risk_assessments")
    threat = models.ForeignKey(SpecificThreat, models.CASCADE, related_name="assessments", db_index=False)
    number = models.PositiveSmallIntegerField()
    scheme = models.CharField(max_length=8, default=VERSION)
    status = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    threat_score, vulnerability_score = _score(), _score()
    prevent_score, respond_score, recover_score = _score(), _score(), _score()
    rating, safety = _score(), _score()
    answers = EncryptedJSON(null=True, blank=True)
    low, high, level = _score(), _score(), _score()
    urgency = models.CharField(max_length=10, blank=True)
    reasons = EncryptedJSON(null=True, blank=True)
    refusal = EncryptedText(null=True, blank=True, validators=[MaxLengthValidator(WORDS_LENGTH)])
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    started_at = models.DateTimeField(default=timezone.now)
    proposed_at = models.DateTimeField(null=True, blank=True)
    second = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True, db_index=False
    )
    confirmed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["threat", "number"], name="assessments_are_numbered"),
            models.UniqueConstraint(
                fields=["threat"], condition=Q(status__in=("draft", "proposed")), name="one_assessment_at_a_time"
            ),
            *(
                models.CheckConstraint(
                    condition=Q(**{name: None}) | Q(**{f"{name}__lte": MOST}), name=f"{name}_is_0_to_4"
                )
                for name in (*(f"{part}_score" for part in INPUTS), "rating", "low", "high", "level")
            ),
            models.CheckConstraint(condition=Q(safety=None) | Q(safety__gte=1, safety__lte=5), name="safety_is_1_to_5"),
            models.CheckConstraint(condition=Q(low=None) | Q(low__lte=F("high")), name="range_has_two_ends"),
            models.CheckConstraint(
                condition=Q(status="draft") | Q(low__isnull=False, high__isnull=False, proposed_at__isnull=False),
                name="decided_on_a_suggestion",
            ),
            models.CheckConstraint(
                condition=~Q(status="confirmed") | Q(confirmed_at__isnull=False), name="confirmed_at_a_time"
            ),
            models.CheckConstraint(
                condition=~Q(status="confirmed") | Q(level__isnull=False) | Q(low__lt=F("high")),
                name="a_level_is_said_where_it_is_known",
            ),
            models.CheckConstraint(condition=Q(second=None) | ~Q(second=F("author")), name="second_is_another_person"),
            models.CheckConstraint(
                condition=~Q(status="confirmed")
                | Q(level=None)
                | Q(level__gte=F("high"))
                | Q(high__lt=3)
                | Q(second__isnull=False),
                name="lowering_a_high_risk_takes_two",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["case", "status"], name="assessments_of_case")]
        triggers: ClassVar = [
            pgtrigger.FSM(
                name="assessment_life",
                field="status",
                transitions=[
                    ("draft", "proposed"),
                    ("draft", "confirmed"),
                    ("proposed", "confirmed"),
                    ("proposed", "draft"),
                ],
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def inputs(self) -> Inputs:
        """The five inputs as the scheme takes them."""
        return Inputs(*(getattr(self, f"{name}_score") for name in INPUTS))

    @property
    def known(self) -> dict[str, Any]:
        """The answered questions."""
        return dict(self.answers or {})

    @property
    def flags(self) -> list[str]:
        """The signs of immediate danger."""
        found: list[str] = self.known.get("danger", {}).get("flags", [])
        return found

    @property
    def suggested(self) -> Interval:
        """What the scheme suggested when it was decided on."""
        return Interval(self.low or 0, self.high or 0)

    @property
    def decided(self) -> Interval:
        """What was confirmed: a level, or the range that stayed open."""
        return of_level(self.low or 0, self.high or 0, self.level)
