"""Where a threat comes from, as a category: one list for consent, cases, referrals, authorities and risks (domain.md §7.7)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Source(models.TextChoices):
    """From whom the threat comes: a category, never a name (HS-11, HS-13)."""

    PARTNER = "partner", _("Partner or former partner")
    CAREGIVER = "caregiver", _("Caregiver")
    FAMILY = "family", _("Another relative")
    COMMUNITY = "community", _("Somebody of the community")
    EMPLOYER = "employer", _("Employer")
    TEACHER = "teacher", _("Teacher")
    LANDLORD = "landlord", _("Landlord")
    CRIMINAL = "criminal_group", _("Criminal group or trafficker")
    PROVIDER = "service_provider", _("A service provider or humanitarian worker")
    FORCES = "state_forces", _("Armed or security forces of a state")
    POLICE = "police_border", _("Police or border guard")
    PRISON = "detention_staff", _("Staff of a prison or a place of detention")
    OFFICIAL = "other_official", _("Another official")
    GROUP = "armed_group", _("A non-state armed group")
    DE_FACTO = "de_facto", _("A de facto authority")
    ONLINE = "online", _("Unknown, online")
    NONE = "none", _("Nobody: an illness, a hazard")
    UNKNOWN = "unknown", _("Not known")
    UNSAID = "unsaid", _("The person does not want to say")


NOBODY = frozenset({Source.NONE, Source.UNKNOWN, Source.UNSAID})
"""Answers that point at nobody."""
GOVERNING = frozenset({Source.GROUP, Source.DE_FACTO})


def widened(suspected: set[str]) -> set[str]:
    """An armed group that governs is a de facto authority: where one is suspected, so is the other."""
    return suspected | GOVERNING if suspected & GOVERNING else suspected
