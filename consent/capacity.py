"""Whether an adult can take one decision: presumed, tested for this decision alone, support first (domain.md §5.6). Pure."""

from collections.abc import Mapping
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


class Doubt(models.TextChoices):
    """What raised the doubt. Disability is offered so that it can be refused, with the reason (W-11)."""

    CONFUSED = "confused", _("Confused about place, time or what was just said")
    UNCONSCIOUS = "unconscious", _("Unconscious or hardly awake")
    INTOXICATED = "intoxicated", _("Under alcohol, drugs or strong medicine")
    ACUTE = "acute_distress", _("Acute distress or shock")
    MEMORY = "memory", _("Forgets within minutes what was said")
    PRESSED = "pressed", _("Somebody seems to decide for the person")
    DISABILITY = "disability", _("A disability or a diagnosis")


class Ability(models.TextChoices):
    """What the test asks, each for this decision."""

    UNDERSTAND = "understand", _("Understands what it is about")
    RETAIN = "retain", _("Keeps it in mind long enough to decide")
    WEIGH = "weigh", _("Weighs one way against the other")
    COMMUNICATE = "communicate", _("Says the decision, in any way")


class Found(models.TextChoices):
    """What was found for an ability."""

    YES = "yes", _("Yes")
    SUPPORTED = "with_support", _("Yes, with support")
    NO = "no", _("No, whatever was tried")


class Support(models.TextChoices):
    """What was tried before anything was concluded."""

    WORDS = "plain_words", _("Plain words, pictures, read aloud")
    LANGUAGE = "language", _("Own language, sign language, communication aid")
    TIME = "time_place", _("Another time, a quieter place, a pause")
    TRUSTED = "trusted_person", _("Somebody whom the person chose")
    AID = "aids", _("Glasses, hearing aid, medicine, food, rest")


class Outcome(models.TextChoices):
    """What follows."""

    CAN = "can", _("Can decide this")
    SUPPORTED = "with_support", _("Can decide this with support")
    CANNOT = "cannot", _("Cannot decide this now")


def outcome(found: Mapping[str, Any]) -> Outcome:
    """One ability that is missing whatever was tried is enough; without a finding the person can decide."""
    said = [found.get(ability, Found.YES) for ability in Ability.values]
    if Found.NO in said:
        return Outcome.CANNOT
    return Outcome.SUPPORTED if Found.SUPPORTED in said else Outcome.CAN
