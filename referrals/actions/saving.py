"""Referring when a life depends on it and the ordinary way is shut: phoned today, told by voice, looked back at (HS-10)."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from foundation.accounts import actions as accounts
from foundation.accounts.models import User
from foundation.audit import trail
from foundation.core import policy
from foundation.core.errors import Refused, WrongState
from foundation.dossiers import clocks, ladder
from referrals.actions.moving import REVIEW, approver_group, put_before
from referrals.models import LifeSaving, Referral
from referrals.saving import is_of_today, may_save, shut_by
from referrals.saving_terms import TOLD, WAYS, Answerer


@dataclass(frozen=True)
class Call:
    """The phone call there: who answered, in their role; when; and why it cannot wait for the ordinary way."""

    answered_by: str
    called_at: datetime
    why: str


def check_way(referral: Referral) -> None:
    """Raise ``Refused`` unless all of HS-10's exception holds now: an emergency, a shut way, a voice or a hand, the least."""
    if not may_save(referral.case, referral.service):
        raise Refused("life_saving.not_now", _("This is for emergencies alone, where the ordinary way is shut."))
    if referral.channel not in WAYS:
        raise Refused("life_saving.channel", _("Only by phone, in person, or carried by the person."), "channel")
    if not set(referral.fields) <= set(TOLD):
        raise Refused("life_saving.tier", _("This way only the preview, the name and the safe contact are told."))


def note_call(referral: Referral, call: Call, *, by: User) -> LifeSaving:
    """Write down who was phoned today, in whose role they answered, and why it cannot wait; a new call replaces an old one."""
    _check_call(referral, call)
    row = LifeSaving.objects.filter(referral=referral).first()
    row = row or LifeSaving(dossier=referral.dossier, referral=referral)
    row.dossier, row.shut_by, row.why = referral.dossier, shut_by(referral.service), call.why.strip()
    row.called_by, row.called_at, row.answered_by = by, call.called_at, call.answered_by
    row.clean_fields(exclude=["dossier", "referral", "called_by", "reviewed_by"])
    row.save()
    trail.record(
        "referral.phoned", dossier=referral.dossier_id, subject=referral.pk, shut=row.shut_by, role=row.answered_by
    )  # fmt: skip
    return row


def _check_call(referral: Referral, call: Call) -> None:
    if call.answered_by not in Answerer.values:
        raise Refused("life_saving.answered_by", _("Say who answered the phone there."), "answered_by")
    if not is_of_today(call.called_at, referral.unit):
        raise Refused("life_saving.today", _("Phone there today, before you write this."), "called_at")
    if not call.why.strip():
        raise Refused("life_saving.why", _("Write why a life depends on it."), "why")


def check_saving(referral: Referral) -> None:
    """Before it is submitted, and again before it goes: the way still holds, and the call was made on this very day."""
    check_way(referral)
    row = LifeSaving.objects.filter(referral=referral).first()
    if row is None or not is_of_today(row.called_at, referral.unit):
        raise Refused(
            "life_saving.today", _("Nobody has phoned there today. Change the draft, and write down a new call.")
        )


def ask_review(referral: Referral) -> None:
    """It was told: somebody who had no part in it is to look back within the time of the clock (HS-10, HS-20)."""
    put_before(referral, REVIEW, _others(referral), f"life_saving:{referral.pk}")
    trail.record("referral.life_saving", dossier=referral.dossier_id, subject=referral.pk, fields=referral.fields)


def _others(referral: Referral) -> int:
    """The nearest seat of the ladder with somebody who neither asked, nor phoned, nor sent it."""
    parts = {referral.requested_by_id, referral.approved_by_id, referral.life_saving.called_by_id}
    for seat in ladder.rungs(referral.unit):
        if any(user.pk not in parts for user in accounts.members(seat.group_id)):
            return int(seat.group_id)
    return approver_group(referral)


@transaction.atomic
def look_back(row: LifeSaving, was_right: bool, words: str, *, by: User) -> LifeSaving:
    """Somebody who had no part in it says whether it was right to go this way, and what is learnt (HS-10, HS-20).

    Once the package has no key any more (the person took the consent back), the answer alone is kept, without words.
    """
    rows = LifeSaving.objects.select_for_update(of=("self",)).select_related("dossier", "referral")
    locked: LifeSaving = rows.get(pk=row.pk)
    if locked.referral.sent_at is None or locked.reviewed_at is not None:
        raise WrongState("life_saving.nothing_to_review", _("There is nothing here to look back at."))
    policy.require(by, "look_back", locked)
    if locked.is_open and not words.strip():
        raise Refused("life_saving.review", _("Write what you found."), "review")
    locked.reviewed_by, locked.reviewed_at = by, timezone.now()
    locked.was_right, locked.review = was_right, words.strip() if locked.is_open else None
    locked.clean_fields(exclude=["dossier", "referral", "called_by", "reviewed_by", "why"])
    locked.save(update_fields=["reviewed_by", "reviewed_at", "was_right", "review"])
    clocks.stop(locked.referral_id, REVIEW)
    about = {"dossier": locked.dossier_id, "subject": locked.referral_id}
    trail.record("referral.life_saving_reviewed", **about, right=was_right)
    return locked
