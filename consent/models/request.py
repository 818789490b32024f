"""What a person asked of us about their data, by when it is answered, and what came of it (domain.md §4.3)."""

from typing import Any, ClassVar

import pgtrigger
from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from consent.models.person import Person
from consent.rights import FREEZING, REQUEST, VOICES, Identity, Refusal, Right, Ruling, Spoken, Stage
from consent.vocabulary import Told
from foundation.accounts.models import Unit, User
from foundation.core.codes import new_code
from foundation.dossiers.models import FOLLOW, BoundQuerySet, DossierBound
from foundation.vault.fields import EncryptedJSON, EncryptedText

WORDS_LENGTH = 1000


def request_reference() -> str:
    """A random reference with a check character, such as Q4T-9XM-C."""
    return new_code((3, 3), check=True)


class RequestQuerySet(BoundQuerySet["DataSubjectRequest"]):
    """Who may know of a request."""

    def visible_to(self, actor: User) -> "RequestQuerySet":
        """Those on whose list one stands, and never one that speaks of oneself."""
        return super().visible_to(actor).exclude(about=actor.pk)  # type: ignore[return-value]


class DataSubjectRequest(DossierBound):
    """A right that a person uses, or a complaint, in a folder of its own.

    Of its own, because whoever decides must read it and may not open the case; and because nobody who is complained of
    may. ``matter`` is the folder of the person's case, ``erasure`` the one that was asked for because of it; ``old`` and
    ``new`` are the two values of a correction.
    """

    reads: ClassVar[str] = FOLLOW
    writes: ClassVar[str] = FOLLOW

    reference = models.CharField(max_length=16, unique=True, default=request_reference)
    person = models.ForeignKey(Person, models.DO_NOTHING, related_name="requests", null=True, blank=True)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=16, choices=Right.choices)
    stage = models.CharField(max_length=12, choices=Stage.choices, default=Stage.OPEN)
    ruling = models.CharField(max_length=10, choices=Ruling.choices, blank=True)
    identity = models.CharField(max_length=16, choices=Identity.choices)
    received_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField()
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    refusal = models.CharField(max_length=24, choices=Refusal.choices, blank=True)
    told = models.CharField(max_length=8, choices=Told.choices, blank=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    field = models.CharField(max_length=16, blank=True)
    spoken_of = models.CharField(max_length=8, choices=Spoken.choices, blank=True)
    about = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True)
    matter = models.UUIDField(null=True, blank=True)
    erasure = models.UUIDField(null=True, blank=True)
    words = EncryptedText(null=True, blank=True, validators=[MaxLengthValidator(WORDS_LENGTH)])
    answer = EncryptedText(null=True, blank=True, validators=[MaxLengthValidator(WORDS_LENGTH)])
    old = EncryptedJSON(null=True, blank=True)
    new = EncryptedJSON(null=True, blank=True)

    objects: ClassVar[Any] = RequestQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["person", "-received_at"], name="requests_of_person"),
            models.Index(fields=["due_at"], name="requests_due", condition=Q(stage="open")),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(ruling="refused") | ~Q(decided_by=F("taken_by")), name="refused_by_another_person"
            ),
            models.CheckConstraint(condition=~Q(ruling="refused") | ~Q(refusal=""), name="refused_for_a_reason"),
            models.CheckConstraint(
                condition=~Q(stage__in=("decided", "closed"))
                | (~Q(ruling="") & Q(decided_by__isnull=False, decided_at__isnull=False)),
                name="decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(stage="closed") | (Q(closed_at__isnull=False) & (~Q(told="") | Q(kind="erasure"))),
                name="closed_means_answered",
            ),
            models.CheckConstraint(
                condition=Q(person__isnull=False, about=None) | Q(kind__in=("complaint", "feedback"), person=None),
                name="voices_name_no_person",
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.FSM(
                name="life_cycle",
                field="stage",
                transitions=sorted((str(a), str(b)) for a, b in REQUEST.pairs()),
            )
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def is_voice(self) -> bool:
        """Whether it is a complaint or feedback."""
        return self.kind in VOICES

    @property
    def is_freezing(self) -> bool:
        """Whether everything rests while it is not carried out or lifted."""
        return self.kind in FREEZING and self.stage in (Stage.OPEN, Stage.DECIDED)
