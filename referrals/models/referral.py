"""One offer of one matter to one service: its steps, its thread, every release of information."""

from typing import Any, ClassVar

import pgtrigger
from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from cases.models import Case
from cases.vocabulary import Urgency
from consent.models import Decision, ExceptionalDisclosure
from consent.vocabulary import Purpose
from foundation.accounts.models import Organisation, Unit, User
from foundation.core.codes import new_code
from foundation.dossiers.models import FOLLOW, VIEW, DossierBound
from foundation.vault.fields import EncryptedJSON, EncryptedText
from referrals.appointing import AppointmentState
from referrals.listing import AnywayReason, Channel, Unverified
from referrals.models.service import Service
from referrals.saving_terms import TOLD, WAYS
from referrals.states import LIFE, NEEDS, RETURNS, WITH_PARTNER, tiers_open
from referrals.vocabulary import Confirmation, OwnGround, ServiceOutcome, Status

REASON_LENGTH = 1000


def referral_reference() -> str:
    """A random reference with a check character, such as R8Q-K47-C."""
    return new_code((3, 3), check=True)


class Referral(DossierBound):
    """One offer of one matter to one service, with the frozen package that the person agreed to.

    Hangs on a package dossier of its own. Followers (a recipient after decline, withdrawal or recall) see the
    tombstone; the encrypted columns open only with the package's key.
    """

    reads: ClassVar[str] = FOLLOW
    writes: ClassVar[str] = FOLLOW

    reference = models.CharField(max_length=16, unique=True, default=referral_reference)
    case = models.ForeignKey(Case, models.DO_NOTHING, related_name="referrals")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    service = models.ForeignKey(Service, models.PROTECT, related_name="+", db_index=False)
    recipient = models.ForeignKey(Organisation, models.PROTECT, related_name="+", db_index=False)
    decision = models.ForeignKey(Decision, models.DO_NOTHING, related_name="referrals", null=True, blank=True)
    exception = models.ForeignKey(
        ExceptionalDisclosure, models.DO_NOTHING, related_name="referrals", null=True, blank=True
    )
    urgency = models.CharField(max_length=10, choices=Urgency.choices)
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.DRAFT)
    came_from = models.CharField(max_length=20, blank=True)
    fields = models.JSONField(default=list, blank=True)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    handed_to = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True)
    previous = models.ForeignKey("self", models.DO_NOTHING, null=True, blank=True, related_name="+", db_index=False)
    created_at = models.DateTimeField(default=timezone.now)
    status_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)
    viewed_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    verified_at = models.DateTimeField(null=True, blank=True)
    unverified_for = models.CharField(max_length=12, choices=Unverified.choices, blank=True)
    touched_at = models.DateTimeField(default=timezone.now)
    reminded_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    appointment = models.CharField(max_length=16, choices=AppointmentState.choices, blank=True)
    item_asked = models.CharField(max_length=24, blank=True)
    has_asked = models.BooleanField(default=False)
    opened_items = models.JSONField(default=list, blank=True)
    hold_until = models.DateField(null=True, blank=True)
    recalled_at = models.DateTimeField(null=True, blank=True)
    narrowed_at = models.DateTimeField(null=True, blank=True)
    corrected_at = models.DateTimeField(null=True, blank=True)
    taken_back = models.JSONField(default=list, blank=True)
    warned = models.JSONField(default=list, blank=True)
    channel = models.CharField(max_length=10, choices=Channel.choices, default=Channel.SYSTEM)
    is_life_saving = models.BooleanField(default=False)
    code_hash = models.BinaryField(null=True, blank=True)
    code_until = models.DateTimeField(null=True, blank=True)
    arrived_at = models.DateTimeField(null=True, blank=True)
    is_reopened = models.BooleanField(default=False)
    feedback = EncryptedJSON(null=True, blank=True)
    warned_reason = models.CharField(max_length=24, choices=AnywayReason.choices, blank=True)
    confirmation = models.CharField(max_length=24, choices=Confirmation.choices, blank=True)
    own_ground = models.CharField(max_length=24, choices=OwnGround.choices, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    unconfirmed_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(max_length=32, blank=True)
    outcome = models.CharField(max_length=20, choices=ServiceOutcome.choices, blank=True)
    is_counted = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    change = models.BigIntegerField(default=0)
    reason = EncryptedText(null=True, blank=True, validators=[MaxLengthValidator(REASON_LENGTH)])
    package = EncryptedJSON(null=True, blank=True)
    report = EncryptedText(null=True, blank=True, validators=[MaxLengthValidator(REASON_LENGTH)])

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["recipient", "change"], name="inbox_of_recipient"),
            models.Index(fields=["recipient"], name="codes_of_recipient", condition=Q(code_hash__isnull=False)),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=models.F("requested_by")),
                name="approver_is_another_person",
            ),
            models.CheckConstraint(
                condition=Q(sent_at=None) | Q(decision__isnull=False) | Q(exception__isnull=False),
                name="sent_rests_on_a_ground",
            ),
            models.CheckConstraint(condition=Q(decision=None) | Q(exception=None), name="rests_on_one_ground"),
            models.CheckConstraint(
                condition=~Q(confirmation=Confirmation.RETAINED) | Q(confirmed_at=None) | ~Q(own_ground=""),
                name="kept_on_a_ground",
            ),
            models.CheckConstraint(
                condition=Q(unverified_for="")
                | Q(verified_at__isnull=False, status__in=[str(Status.COMPLETED), str(Status.NOT_COMPLETED)]),
                name="unverified_where_there_was_something_to_ask",
            ),
            models.CheckConstraint(
                condition=Q(is_life_saving=False)
                | Q(exception=None, channel__in=[str(way) for way in WAYS], fields__contained_by=TOLD),
                name="life_saving_by_voice_or_hand",
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.FSM(
                name="life_cycle",
                field="status",
                transitions=sorted((str(a), str(b)) for a, b in LIFE.pairs(RETURNS)),
            )
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def ground(self) -> Decision | ExceptionalDisclosure | None:
        """What it rests on: the person's decision, or an exceptional disclosure by two people."""
        return self.decision or self.exception

    @property
    def is_covered(self) -> bool:
        """Whether its ground, as it was read, allows every field to this service at this moment (HS-01); for lists."""
        wanted = (Purpose.EXTERNAL_REFERRAL, self.service_id, set(self.fields))
        return self.ground is not None and self.ground.covers(*wanted)

    @property
    def handler(self) -> User:
        """Who acts for the referring side now: the case's new owner after it changed hands, else who asked for it."""
        return self.handed_to or self.requested_by

    @property
    def is_told_by_us(self) -> bool:
        """Whether the referrer writes down what the partner answers: by phone, in person, on paper, before a code came."""
        return self.channel != Channel.SYSTEM and self.arrived_at is None

    @property
    def is_on_the_way(self) -> bool:
        """Whether the person carries a code that nobody has entered: the partner knows of nothing."""
        return self.channel == Channel.CARRIED and self.arrived_at is None

    @property
    def tier_open(self) -> int:
        """The highest tier that is open to the recipient now; a code opens the preview alone, in an emergency too."""
        urgency = Urgency.NORMAL if self.channel == Channel.CARRIED else self.urgency
        return tiers_open(self.status, urgency)

    @property
    def must_confirm(self) -> bool:
        """Whether the recipient still owes an answer on what it did after the person took back something."""
        return bool(self.recalled_at or self.narrowed_at) and not self.confirmation

    @property
    def needs_action_by(self) -> str:
        """The side that must act next: referrer, approver, partner or nobody."""
        if self.must_confirm and self.status not in WITH_PARTNER:
            return "partner"
        if self.verified_at is not None:
            return "referrer" if self.is_reopened else "nobody"
        return NEEDS[self.status].side


class ReferralMove(DossierBound):
    """One step of a referral: who, when, from, to, why, and how long the state before lasted."""

    reads: ClassVar[str] = FOLLOW
    writes: ClassVar[str] = FOLLOW

    referral = models.ForeignKey(Referral, models.CASCADE, related_name="moves", db_index=False)
    verb = models.CharField(max_length=20)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    side = models.CharField(max_length=10)
    from_status = models.CharField(max_length=20)
    to_status = models.CharField(max_length=20)
    reason = models.CharField(max_length=32, blank=True)
    at = models.DateTimeField(default=timezone.now)
    lasted = models.DurationField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["referral", "-at"], name="moves_of_referral")]

    def __str__(self) -> str:
        return f"{self.from_status} → {self.to_status}"


class Message(DossierBound):
    """A question of the recipient or an answer of the referrer."""

    reads: ClassVar[str] = VIEW

    referral = models.ForeignKey(Referral, models.CASCADE, related_name="messages", db_index=False)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    side = models.CharField(max_length=10)
    at = models.DateTimeField(default=timezone.now)
    text = EncryptedText(validators=[MaxLengthValidator(REASON_LENGTH)])

    class Meta:
        indexes: ClassVar = [models.Index(fields=["referral", "at"], name="thread_of_referral")]

    def __str__(self) -> str:
        return str(self.pk)


class Disclosure(DossierBound):
    """What was released to whom, when, and on which ground: field names, never values."""

    reads: ClassVar[str] = FOLLOW
    writes: ClassVar[str] = FOLLOW

    referral = models.ForeignKey(Referral, models.CASCADE, related_name="disclosures")
    recipient = models.ForeignKey(Organisation, models.PROTECT, related_name="+", db_index=False)
    decision = models.ForeignKey(Decision, models.DO_NOTHING, related_name="+", db_index=False, null=True, blank=True)
    exception = models.ForeignKey(
        ExceptionalDisclosure, models.DO_NOTHING, related_name="+", db_index=False, null=True, blank=True
    )
    purpose = models.CharField(max_length=40)
    tier = models.PositiveSmallIntegerField()
    fields = models.JSONField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["referral", "tier"], name="one_release_per_tier"),
            models.CheckConstraint(
                condition=Q(decision=None, exception__isnull=False) | Q(decision__isnull=False, exception=None),
                name="released_on_one_ground",
            ),
        ]

    def __str__(self) -> str:
        return f"T{self.tier}"


class Correction(DossierBound):
    """A value in a frozen package that was wrong: the right one, which the recipient reads as a correction."""

    referral = models.ForeignKey(Referral, models.CASCADE, related_name="corrections")
    field = models.CharField(max_length=24)
    value = EncryptedJSON()
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return str(self.pk)


class KeptReason(DossierBound):
    """Why a recipient keeps a part, in its own words. In a folder of its own: the package has no key any more."""

    reads: ClassVar[str] = FOLLOW

    referral = models.ForeignKey(Referral, models.DO_NOTHING, related_name="kept_reasons")
    at = models.DateTimeField(default=timezone.now)
    text = EncryptedText(validators=[MaxLengthValidator(REASON_LENGTH)])

    def __str__(self) -> str:
        return str(self.pk)


def values_of(referral: Referral, codes: list[str]) -> dict[str, Any]:
    """The frozen values of these fields."""
    frozen = referral.package or {}
    return {code: frozen[code] for code in codes if code in frozen}
