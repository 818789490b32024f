"""What is said to the person before details are asked."""

import uuid
from typing import Any, ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from consent.states import ProposalState
from consent.vocabulary import Channel
from foundation.accounts.oversight import CONFIRMING


def writes_notices(actor: Any) -> bool:
    """Whether the actor now holds a seat that writes and publishes what is said to people: always two persons (HS-20)."""
    return any(seat.role in CONFIRMING for seat in actor.seats)


class NoticeVersion(models.Model):
    """What is said before details are asked: one text per version, language and channel.

    Never changed, only succeeded. Of the channel ``pictures`` each line is the words under one drawing
    (``consent.pictures``).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    version = models.PositiveIntegerField()
    language = models.CharField(max_length=8)
    channel = models.CharField(max_length=8, choices=Channel.choices, default=Channel.SPOKEN)
    text = models.TextField()
    limits = models.TextField()
    published_at = models.DateTimeField(default=timezone.now)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["version", "language", "channel"], name="one_notice_per_channel"),
            models.CheckConstraint(
                condition=Q(published_by=None) | ~Q(published_by=F("written_by")), name="notice_by_two_people"
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="notice_is_kept", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.version} ({self.language}, {self.channel})"

    @classmethod
    def current(cls, language: str, channel: str = Channel.SPOKEN) -> "NoticeVersion":
        """The newest notice in this language and channel, else in English, else the one that is said aloud."""
        wanted = cls.objects.filter(language__in=[language, "en"], channel__in=[channel, Channel.SPOKEN])
        found = list(wanted.order_by("-version"))
        same = [notice for notice in found if notice.channel == channel] or found
        return next((notice for notice in same if notice.language == language), same[0])


class NoticeProposalQuerySet(models.QuerySet["NoticeProposal"]):
    """Which proposals somebody may know of."""

    def visible_to(self, actor: Any) -> "NoticeProposalQuerySet":
        """All for the officers, none for others."""
        return self.all() if writes_notices(actor) else self.none()

    def waiting(self) -> "NoticeProposalQuerySet":
        """Those that nobody has decided on."""
        return self.filter(state=ProposalState.WAITING)


class NoticeProposal(models.Model):
    """A new version as somebody wrote it; it counts when another person publishes it (HS-20).

    ``texts``: language → channel → ``[text, limits]``.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    texts = models.JSONField()
    state = models.CharField(max_length=12, choices=ProposalState.choices, default=ProposalState.WAITING)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    written_at = models.DateTimeField(default=timezone.now)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(null=True, blank=True)

    objects: ClassVar[Any] = NoticeProposalQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(state=ProposalState.PUBLISHED)
                | (Q(decided_by__isnull=False) & ~Q(decided_by=F("written_by")) & Q(version__isnull=False)),
                name="proposal_by_two_people",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)
