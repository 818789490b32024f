"""A recipient asks for one item more; the referrer opens it, if the person agreed to it and it was sent along, or says why not.

It never opens by itself: what was agreed to stays shut until somebody here has looked at the reason (T3; HS-01).
"""

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from consent.vocabulary import Purpose
from foundation.accounts.models import User
from foundation.audit import trail
from foundation.core import policy
from foundation.core.errors import Refused, WrongState
from foundation.dossiers import clocks
from referrals.actions.answering import check_ground
from referrals.actions.moving import ITEM, lock, require_not_recalled, start_clock, tell_recipient, tell_referrer, touch
from referrals.actions.sending import check_threat, check_tier
from referrals.items import ITEMS, ItemReason, ItemRefusal, ItemState, may_ask
from referrals.models import Disclosure, ItemRequest, Referral
from referrals.states import PARTNER, REFERRER, SERVING

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
        raise _not_now()
    check_ground(locked)
    _check_asked(locked, item, reason)
    row = ItemRequest(dossier=locked.dossier, referral=locked, by=by, item=item, reason=reason)
    row.save(force_insert=True)
    start_clock(locked, ITEM, REFERRER)
    _note(locked, item)
    tell_referrer(locked, PARTNER)
    trail.record("referral.item_asked", dossier=locked.dossier_id, subject=locked.pk, item=item, reason=reason)
    return locked


@transaction.atomic
def open_item(referral: Referral, *, by: User) -> Referral:
    """Tell the item. The ground must cover it now, and it was frozen and approved with the rest; else nothing is told."""
    locked = _pending(referral, "open_item", by)
    item = locked.item_asked
    check_ground(locked)
    check_threat(locked)
    check_tier(locked)
    if item not in locked.fields or item not in (locked.package or {}):
        words = _("The person has not agreed that this is told, or it was not sent along. Say why it is not told.")
        raise Refused("consent.missing", words)
    _answer(locked, state=ItemState.OPENED)
    Disclosure(
        dossier_id=locked.dossier_id, referral=locked, recipient_id=locked.recipient_id, decision_id=locked.decision_id,
        exception_id=locked.exception_id, tier=3, fields=[item], purpose=Purpose.EXTERNAL_REFERRAL,
    ).save(force_insert=True)  # fmt: skip
    trail.record("referral.disclosed", dossier=locked.dossier_id, subject=locked.pk, tier=3, fields=[item])
    return locked


@transaction.atomic
def refuse_item(referral: Referral, refusal: str, *, by: User) -> Referral:
    """The item stays shut; the recipient reads why, as a code."""
    locked = _pending(referral, "refuse_item", by)
    if refusal not in ItemRefusal.values:
        raise Refused("sender.refusal", _("Say why it is not told."), "refusal")
    item = locked.item_asked
    _answer(locked, state=ItemState.REFUSED, refusal=refusal)
    trail.record("referral.item_refused", dossier=locked.dossier_id, subject=locked.pk, item=item, reason=refusal)
    return locked


def _not_now() -> WrongState:
    return WrongState("state.not_from_here", _("This has moved on in the meantime and cannot be done now."))


def _check_asked(referral: Referral, item: str, reason: str) -> None:
    if item not in ITEMS or item in referral.opened_items:
        raise Refused("receiver.item", _("This cannot be asked for, or it is open to you already."), "item")
    if item not in referral.service.offered_fields:
        words = _("Your entry in the directory does not say that you need this, or the agreement does not allow it.")
        raise Refused("receiver.item", words, "item")
    if reason not in ItemReason.values:
        raise Refused("receiver.item_reason", _("Say what it is needed for."), "reason")


def _pending(referral: Referral, ability: str, by: User) -> Referral:
    locked = lock(referral)
    policy.require(by, ability, locked)
    require_not_recalled(locked)
    if not locked.item_asked or locked.status not in SERVING:
        raise _not_now()
    return locked


def _answer(referral: Referral, **how: Any) -> None:
    waiting = ItemRequest.objects.filter(referral=referral.pk, state=ItemState.ASKED)
    waiting.update(answered_at=timezone.now(), **how)
    clocks.stop(referral.pk, ITEM)
    if how["state"] == ItemState.OPENED:
        referral.opened_items = sorted({*referral.opened_items, referral.item_asked})
    _note(referral, "")
    tell_recipient(referral, "referral.updated")


def _note(referral: Referral, pending: str) -> None:
    referral.item_asked, referral.has_asked = pending, True
    touch(referral, "item_asked", "has_asked", "opened_items")
