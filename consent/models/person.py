"""The person a matter is about."""

from typing import Any

from django.db import models

from foundation.dossiers.models import DossierBound
from foundation.vault.fields import EncryptedDate, EncryptedJSON, EncryptedText


class Person(DossierBound):
    """The person a matter is about. Everything that could tell who it is, is encrypted."""

    alias = EncryptedText(null=True, blank=True)
    name = EncryptedText(null=True, blank=True)
    date_of_birth = EncryptedDate(null=True, blank=True)
    profile = EncryptedJSON(null=True, blank=True)
    safe_contact = EncryptedJSON(null=True, blank=True)
    changed_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def facts(self) -> dict[str, Any]:
        """``age_band``, ``gender``, ``languages``, ``interpreter``, ``access``, ``district``."""
        return dict(self.profile or {})

    @property
    def contact(self) -> dict[str, Any]:
        """``method``, ``value``, ``safe_times``, ``may_leave_message``, ``code_word``."""
        return dict(self.safe_contact or {})
