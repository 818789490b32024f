"""The four elements of the Minimum Protection Approach that readiness opens and closes (domain.md §1.3, §2.2)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Element(models.TextChoices):
    """What a unit does for a person at risk."""

    ESCALATE = "a", _("Escalation to the focal point")
    REFER = "b", _("Referral to a service")
    ASSIST = "c", _("Direct assistance")
    REPRESENT = "d", _("Representation to authorities")


ALL = frozenset(Element)
