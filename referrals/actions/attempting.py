"""Writing down that somebody tried to reach the person: three safe attempts come before "not reached" (partners.md §2)."""

from collections.abc import Callable

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from foundation.accounts.models import User
from foundation.audit import trail
from foundation.core import policy
from foundation.core.errors import Refused
from referrals.actions.moving import lock, require_not_recalled, touch
from referrals.attempting import Attempt, Outside, Way
from referrals.models import ContactAttempt, Referral
from referrals.states import LIFE


@transaction.atomic
def log_attempt(
    referral: Referral, tried: Attempt, *, by: User, check: Callable[[Referral], None] | None = None
) -> Referral:
    """The recipient tried. ``check`` sees the locked row first (If-Match)."""
    return _log(referral, tried, "respond", by, check)


@transaction.atomic
def hear_attempt(referral: Referral, tried: Attempt, *, by: User) -> Referral:
    """The referrer writes down that the partner tried, as it says by phone, in person or on paper."""
    return _log(referral, tried, "hear", by, None)


def _log(
    referral: Referral, tried: Attempt, ability: str, by: User, check: Callable[[Referral], None] | None
) -> Referral:
    locked = lock(referral)
    require_not_recalled(locked)
    if check:
        check(locked)
    policy.require(by, ability, locked)
    LIFE.check("unable_to_reach", locked.status)
    _check(locked, tried)
    outside = "" if tried.is_within else tried.outside
    row = ContactAttempt(dossier=locked.dossier, referral=locked, by=by, at=tried.at, way=tried.way, outside=outside)
    row.save(force_insert=True)
    locked.tries += tried.is_within
    touch(locked, "tries")
    trail.record("referral.attempt", dossier=locked.dossier_id, subject=locked.pk, way=tried.way, outside=outside)
    return locked


def _check(referral: Referral, tried: Attempt) -> None:
    began = (referral.decided_at or referral.created_at).replace(second=0, microsecond=0)  # a page says minutes
    if not began <= tried.at <= timezone.now():
        raise Refused("receiver.at", _("Say when you tried: after you accepted, and not after now."), "at")
    if ContactAttempt.objects.filter(referral=referral, at=tried.at).exists():
        raise Refused("receiver.at", _("This attempt is written down already."), "at")
    if tried.way not in Way.values:
        raise Refused("receiver.way", _("Say how you tried."), "way")
    if not tried.is_within and tried.outside not in Outside.values:
        raise Refused("receiver.outside", _("Say why you tried outside the safe times."), "outside")
