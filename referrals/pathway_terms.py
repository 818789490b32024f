"""Words and life-cycle of a referral pathway: for which need, in which order, within which time (domain.md §2.2 P6; R-53)."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.vocabulary import Category
from foundation.core.states import LifeCycle, move

ELSEWHERE = (Category.CONDUCT, Category.UNSAID)
"""What our own people did goes to safeguarding; of what nobody says no way can be drawn."""
NEEDS = [(code, label) for code, label in Category.choices if code not in ELSEWHERE]


class PathwayState(models.TextChoices):
    """Where a version of a pathway stands."""

    DRAFT = "draft", pgettext_lazy("pathway", "Being written")
    SUBMITTED = "submitted", _("Waits for a second person")
    PUBLISHED = "published", pgettext_lazy("pathway", "Published")
    SUPERSEDED = "superseded", _("Replaced by a newer one")
    DROPPED = "dropped", pgettext_lazy("pathway", "Thrown away")


UNPUBLISHED = (PathwayState.DRAFT, PathwayState.SUBMITTED)
PATHWAY = LifeCycle(
    [
        move("submit", {PathwayState.DRAFT}, PathwayState.SUBMITTED, "keeper"),
        move("give_back", {PathwayState.SUBMITTED}, PathwayState.DRAFT, "keeper"),
        move("publish", {PathwayState.SUBMITTED}, PathwayState.PUBLISHED, "keeper"),
        move("drop", {PathwayState.DRAFT, PathwayState.SUBMITTED}, PathwayState.DROPPED, "keeper"),
        move("supersede", {PathwayState.PUBLISHED}, PathwayState.SUPERSEDED, "system"),
    ]
)


class Within(models.IntegerChoices):
    """Until when a step still helps, in hours: after sexual violence 72 against HIV, 120 against a pregnancy (§6)."""

    ANY = 0, _("No fixed time")
    AT_ONCE = 1, _("At once")
    DAY = 24, _("Within 24 hours")
    THREE_DAYS = 72, _("Within 72 hours (three days)")
    FIVE_DAYS = 120, _("Within 120 hours (five days)")
    WEEK = 168, _("Within seven days")
    TWO_WEEKS = 336, _("Within two weeks")
