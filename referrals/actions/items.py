"""A recipient asks for one item more (T3): it opens nothing, and is a task of the referrer."""

from collections.abc import Callable

from django.db import transaction
from django.utils.translation import gettext as _

from foundation.accounts.models import User
from foundation.audit import trail
from foundation.core import policy
from foundation.core.errors import Refused, WrongState
from referrals.actions.answering import check_ground
from referrals.actions.moving import ITEM, lock, require_not_recalled, start_clock, tell_referrer, touch
from referrals.items import ITEMS, ItemReason, may_ask
from referrals.models import ItemRequest, Referral
from referrals.states import PARTNER, REFERRER

Check = Callable[[Referral], None]


@transaction.atomic
def request_item(referral: Referral, item: str, reason: str, *, by: User, check: Check | None = None) -> Referral:
    """The recipient asks; the referrer gets the task. ``check`` sees the locked row first (If-Match)."""
    locked = lock(referral)
    require_not_recalled(locked)
    if check:
        check(locked)
    policy.require(by, "respond", locked)
    if not may_ask(locked.status, locked.item_asked):
        raise not_now()
    check_ground(locked)
    _check_asked(locked, item, reason)
    row = ItemRequest(dossier=locked.dossier, referral=locked, by=by, item=item, reason=reason)
    row.save(force_insert=True)
    start_clock(locked, ITEM, REFERRER)
    note(locked, item)
    tell_referrer(locked, PARTNER)
    trail.record("referral.item_asked", dossier=locked.dossier_id, subject=locked.pk, item=item, reason=reason)
    return locked


def not_now() -> WrongState:
    """It cannot be done from where the referral stands."""
    return WrongState("state.not_from_here", _("This has moved on in the meantime and cannot be done now."))


def _check_asked(referral: Referral, item: str, reason: str) -> None:
    if item not in ITEMS or item in referral.opened_items:
        raise Refused("receiver.item", _("This cannot be asked for, or it is open to you already."), "item")
    if item not in referral.service.offered_fields:
        words = _("Your entry in the directory does not say that you need this, or the agreement does not allow it.")
        raise Refused("receiver.item", words, "item")
    if reason not in ItemReason.values:
        raise Refused("receiver.item_reason", _("Say what it is needed for."), "reason")


def note(referral: Referral, pending: str) -> None:
    """Keep what the recipient waits for, if anything, as a change that it may know of."""
    referral.item_asked, referral.has_asked = pending, True
    touch(referral, "item_asked", "has_asked", "opened_items")
