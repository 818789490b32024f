"""Whom something of a case could be told without consent, and what: named fields, never "all" (domain.md §5.7)."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.actions.concern import ESCALATION_FIELDS
from cases.contributions import CONTRIBUTORS
from cases.models import Case
from consent.vocabulary import Purpose, RecipientKind
from foundation.core.errors import Absent

INSIDE: dict[str, Any] = {
    "alias": gettext_lazy("Name or alias"),
    "safe_contact": gettext_lazy("Safe way to reach the person"),
    "summary": gettext_lazy("What was told"),
    "wishes": gettext_lazy("What the person wants"),
}


@dataclass(frozen=True)
class Recipient:
    """Who it is, for which purpose, and what could be told at most: code → label. ``always`` cannot be left out."""

    pk: UUID
    kind: str
    purpose: str
    name: str
    told: dict[str, str]
    always: list[str]


def choices(case: Case, words: str = "") -> list[tuple[str, dict[UUID, str]]]:
    """Who may be chosen, by kind: some services of partners that may receive something now, units above."""
    services = {pk: name for part in CONTRIBUTORS for pk, name in part.recipients(case, words).items()}
    units = {unit.pk: unit.name for unit in case.unit.upwards()}
    return [(_("A service of a partner organisation"), services), (_("Inside our organisation"), units)]


def recipient(case: Case, pk: UUID) -> Recipient:
    """One of them, or ``Absent``."""
    for unit in case.unit.upwards():
        if unit.pk == pk:
            told = {code: str(INSIDE[code]) for code in ESCALATION_FIELDS}
            return Recipient(pk, RecipientKind.UNIT, Purpose.INTERNAL_ESCALATION, unit.name, told, [])
    for part in CONTRIBUTORS:
        for line in part.lines(case, [pk] if part.receives(case, pk) else []):
            return Recipient(pk, line.kind, line.code, line.recipient, line.told, line.always)
    raise Absent("record.absent", _("There is nothing at this address."))


def labels(codes: list[str]) -> list[str]:
    """The names of fields, whoever's they are."""
    named = [label for part in CONTRIBUTORS for label in part.labels(codes)]
    own = [str(INSIDE[code]) for code in codes if code in INSIDE]
    return list(dict.fromkeys(named + own))
