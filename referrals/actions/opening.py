"""The referrer answers a request for one item more: opens it, if the person agreed and it was sent along, or says why not.

It never opens by itself: what was agreed to stays shut until somebody here has looked at the reason (T3; HS-01).
"""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from consent.vocabulary import Purpose
from foundation.accounts.models import User
from foundation.audit import trail
from foundation.core import policy
from foundation.core.errors import Refused
from foundation.dossiers import clocks
from referrals.actions.answering import check_ground
from referrals.actions.items import not_now, note
from referrals.actions.moving import ITEM, lock, require_not_recalled, tell_recipient
from referrals.actions.sending import check_threat, check_tier
from referrals.items import ItemRefusal, ItemState
from referrals.models import Disclosure, ItemRequest, Referral
from referrals.states import SERVING


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


def _pending(referral: Referral, ability: str, by: User) -> Referral:
    locked = lock(referral)
    policy.require(by, ability, locked)
    require_not_recalled(locked)
    if not locked.item_asked or locked.status not in SERVING:
        raise not_now()
    return locked


def _answer(referral: Referral, **how: Any) -> None:
    waiting = ItemRequest.objects.filter(referral=referral.pk, state=ItemState.ASKED)
    waiting.update(answered_at=timezone.now(), **how)
    clocks.stop(referral.pk, ITEM)
    if how["state"] == ItemState.OPENED:
        referral.opened_items = sorted({*referral.opened_items, referral.item_asked})
    note(referral, "")
    tell_recipient(referral, "referral.updated")
