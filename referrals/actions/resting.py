"""The person objected: what rests on the agreement rests too, until it is decided (domain.md §4.3)."""

from consent.models import Decision
from consent.vocabulary import Purpose
from foundation.dossiers import clerk, clocks
from foundation.dossiers.models import Clock
from referrals.actions.moving import WITHDRAWAL_CLOCKS, lock, tell_recipient, touch
from referrals.models import Referral
from referrals.states import WITH_PARTNER


def rest(decision: Decision) -> None:
    """Recipients read nothing from now on and are told so by id; what they owed us stands still, but for emergencies."""
    for referral in _with_recipients(decision):
        _tell(referral, "consent.suspended", is_resting=True)


def wake(decision: Decision) -> None:
    """It goes on."""
    for referral in _with_recipients(decision):
        _tell(referral, "consent.resumed", is_resting=False)


def _with_recipients(decision: Decision) -> list[Referral]:
    if decision.purpose != Purpose.EXTERNAL_REFERRAL:
        return []
    with clerk.as_clerk():
        rows = Referral.objects.filter(decision_id=decision.pk, recalled_at=None, status__in=WITH_PARTNER)
        return list(rows.order_by("pk"))


def _tell(referral: Referral, event: str, *, is_resting: bool) -> None:
    with clerk.as_clerk():
        locked = lock(referral)
        touch(locked)
        tell_recipient(locked, event)
        if locked.urgency == "emergency":
            return
        running = Clock.objects.running().filter(subject_id=locked.pk).exclude(code__in=WITHDRAWAL_CLOCKS)
        for code in list(running.values_list("code", flat=True)):
            (clocks.pause if is_resting else clocks.resume)(locked.pk, code)
