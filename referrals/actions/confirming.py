"""What a recipient did after the person took the consent back: by API, by page, or told to the referrer on the phone.

Stopped, deleted, or kept on a ground of its own: then the ground as a code, and why in words (domain.md §5.4).
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from foundation.accounts.models import User
from foundation.audit import trail
from foundation.core import policy
from foundation.core.errors import Refused, WrongState
from foundation.dossiers import actions as dossiers
from foundation.dossiers import clerk, clocks
from foundation.dossiers.models import VIEW, DossierGroupPermission, DossierUserPermission, Kind
from referrals.actions.moving import WITHDRAWAL_CLOCKS, lock, recipient_group, tell_referrer, touch
from referrals.models import KeptReason, Referral
from referrals.states import PARTNER, REFERRER
from referrals.vocabulary import Confirmation, OwnGround


@dataclass(frozen=True)
class Kept:
    """On what ground something is kept, and why, in the recipient's words."""

    ground: str = ""
    text: str = ""


@transaction.atomic
def confirm_withdrawal(
    referral: Referral,
    confirmation: str,
    kept: Kept | None = None,
    *,
    by: User,
    check: Callable[[Referral], None] | None = None,
) -> Referral:
    """The recipient says what it did. ``check`` sees the locked row first (If-Match)."""
    locked = lock(referral)
    if check:
        check(locked)
    policy.require(by, "respond", locked)
    done = _confirm(locked, confirmation, kept or Kept(), PARTNER)
    tell_referrer(done, PARTNER)
    return done


@transaction.atomic
def hear_confirmation(referral: Referral, confirmation: str, ground: str, text: str, *, by: User) -> Referral:
    """The referrer writes down what the recipient said on the phone: not every partner has our pages at hand."""
    locked = lock(referral)
    policy.require(by, "hear_confirmation", locked)
    return _confirm(locked, confirmation, Kept(ground, text), REFERRER)


def _confirm(referral: Referral, confirmation: str, kept: Kept, side: str) -> Referral:
    if not referral.must_confirm:
        raise WrongState("state.nothing_to_confirm", _("There is no withdrawal to confirm."))
    if confirmation not in Confirmation.values:
        raise Refused("receiver.confirmation", _("Choose what you did."), "confirmation")
    is_kept = confirmation == Confirmation.RETAINED
    if is_kept:
        _check(kept)
        _keep_reason(referral, kept.text)
    referral.confirmation, referral.confirmed_at = confirmation, timezone.now()
    referral.own_ground = kept.ground if is_kept else ""
    touch(referral, "confirmation", "confirmed_at", "own_ground")
    clocks.stop(referral.pk, *WITHDRAWAL_CLOCKS)
    about = {"dossier": referral.dossier_id, "subject": referral.pk}
    trail.record("referral.withdrawal_confirmed", **about, did=confirmation, ground=referral.own_ground, side=side)
    return referral


def _check(kept: Kept) -> None:
    if kept.ground not in OwnGround.values:
        raise Refused("receiver.ground", _("Choose the ground on which it is kept."), "ground")
    if not kept.text.strip():
        raise Refused("receiver.text", _("Write what is kept, why, and for how long."), "text")


def _keep_reason(referral: Referral, text: str) -> None:
    """In a folder that the referring side opens: whoever could open the package there."""
    with clerk.as_clerk() as keeper:
        groups, people = _ours(referral)
        seats = dict.fromkeys(groups, VIEW)
        folder = dossiers.open_dossier(Kind.REQUEST, referral.unit, by=keeper, groups=seats, reason="keeper")
        row = KeptReason(dossier=folder, referral=referral, text=text)
        row.clean_fields(exclude=["dossier", "referral"])
        row.save(force_insert=True)
        for user in people:
            dossiers.share_with_user(folder, user, "referrer", by=keeper)
        dossiers.unshare(folder, user=keeper)


def _ours(referral: Referral) -> tuple[list[int], list[User]]:
    theirs = [clerk.group_id()] + ([] if referral.is_told_by_us else [recipient_group(referral)])
    groups = DossierGroupPermission.objects.filter(content_object=referral.dossier_id).exclude(group_id__in=theirs)
    users = DossierUserPermission.objects.filter(content_object=referral.dossier_id).values("user")
    people = list(User.objects.filter(pk__in=users))
    return list(groups.values_list("group_id", flat=True).distinct()), people
