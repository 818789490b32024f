"""An agreement that runs out while something is open there: a task of the focal point, until it is renewed (scenario 10)."""

from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from foundation.audit import trail
from foundation.dossiers import clerk, clocks, ladder
from foundation.dossiers.models import Clock
from referrals.actions.moving import LAPSED, lock, put_before
from referrals.models import Partner, Referral
from referrals.partnership import PartnerStatus
from referrals.states import UNSENT, WITH_PARTNER


def under(partner: Partner) -> QuerySet[Referral]:
    """What is open there in the ordinary way."""
    rows = Referral.objects.filter(recipient=partner.pk, recalled_at=None, is_life_saving=False)
    found: QuerySet[Referral] = rows.filter(status__in=WITH_PARTNER | UNSENT)
    return found


@transaction.atomic
def sweep_agreements() -> int:
    """Put each open referral of a partner whose agreement has run out before the focal point, once for each running out."""
    over = Partner.objects.filter(status=PartnerStatus.ACTIVE, agreement_until__lt=timezone.localdate())
    n = 0
    with clerk.as_clerk():
        for partner in over:
            n += sum(_ask(lock(row)) for row in _unasked(partner))
    return n


def _unasked(partner: Partner) -> QuerySet[Referral]:
    """Those of which nobody was told since the agreement ended, and which nothing follows."""
    asked: Any = Clock.objects.filter(
        code=LAPSED, subject_id=OuterRef("pk"), started_at__date__gt=partner.agreement_until
    )
    followed = Referral.objects.filter(previous=OuterRef("pk"))
    return under(partner).exclude(Exists(asked)).exclude(Exists(followed)).order_by("pk")


def _ask(referral: Referral) -> bool:
    seat = ladder.first(referral.unit)
    if seat is None:
        return False
    put_before(referral, LAPSED, seat.group_id, f"agreement:{referral.pk}")
    trail.record("referral.lapsed", dossier=referral.dossier_id, subject=referral.pk)
    return True


def settle_agreement(partner: Partner) -> None:
    """It was renewed, or another task takes its place: nobody needs to act on the running out any more."""
    with clerk.as_clerk():
        for pk in under(partner).values_list("pk", flat=True):
            clocks.stop(pk, LAPSED)
