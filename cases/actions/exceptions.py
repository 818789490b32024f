"""Asking that something of a case be told without consent (domain.md §5.7). Signing and reviewing it is consent's."""

from django.db import transaction
from django.utils.translation import gettext as _

from cases.actions.case import note_event
from cases.models import Case, Erasure
from cases.recipients import recipient
from consent.actions import exceptions
from consent.actions.exceptions import Matter, Plea
from consent.models import ExceptionalDisclosure
from foundation.accounts.models import User
from foundation.core import policy
from foundation.core.errors import Refused
from foundation.dossiers.models import Dossier

ERASED = "case"


@transaction.atomic
def ask_exception(case: Case, plea: Plea, *, by: User) -> ExceptionalDisclosure:
    """Ask for it: only to somebody who may be told something of this case, and only what they could be told at all."""
    rows = Case.objects.select_for_update(of=("self",)).select_related("dossier", "unit", "person")
    locked: Case = rows.get(pk=case.pk)
    policy.require(by, "ask_exception", locked)
    locked.person.dossier = locked.dossier
    known = recipient(locked, plea.recipient_id)
    wanted = set(plea.fields)
    if (known.kind, known.purpose) != (plea.recipient_kind, plea.purpose) or wanted - {*known.told, *known.always}:
        raise Refused("exception.fields", _("Choose what is told, piece by piece."), "fields")
    matter = Matter(locked.dossier, locked.code, locked.urgency, locked.unit, locked.focal_group_id)
    asked = exceptions.ask(locked.person, matter, plea, by=by)
    note_event(locked, "exception_asked", by=by)
    return asked


def erase_exceptions(erased: tuple[Erasure, list[Dossier]]) -> None:
    """The case is erased, and so are the reasons that were written to tell something of it."""
    erasure, found = erased
    found += exceptions.erase_of(erasure.dossier, ERASED)
