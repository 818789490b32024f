"""One item more: what a partner may ask for beyond what acceptance opens, why, and why it is not told; as data."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from referrals.fields import FIELDS
from referrals.states import SERVING

ITEMS = [code for code, (tier, _label) in FIELDS.items() if tier == 3]
"""What opens one by one only, on request (T3)."""
ITEM_CHOICES = [(code, FIELDS[code][1]) for code in ITEMS]


class ItemReason(models.TextChoices):
    """What it is needed for: a closed list, no word on anybody."""

    MEET = "to_meet", _("To meet the person where they are")
    SEND = "to_send", _("To send something that the person waits for")
    LAW = "required_by_law", _("A law asks for it before the service can be given")
    SAFETY = "safety", _("For the safety of the person")


class ItemRefusal(models.TextChoices):
    """Why it is not told: a closed list, no word on anybody."""

    NO_CONSENT = "no_consent", _("The person does not agree")
    NOT_NEEDED = "not_needed", _("The service can be given without it")
    UNKNOWN = "not_known", _("It is not known")
    UNSAFE = "not_safe", _("Telling it is not safe")


class ItemState(models.TextChoices):
    """Where a request stands."""

    ASKED = "asked", _("Waiting for an answer")
    OPENED = "opened", _("Told")
    REFUSED = "refused", _("Not told")


def may_ask(status: str, pending: str) -> bool:
    """Whether a recipient may ask for an item now: while it serves, one at a time; ``pending`` is what it waits for."""
    return status in SERVING and not pending
