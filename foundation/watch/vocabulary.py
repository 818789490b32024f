"""Words of watching: the rules, how serious each is, and the coded reasons people give."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import Role


class Rule(models.TextChoices):
    """What raised an alert (safety.md §1)."""

    DECOY = "decoy", _("Opened a decoy")
    BREAKGLASS = "breakglass", _("Used emergency access")
    BUDGET = "budget", _("Opened many different folders")
    VAULT = "vault", _("Decrypted very much in one hour")
    BURST = "burst", _("Opened one folder after another and wrote nothing")
    SEARCH = "search", _("Was shown many names by searching")
    OFF_HOURS = "off_hours", _("Opened folders outside working hours")


MOST_SERIOUS, SERIOUS, TO_CHECK = 1, 2, 3
RANKS = {
    Rule.DECOY: MOST_SERIOUS,
    Rule.BREAKGLASS: MOST_SERIOUS,
    Rule.VAULT: SERIOUS,
    Rule.BURST: SERIOUS,
    Rule.BUDGET: TO_CHECK,
    Rule.SEARCH: TO_CHECK,
    Rule.OFF_HOURS: TO_CHECK,
}
"""How serious an alert of each rule is at least: 1 comes first."""


class Why(models.TextChoices):
    """Why somebody opens many folders in one day: coded, so that no story is written into it."""

    EMERGENCY = "emergency", _("An emergency that concerns several people")
    STANDING_IN = "standing_in", _("I stand in for a colleague")
    HANDOVER = "handover", _("Cases are being handed over to me or by me")
    REVIEW = "review", _("A review that my manager asked for")
    CONTACT = "contact", _("Many people came or phoned today")
    OTHER = "other", _("Something else, which I will tell the data-protection officer")


class Ground(models.TextChoices):
    """Why a case that is not on one's lists must be opened now."""

    LIFE = "life_at_risk", _("A life is at risk")
    CARE = "care_at_risk", _("The person needs help today that cannot wait")
    CHILD = "child_at_risk", _("A child is at risk")


WORKERS = (Role.CASEWORKER, Role.FOCAL_POINT, Role.DEPUTY, Role.MANAGER)
"""The seats that may ask for emergency access."""

NEVER = (Role.ADMINISTRATOR, Role.AUDITOR, Role.PARTNER_WORKER, Role.SAFEGUARDING, Role.DIRECTORY_EDITOR)
"""The seats that shut it, whatever else the person holds."""
