"""Life-cycles: an assessment of readiness, a training."""

from django.db import models
from django.utils.translation import pgettext_lazy

from foundation.core.states import LifeCycle, move


class ReadinessState(models.TextChoices):
    """Where an assessment of readiness stands."""

    DRAFT = "draft", pgettext_lazy("readiness", "Being written")
    SUBMITTED = "submitted", pgettext_lazy("readiness", "Waits for a second person")
    APPROVED = "approved", pgettext_lazy("readiness", "In force")
    REPLACED = "replaced", pgettext_lazy("readiness", "Replaced by a newer one")
    EXPIRED = "expired", pgettext_lazy("readiness", "Expired")
    DROPPED = "dropped", pgettext_lazy("readiness", "Thrown away")


_S = ReadinessState
READINESS = LifeCycle(
    [
        move("submit", {_S.DRAFT}, _S.SUBMITTED, "writer"),
        move("drop", {_S.DRAFT}, _S.DROPPED, "writer"),
        move("approve", {_S.SUBMITTED}, _S.APPROVED, "second"),
        move("give_back", {_S.SUBMITTED}, _S.DRAFT, "second"),
        move("replace", {_S.APPROVED}, _S.REPLACED, "clerk"),
        move("expire", {_S.APPROVED}, _S.EXPIRED, "clerk"),
    ]
)


class TrainingState(models.TextChoices):
    """Where the record of a training stands."""

    RECORDED = "recorded", pgettext_lazy("training", "Waits for a second person")
    CONFIRMED = "confirmed", pgettext_lazy("training", "Confirmed")
    REFUSED = "refused", pgettext_lazy("training", "Not confirmed")
    ENDED = "ended", pgettext_lazy("training", "Taken back")


_T = TrainingState
TRAINING = LifeCycle(
    [
        move("confirm", {_T.RECORDED}, _T.CONFIRMED, "second"),
        move("refuse", {_T.RECORDED}, _T.REFUSED, "second"),
        move("end", {_T.CONFIRMED}, _T.ENDED, "manager"),
    ]
)
