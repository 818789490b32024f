"""Something about the person was wrong and is right now: whoever received it is told (domain.md §4.3, rectification)."""

from django.utils import timezone

from cases.models import Case
from consent.actions import Corrected
from foundation.audit import trail
from foundation.core.acting import ACTOR
from foundation.dossiers import clerk
from referrals.actions.borrowing import opened
from referrals.actions.moving import lock, tell_recipient, touch
from referrals.models import Correction, Referral
from referrals.states import WITH_PARTNER


def pass_on(corrected: Corrected) -> None:
    """Put the right value beside the frozen one in each package whose recipient reads it still, and tell them by id.

    Packages stay as they were sent: the recipient sees that it is a correction. Runs as the clerk: none is missed.
    """
    actor, code = ACTOR.get(), corrected.field
    case = Case.objects.filter(dossier=corrected.person.dossier_id).first()
    if case is None:
        return
    with clerk.as_clerk() as keeper:
        rows = Referral.objects.filter(case_id=case.pk, recalled_at=None, status__in=WITH_PARTNER)
        for referral in [lock(row) for row in rows.order_by("pk") if code in row.fields]:
            with opened(referral, keeper, actor):
                row = Correction(dossier=referral.dossier, referral=referral, field=code, value=corrected.value)
                row.save(force_insert=True)
            referral.corrected_at = timezone.now()
            touch(referral, "corrected_at")
            tell_recipient(referral, "referral.corrected")
            trail.record("referral.corrected", dossier=referral.dossier_id, subject=referral.pk, field=code)
