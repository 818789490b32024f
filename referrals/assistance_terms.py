"""Words and life-cycle of assistance, the element (c): what our own services give (domain.md §6, §7.5, §7.12; R-42)."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from foundation.core.states import LifeCycle, move
from referrals.vocabulary import ServiceType

OWN_CODES = (
    "health_medical", "sexual_reproductive_health", "mhpss", "shelter_housing", "rfl", "family_reunification",
    "disability_rehabilitation", "livelihoods", "cash", "food", "nutrition", "nfi", "wash", "mine_risk_education",
    "detention_visit", "education", "transport_accompaniment", "community_based_support", "information_counselling", "other",
)  # fmt: skip
"""The service types that a National Society may give itself (c); the others lead to a partner (b)."""


def own_types() -> list[tuple[str, str]]:
    """Choices for a form: value and label of each type that may be our own."""
    return [(t.value, str(t.label)) for t in ServiceType if t.value in OWN_CODES]


class AssistanceStatus(models.TextChoices):
    """Where a need stands."""

    PLANNED = "planned", pgettext_lazy("assistance", "Planned")
    GIVEN = "given", pgettext_lazy("assistance", "Given")
    ANSWERED = "answered", pgettext_lazy("assistance", "The person said what came of it")
    NOT_GIVEN = "not_given", pgettext_lazy("assistance", "Not given")


OPEN_NEEDS = (AssistanceStatus.PLANNED, AssistanceStatus.GIVEN)
"""A need that has no answer yet."""


class NeedOutcome(models.TextChoices):
    """What came of it, as the person says (domain.md §7.12)."""

    MET = "met", _("The need is met")
    PARTLY = "partly", _("Partly met")
    NOT_MET = "not", _("Not met")
    UNKNOWN = "unknown", _("Not known: the person could not be asked")


class WhyNot(models.TextChoices):
    """Why something is not given by us: recorded, so that no need stays without an answer (W-06)."""

    NOT_WANTED = "not_wanted", _("The person does not want it")
    NO_CAPACITY = "no_capacity", _("We cannot give it, and nobody else can now")
    ELSEWHERE = "met_elsewhere", _("The need is met in another way")
    REFERRED = "referred", _("A partner gives it")
    UNSAFE = "unsafe", _("It would put the person at risk")
    NOT_REACHED = "not_reached", _("The person could not be reached")


ASSISTANCE = LifeCycle(
    [
        move("give", {AssistanceStatus.PLANNED}, AssistanceStatus.GIVEN, "giver"),
        move("not_give", {AssistanceStatus.PLANNED}, AssistanceStatus.NOT_GIVEN, "giver"),
        move("answer", {AssistanceStatus.GIVEN}, AssistanceStatus.ANSWERED, "giver"),
    ]
)


class CapacityState(models.TextChoices):
    """Where a declaration of capacity stands."""

    PROPOSED = "proposed", _("Waits for a second person")
    APPROVED = "approved", pgettext_lazy("capacity", "In force")
    DROPPED = "dropped", _("Not agreed to")
    REPLACED = "replaced", _("Replaced by a newer one")


CAPACITY = LifeCycle(
    [
        move("approve", {CapacityState.PROPOSED}, CapacityState.APPROVED, "manager"),
        move("drop", {CapacityState.PROPOSED}, CapacityState.DROPPED, "manager"),
        move("replace", {CapacityState.APPROVED}, CapacityState.REPLACED, "system"),
    ]
)
