"""Saying why so many folders are opened today."""

from django.db import transaction
from django.utils.translation import gettext as _

from foundation.accounts.models import User
from foundation.audit import trail
from foundation.core.errors import Refused
from foundation.watch.vocabulary import Why


@transaction.atomic
def explain_reading(why: str, *, by: User) -> None:
    """Record the coded reason: the next ``WATCH_REASON_COVERS`` folders open without another question."""
    if why not in Why.values:
        raise Refused("reading.why", _("Choose a reason."), "why")
    trail.record("reading.explained", why=why)
