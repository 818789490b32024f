"""To whom nothing may go, whatever the person agreed to: who may be the threat, and who tells authorities (HS-11)."""

from collections.abc import Callable

from django.utils.translation import gettext as _

from cases.models import Case
from cases.vocabulary import Category, Flag, Setting
from consent.models import ExceptionalDisclosure
from consent.sources import NOBODY, widened
from foundation.audit import trail
from foundation.core.errors import Refused
from referrals.models import Partner
from referrals.partnership import DataSharing

SETTINGS = {Setting.DETENTION, Setting.BORDER}
CATEGORIES = {Category.DETENTION, Category.RETURN, Category.DOCUMENTS}
FLAGS = {Flag.EXPULSION, Flag.HELD}
Supplier = Callable[[Case], set[str]]
_SUPPLIERS: list[Supplier] = []


def supply(function: Supplier) -> None:
    """Another app knows of categories of suspected sources of threat (``consent.sources.Source``) for a case."""
    if function not in _SUPPLIERS:
        _SUPPLIERS.append(function)


def sources(case: Case) -> set[str]:
    """The categories that are suspected in this case; never a name."""
    found = {source for function in _SUPPLIERS for source in function(case)}
    for row in ExceptionalDisclosure.objects.filter(person=case.person_id).select_related("dossier").with_key():
        if row.dossier.is_open and row.said:
            trail.record("exception.read", dossier=row.dossier_id, subject=row.pk)
            found.add(row.said.get("source", ""))
    return widened(found - {""} - NOBODY)


def is_exposed(case: Case) -> bool:
    """Whether authorities that learn of the person could hold them or send them away: migrants, people detained."""
    known = case.concern.known
    return (
        case.concern.setting in SETTINGS
        or known.get("category") in CATEGORIES
        or bool(FLAGS & set(known.get("flags", [])))
    )


def why_never(partner: Partner, suspected: set[str], *, exposed: bool) -> str:
    """Why nothing may go to this organisation, or nothing."""
    if suspected & set(partner.belongs_to):
        return _("This organisation belongs to those from whom the threat may come.")
    if exposed and partner.data_sharing == DataSharing.WITHOUT:
        return _("This organisation tells authorities about single people without asking them.")
    return ""


def check(case: Case, partner: Partner) -> None:
    """Raise ``Refused`` where nothing may go (HS-11)."""
    why = why_never(partner, sources(case), exposed=is_exposed(case))
    if why:
        raise Refused("receiver.threat", why)
