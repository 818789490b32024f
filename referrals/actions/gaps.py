"""Gaps in the pathways: what nobody took up, so that somebody can mend it (R-53). No person, case or referral in them."""

from django.db import transaction
from django.utils.translation import gettext as _

from cases.models import Case
from foundation.accounts.models import Unit, User
from foundation.audit import trail
from foundation.core import policy
from foundation.core.errors import Refused
from referrals.listing import GapReason
from referrals.models import PathwayGap, Referral
from referrals.vocabulary import ServiceType


def note_gap(step: tuple[Referral, str, str]) -> None:
    """A partner declined, or did not answer: a gap, whoever acts."""
    referral, verb, _former = step
    if verb not in ("decline", "expire"):
        return
    reason = referral.end_reason if verb == "decline" else GapReason.NO_ANSWER
    if reason in GapReason.values:
        _note(referral.unit, referral.service.service_type, reason, referral.urgency)


@transaction.atomic
def report_gap(case: Case, service_type: str, *, by: User) -> None:
    """Nobody here gives this kind of help: say so for the figures; the case goes on with what there is (§5.2)."""
    policy.require(by, "refer", case)
    if service_type not in ServiceType.values:
        raise Refused("gap.kind", _("Choose what is needed."), "kind")
    _note(case.unit, service_type, GapReason.NO_SERVICE, case.urgency)


def _note(unit: Unit, service_type: str, reason: str, urgency: str) -> None:
    PathwayGap(unit=unit, service_type=service_type, reason=reason, urgency=urgency).save(force_insert=True)
    trail.record("pathway.gap", reason=reason)
