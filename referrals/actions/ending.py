"""When time has run out: a loop that nobody could close with the person, a draft that nobody touched (partners.md §2)."""

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import actions as cases
from foundation.accounts.models import User
from foundation.audit import trail
from foundation.core import policy
from foundation.core.errors import Refused, WrongState
from foundation.dossiers import actions as dossiers
from foundation.dossiers import clerk, clocks
from foundation.outbox import delivery
from referrals.actions.moving import lock, move, touch
from referrals.listing import Unverified
from referrals.models import Referral
from referrals.states import SYSTEM
from referrals.vocabulary import CancelReason, Status

SERVED = (Status.COMPLETED, Status.NOT_COMPLETED)


@transaction.atomic
def close_unverified(referral: Referral, reason: str, *, by: User) -> Referral:
    """A person confirms what the clock proposes: the person could not be asked; it is closed as not verified (HS-24).

    If they can be asked one day, what they say is recorded all the same.
    """
    locked = lock(referral)
    policy.require(by, "close_unverified", locked)
    if locked.status not in SERVED or locked.verified_at is not None:
        raise WrongState("state.not_from_here", _("This has moved on in the meantime and cannot be done now."))
    if not clocks.is_running_late(locked.pk, "verify"):
        raise WrongState("state.too_early", _("There is still time to ask the person."))
    if reason not in Unverified.values:
        raise Refused("sender.reason", _("Choose a reason."), "reason")
    locked.verified_at, locked.unverified_for = timezone.now(), reason
    touch(locked, "verified_at", "unverified_for")
    clocks.stop(locked.pk, "verify")
    cases.note_event(locked.case, "referral_unverified", by=by)
    trail.record("referral.unverified", dossier=locked.dossier_id, subject=locked.pk, reason=reason)
    return locked


def sweep_drafts() -> int:
    """Remind of each draft that nobody touched for 30 days; a week after the reminder it goes, and its folder's key too."""
    now = timezone.now()
    idle, gone = now - timedelta(days=settings.DRAFT_DAYS), now - timedelta(days=settings.DRAFT_GRACE_DAYS)
    with clerk.as_clerk() as by:
        rows = Referral.objects.filter(status=Status.DRAFT, touched_at__lt=idle, status_at__lt=idle)
        removed = [_remove(pk, by) for pk in rows.filter(reminded_at__lt=gone).values_list("pk", flat=True)]
        for row in rows.filter(reminded_at=None).select_related("requested_by", "handed_to"):
            Referral.objects.filter(pk=row.pk).update(reminded_at=now)
            delivery.tell([row.handler], "work.waiting", f"draft:{row.pk}:{row.version}")
    return sum(removed)


@transaction.atomic
def _remove(pk: UUID, by: User) -> bool:
    referral = lock(Referral(pk=pk))
    if referral.status != Status.DRAFT:
        return False
    why = CancelReason.UNTOUCHED
    move(referral, "withdraw", by=by, side=SYSTEM, reason=why, end_reason=why)
    dossiers.erase(referral.dossier, "draft")
    return True
