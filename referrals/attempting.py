"""Trying to reach a person: which ways there are, and why somebody tried outside the safe times (W-16)."""

from dataclasses import dataclass
from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

ENOUGH = 3
"""So many safe attempts, before somebody says that the person cannot be reached (partners.md §2)."""


class Way(models.TextChoices):
    """How it was tried."""

    PHONE = "phone", _("By phone")
    MESSAGE = "message", _("By message")
    VISIT = "visit", _("By a visit")
    TRUSTED = "trusted_person", _("Through somebody whom the person trusts")


class Outside(models.TextChoices):
    """Why it was tried outside the times that the person called safe: a closed list, no word on anybody (W-16)."""

    ASKED = "person_asked", _("The person asked for it")
    DANGER = "danger", _("Danger could not wait")
    NO_TIMES = "times_unknown", _("No safe times are known")
    MISTAKE = "mistake", _("It was a mistake")


@dataclass(frozen=True)
class Attempt:
    """When, how, and whether within the safe times; outside them the coded reason."""

    at: datetime
    way: str
    is_within: bool
    outside: str = ""
