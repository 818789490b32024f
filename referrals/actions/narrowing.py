"""A part of an agreement was taken back: what rests on it goes on for the rest, and loses the part at once (HS-06)."""

from django.utils import timezone

from consent.models import Decision
from consent.vocabulary import Purpose
from foundation.accounts.models import User
from foundation.audit import trail
from foundation.core.acting import ACTOR
from foundation.dossiers import clerk
from referrals.actions.borrowing import opened
from referrals.actions.moving import lock, tell_recipient, touch
from referrals.actions.telling import ask_to_tell
from referrals.actions.withdrawing import await_confirmation, end
from referrals.models import Referral, values_of
from referrals.states import TERMINAL
from referrals.vocabulary import PREVIEW


def narrow_packages(narrowed: tuple[Decision, list[str]]) -> None:
    """Each package that rests on the decision holds from now on only what the person still agrees to.

    One whose preview is no longer agreed to is nothing any more and ends. Runs as the clerk: none is missed.
    """
    decision, taken = narrowed
    if decision.purpose != Purpose.EXTERNAL_REFERRAL:
        return
    actor = ACTOR.get()
    with clerk.as_clerk() as keeper:
        rows = Referral.objects.filter(decision_id=decision.pk, recalled_at=None).order_by("pk")
        touched = [_narrow(lock(row), set(taken), keeper, actor) for row in rows if set(taken) & set(row.fields)]
    if any(referral.must_confirm for referral in touched):
        ask_to_tell(decision)


def _narrow(referral: Referral, taken: set[str], keeper: User, actor: int | None) -> Referral:
    if taken & set(PREVIEW) and referral.status not in TERMINAL:
        return end(referral, keeper)
    gone = [code for code in referral.fields if code in taken]
    referral.fields = [code for code in referral.fields if code not in taken]
    was_told = {code for codes in referral.disclosures.values_list("fields", flat=True) for code in codes}
    known = [code for code in gone if code in was_told]
    if known:
        referral.narrowed_at = timezone.now()
        referral.taken_back = sorted({*referral.taken_back, *known})
    touch(referral, "fields", "narrowed_at", "taken_back")
    if referral.sent_at is not None:
        _rewrite(referral, keeper, actor)
    if known:
        tell_recipient(referral, "consent.narrowed")
        await_confirmation(referral)
    trail.record("referral.narrowed", dossier=referral.dossier_id, subject=referral.pk, fields=gone)
    return referral


def _rewrite(referral: Referral, keeper: User, actor: int | None) -> None:
    """The frozen package without what is not in ``fields`` any more, sealed anew by whoever records the withdrawal."""
    with opened(referral, keeper, actor):
        mine = Referral.objects.select_related("dossier").get(pk=referral.pk)
        mine.package = values_of(mine, mine.fields)
        mine.save(update_fields=["package"])
        mine.corrections.exclude(field__in=mine.fields).delete()
