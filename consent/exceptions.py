"""When something may be told without consent: the closed list, and what each of its grounds allows (domain.md §5.7)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from consent.vocabulary import Purpose, RecipientKind


class Ground(models.TextChoices):
    """The whole list. There is no "other"."""

    LIFE = "life_at_risk", _("Imminent risk to a life, the person’s or another’s")
    CHILD = "child_at_risk", _("A child is at risk")
    ADULT = "adult_at_risk", _("An adult who cannot decide on this is at risk")
    LAW = "legal_obligation", _("The law obliges us")
    STAFF = "movement_personnel", _("An allegation against somebody of the Movement")


VITAL = frozenset({Ground.LIFE, Ground.CHILD, Ground.ADULT, Ground.LAW})
GROUNDS: dict[str, frozenset[str]] = {
    Purpose.INTERNAL_ESCALATION: VITAL,
    Purpose.EXTERNAL_REFERRAL: VITAL,
    Purpose.SHARE_WITH_COMPONENT: VITAL,
    Purpose.RAISE_IDENTIFIED: frozenset({Ground.LIFE, Ground.LAW}),
}
"""Purpose → grounds that may override consent. What stands not here is never done without consent: figures, stories, calls.
An authority is told a name only for a life or by law (HS-12). An allegation against our own goes to safeguarding alone."""

KINDS: dict[str, frozenset[str]] = {
    Purpose.INTERNAL_ESCALATION: frozenset({RecipientKind.UNIT}),
    Purpose.EXTERNAL_REFERRAL: frozenset({RecipientKind.SERVICE}),
    Purpose.SHARE_WITH_COMPONENT: frozenset({RecipientKind.UNIT}),
    Purpose.RAISE_IDENTIFIED: frozenset(RecipientKind.values),
}
BLANKET = frozenset({"all", "any", "everything", "*"})


def allows(ground: str, purpose: str) -> bool:
    """Whether this ground may stand in for consent to this purpose."""
    return ground in GROUNDS.get(purpose, frozenset())


def is_least(fields: list[str]) -> bool:
    """Whether the fields are named one by one; "all" is no field."""
    return bool(fields) and not {code.strip().lower() for code in fields} & BLANKET
