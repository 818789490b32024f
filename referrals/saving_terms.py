"""Words of the way that is left when a life depends on it and the ordinary way is shut (HS-10)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from referrals.fields import FIELDS
from referrals.listing import Channel
from referrals.partnership import PartnerStatus

TIER = 1
"""The highest tier that is told this way."""
TOLD = [code for code, (tier, _label) in FIELDS.items() if tier <= TIER]
WAYS = [Channel.PHONE, Channel.IN_PERSON, Channel.PAPER]
NEVER = (PartnerStatus.SUSPENDED, PartnerStatus.ENDED)
"""Somebody decided that nobody is sent there: no phone call undoes that."""


class Shut(models.TextChoices):
    """Why the ordinary way is shut."""

    AGREEMENT = "agreement", _("There is no agreement in force with this organisation.")
    SERVICE = "service", _("This service stands in the directory as closed.")
    OLD = "old", _("Nobody has checked this entry for half a year.")


class Answerer(models.TextChoices):
    """Who answered the phone there, in their role: no name is kept."""

    RECEPTION = "reception", _("Reception or switchboard")
    NURSE = "nurse", _("Nurse or midwife")
    DOCTOR = "doctor", _("Doctor on duty")
    SOCIAL = "social_worker", _("Social worker or counsellor")
    LEAD = "lead", _("Head of the service, or who stands in")
