"""What a partner asks for beyond what acceptance opens, in words."""

from typing import Any

from django.utils.translation import gettext as _

from foundation.core.words import inside
from referrals.items import ItemReason, ItemRefusal, ItemState
from referrals.models import ItemRequest, Referral
from referrals.states import SERVING
from referrals.words import label


def asked(requests: list[dict[str, Any]]) -> list[dict[str, str]]:
    """The partner's own requests as facts: which item, and what was answered."""
    return [{"term": label(row["item"]), "main": _answer(row["state"], row["refusal"])} for row in requests]


def _answer(state: str, refusal: str) -> str:
    words = str(ItemState(state).label)
    return f"{words}: {inside(str(ItemRefusal(refusal).label))}" if refusal else words


def pending(referral: Referral) -> str:
    """What the partner waits for, and what for; empty where it waits for nothing."""
    if not referral.item_asked or referral.status not in SERVING:
        return ""
    row = ItemRequest.objects.filter(referral=referral, state=ItemState.ASKED).get()
    facts = {"item": label(row.item), "why": inside(str(ItemReason(row.reason).label))}
    words = _("%(item)s: %(why)s. It opens only if the person agreed to it and you open it; else say why not.")
    return words % facts


def steps(referral: Referral) -> list[tuple[Any, str, str]]:
    """What was asked for and answered, for the history."""
    if not referral.has_asked:
        return []
    found = []
    for row in ItemRequest.objects.filter(referral=referral):
        names = {"partner": referral.recipient.name, "item": inside(label(row.item))}
        words = _("%(partner)s asked for one item more: %(item)s") % names
        found.append((row.asked_at, words, str(row.get_reason_display())))
        if row.answered_at:
            found.append((row.answered_at, _("Answered: one item more"), _answer(row.state, row.refusal)))
    return found
