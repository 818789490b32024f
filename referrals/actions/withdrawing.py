"""The cascade of a withdrawal: in the transaction that ends the decision, whatever the referral's state (HS-06)."""

from typing import Any

from django.utils import timezone

from cases.actions.erasing import PACKAGE, REQUEST
from cases.models import Case, Erasure
from consent.models import Decision, ExceptionalDisclosure
from consent.vocabulary import Purpose
from foundation.accounts.models import User
from foundation.audit import trail
from foundation.dossiers import actions as dossiers
from foundation.dossiers import clerk, clocks, erasing
from foundation.dossiers.models import FOLLOW, VIEW, Dossier, Kind
from referrals.actions.moving import (
    REVIEW,
    WITHDRAWAL_CLOCKS,
    assignee,
    lock,
    move,
    recipient_group,
    subject_of,
    tell_recipient,
    touch,
)
from referrals.actions.telling import ask_to_tell
from referrals.models import Referral
from referrals.states import LIFE, PARTNER, SYSTEM
from referrals.vocabulary import CancelReason, Status

UNANSWERED: dict[str, Any] = {"confirmation": "", "own_ground": "", "confirmed_at": None, "unconfirmed_at": None}
OVER = (Status.DECLINED, Status.CANCELLED, Status.EXPIRED, Status.ENTERED_IN_ERROR)
# What waits for somebody inside on the pages of a case that is gone.
INSIDE = ("send", "info_requested", "unable_to_reach", "verify", "declined_answer", REVIEW)


def cascade(decision: Decision) -> None:
    """End everything that rests on the decision.

    Runs as the clerk, who follows every package: none is missed, even one that the person withdrawing may not open.
    """
    if decision.purpose != Purpose.EXTERNAL_REFERRAL:
        return
    with clerk.as_clerk() as by:
        rows = Referral.objects.filter(decision_id=decision.pk, recalled_at=None).order_by("pk")
        ended = [end(lock(referral), by) for referral in rows]
    if any(referral.recalled_at for referral in ended):
        ask_to_tell(decision)


def end_exception(exception: ExceptionalDisclosure) -> None:
    """What was told without consent ends: so does every referral that rests on it, as by a withdrawal."""
    with clerk.as_clerk() as by:
        rows = Referral.objects.filter(exception_id=exception.pk, recalled_at=None).order_by("pk")
        for referral in rows:
            end(lock(referral), by, CancelReason.EXCEPTION)


def uncount(decision: Decision) -> None:
    """Whoever takes back that they are counted is in no figure that is still to come."""
    if decision.purpose != Purpose.ANONYMOUS_STATISTICS:
        return
    theirs = list(Case.objects.filter(person=decision.person_id).values_list("pk", flat=True))
    with clerk.as_clerk():
        Referral.objects.filter(case__in=theirs, is_counted=True).update(is_counted=False)


def renew(decisions: tuple[Decision, Decision]) -> None:
    """The person agreed anew to at least as much: open referrals rest on the newer decision from now on."""
    old, new = decisions
    with clerk.as_clerk():
        Referral.objects.filter(decision_id=old.pk, recalled_at=None).update(decision_id=new.pk)


def settle(dossier: Dossier) -> None:
    """A package that the erasure ledger took away behind our back, after a restore or a crash, ends as by a withdrawal.

    Whoever could open a package that is erased keeps to see where it stands.
    """
    if dossier.kind != Kind.PACKAGE:
        return
    with clerk.as_clerk() as by:
        for referral in Referral.objects.filter(dossier=dossier, recalled_at=None):
            if _is_with_recipient(referral) or referral.status in LIFE.moves["withdraw"].sources:
                end(lock(referral), by)
        erasing.lower(dossier)


def _is_with_recipient(referral: Referral) -> bool:
    """Whether the recipient may hold something: what was declined or called off showed a preview and no more."""
    return referral.sent_at is not None and referral.status not in OVER


def end_with_case(erased: tuple[Erasure, list[Dossier]]) -> None:
    """The case is erased: so is every package of it, and its recipients are told to stop and delete, as in a withdrawal."""
    erasure, found = erased
    if erasure.case_id is None:  # a concern: nothing was ever referred
        return
    with clerk.as_clerk() as by:
        rows = Referral.objects.filter(case_id=erasure.case_id).select_related("dossier").order_by("pk")
        for referral in [lock(row) for row in rows]:
            is_open = referral.status in LIFE.moves["withdraw"].sources
            if referral.recalled_at is None and (is_open or _is_with_recipient(referral)):
                end(referral, by, CancelReason.ERASED)
            elif referral.dossier.erased_at is None:
                dossiers.erase(referral.dossier, PACKAGE, is_strict=True)
            clocks.stop(referral.pk, *INSIDE)
            found.append(referral.dossier)
            found += _erase_reasons(referral)


def _erase_reasons(referral: Referral) -> list[Dossier]:
    """Why a recipient keeps something tells of the person too."""
    folders = list(Dossier.objects.filter(referrals_keptreasons__referral=referral.pk, erased_at=None))
    for folder in folders:
        dossiers.erase(folder, REQUEST, is_strict=True)
    return folders


def end(referral: Referral, by: User, reason: str = CancelReason.CONSENT_WITHDRAWN) -> Referral:
    """End one locked referral as the clerk: unsent ones are cancelled, sent ones recalled, the package's key goes."""
    was_sent = _was_told(referral)
    if was_sent:
        referral.recalled_at = timezone.now()
    if referral.status in LIFE.moves["withdraw"].sources:
        move(
            referral, "withdraw", by=by, side=SYSTEM, reason=reason, end_reason=reason, recalled_at=referral.recalled_at
        )
    elif was_sent:
        clocks.stop(referral.pk)
        touch(referral, "recalled_at")
    if was_sent:
        _recall(referral)
    if referral.dossier.erased_at is None:
        is_erasure = reason == CancelReason.ERASED
        dossiers.erase(referral.dossier, PACKAGE if is_erasure else "withdrawn", is_strict=is_erasure)
    trail.record("referral.recalled", dossier=referral.dossier_id, subject=referral.pk, was_sent=was_sent)
    return referral


def _was_told(referral: Referral) -> bool:
    """Whether the recipient learned of it: not while the person still carries the code. Then it must not learn of it now."""
    return referral.sent_at is not None and (not referral.is_on_the_way or referral.disclosures.exists())


def _recall(referral: Referral) -> None:
    """The recipient loses the key, keeps the tombstone, is told by id, and must confirm; the referrer phones."""
    if not referral.is_told_by_us:
        group = recipient_group(referral)
        dossiers.share_with_group(referral.dossier, group, FOLLOW)
        dossiers.unshare(referral.dossier, group=group, codename=VIEW)
    tell_recipient(referral, "consent.withdrawn")
    await_confirmation(referral)


def await_confirmation(referral: Referral) -> None:
    """From now on the recipient owes an answer, whatever it said before."""
    who = assignee(referral, PARTNER)
    Referral.objects.filter(pk=referral.pk).update(**UNANSWERED)
    clocks.stop(referral.pk, *WITHDRAWAL_CLOCKS)
    about = (subject_of(referral), referral.urgency, referral.unit)
    clocks.start(referral.dossier, "withdrawal_confirm", *about, **who)
    clocks.start(referral.dossier, "withdrawal_phone", *about, user=referral.handler)
