"""What others do in the same transaction when a decision ends, shrinks, rests or is replaced, or an exception ends."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from consent.models import Decision, ExceptionalDisclosure, Person
from foundation.accounts.models import Unit
from foundation.core.hooks import Hook
from foundation.dossiers.models import Dossier


@dataclass(frozen=True)
class Unconfirmed:
    """A recipient that has not said within its time what it did after a withdrawal.

    ``subject`` is the referral's id and ``reference`` its public code; ``dossier`` is its folder, without a key by now
    or narrowed; ``since`` is when the person took the consent back.
    """

    subject: UUID
    reference: str
    dossier: Dossier
    unit: Unit
    recipient_id: UUID
    decision_id: UUID | None
    since: datetime


@dataclass(frozen=True)
class Corrected:
    """A value of the person that was wrong and is right now: ``field`` by its code."""

    person: Person
    field: str
    value: Any


withdrawn: Hook[Decision] = Hook()
renewed: Hook[tuple[Decision, Decision]] = Hook()
suspended: Hook[Decision] = Hook()
resumed: Hook[Decision] = Hook()
narrowed: Hook[tuple[Decision, list[str]]] = Hook()
"""Fields were taken back of a decision that goes on: the decision as it is now, and their names."""
unconfirmed: Hook[Unconfirmed] = Hook()
"""Seven days are over and a recipient is silent (partners.md §2). Sent once, as the clerk, in the sweep's transaction."""
exception_ended: Hook[ExceptionalDisclosure] = Hook()
"""An exception that was in effect is over before its time: refused, ended, not signed. What rests on it ends with it."""
unsigned: Hook[ExceptionalDisclosure] = Hook()
"""An exception took effect on one signature and nobody gave the second within 24 hours: an incident (scenario 11)."""
corrected: Hook[Corrected] = Hook()
"""Whoever received the old value is told (domain.md §4.3, rectification)."""
