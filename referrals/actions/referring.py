"""What the referring side does besides sending."""

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import actions as cases
from foundation.accounts.models import User
from foundation.audit import trail
from foundation.core import policy
from foundation.core.errors import Refused, WrongState
from foundation.dossiers import clocks
from referrals.actions.answering import _say, narrow
from referrals.actions.moving import lock, move, start_clock, tell_recipient, touch
from referrals.actions.readying import require_ready
from referrals.actions.sending import check_ground, check_recipient, check_threat, check_tier
from referrals.listing import Got, WasSafe
from referrals.models import Referral
from referrals.states import APPROVER, LIFE, REFERRER
from referrals.vocabulary import CHOSEN, CancelReason, Status


def _step(referral: Referral, verb: str, by: User, side: str = REFERRER) -> Referral:
    locked = lock(referral)
    policy.require(by, verb, locked)
    return locked


@transaction.atomic
def submit(referral: Referral, *, by: User) -> Referral:
    """Ask the focal point to approve and send. Refused at once when it could not be sent (HS-01)."""
    locked = _step(referral, "submit", by)
    require_ready(locked.case, by, is_life_saving=locked.is_life_saving)
    check_recipient(locked)
    check_threat(locked)
    check_tier(locked)
    check_ground(locked)
    return move(locked, "submit", by=by, side=REFERRER)


@transaction.atomic
def return_to_draft(referral: Referral, *, by: User) -> Referral:
    """Give it back to the referrer."""
    return move(_step(referral, "return_to_draft", by), "return_to_draft", by=by, side=APPROVER)


@transaction.atomic
def answer(referral: Referral, text: str, *, by: User) -> Referral:
    """Answer the recipient's question; its clock runs on."""
    locked = _step(referral, "answer", by)
    LIFE.check("answer", locked.status)
    if not text.strip():
        raise Refused("sender.text", _("Write an answer."), "text")
    _say(locked, by, REFERRER, text)
    move(locked, "answer", by=by, side=REFERRER)
    tell_recipient(locked, "referral.updated")
    return locked


@transaction.atomic
def advise(referral: Referral, text: str, *, by: User) -> Referral:
    """Say how else the person may be reached safely."""
    locked = _step(referral, "advise", by)
    LIFE.check("advise", locked.status)
    if not text.strip():
        raise Refused("sender.text", _("Write an answer."), "text")
    _say(locked, by, REFERRER, text)
    move(locked, "advise", by=by, side=REFERRER, tries=0)
    tell_recipient(locked, "referral.updated")
    return locked


@transaction.atomic
def cancel(referral: Referral, reason: str, *, by: User) -> Referral:
    """Call it off; the recipient keeps the tombstone."""
    locked = _step(referral, "cancel", by)
    if reason not in CHOSEN:
        raise Refused("sender.reason", _("Choose a reason."), "reason")
    move(locked, "cancel", by=by, side=REFERRER, reason=reason, end_reason=reason)
    _close_to_recipient(locked)
    return locked


def _close_to_recipient(referral: Referral) -> None:
    if referral.sent_at is not None:
        narrow(referral)
        tell_recipient(referral, "referral.cancelled")


@transaction.atomic
def expire(referral: Referral, *, by: User) -> Referral:
    """A person confirms what the clock proposed: no answer came (HS-24)."""
    locked = _step(referral, "expire", by)
    if not clocks.is_running_late(locked.pk, "decide"):
        raise WrongState("state.too_early", _("The partner still has time to answer."))
    move(locked, "expire", by=by, side=REFERRER, reason=CancelReason.UNRESPONSIVE)
    _close_to_recipient(locked)
    return locked


@transaction.atomic
def mark_error(referral: Referral, *, by: User) -> Referral:
    """It should never have been."""
    locked = _step(referral, "mark_error", by)
    was_sent = locked.status == Status.SENT
    move(locked, "mark_error", by=by, side=APPROVER)
    if was_sent:
        _close_to_recipient(locked)
    return locked


@dataclass(frozen=True)
class Feedback:
    """What the person says: whether they got it, whether it was safe, whether they want it offered again."""

    got: str
    was_safe: str
    wants_again: bool = False


@transaction.atomic
def verify(referral: Referral, text: str, feedback: Feedback | None = None, *, by: User) -> Referral:
    """The referrer has asked the person whether it helped; the loop closes and the report is kept with the case.

    A person who still needs it reopens the step: it stands on the referrer's page until the next attempt, with consent
    of its own, is prepared.
    """
    locked = _step(referral, "verify", by)
    if locked.status not in (Status.COMPLETED, Status.NOT_COMPLETED, Status.DECLINED, Status.EXPIRED):
        raise WrongState("state.not_from_here", _("This has moved on in the meantime and cannot be done now."))
    if locked.verified_at is not None and not locked.unverified_for:
        raise WrongState("state.not_from_here", _("This has moved on in the meantime and cannot be done now."))
    locked.verified_at, locked.unverified_for = timezone.now(), ""
    _keep(locked, feedback)
    touch(locked, "verified_at", "unverified_for", "is_reopened", "feedback")
    clocks.stop(locked.pk, "verify", "declined_answer")
    if locked.is_reopened:
        start_clock(locked, "declined_answer", REFERRER)
    report = "\n\n".join(part for part in (locked.report if locked.is_open else None, text) if part)
    cases.note_event(locked.case, "referral_verified", by=by, text=report or None)
    trail.record("referral.verify", dossier=locked.dossier_id, subject=locked.pk)
    return locked


def _keep(referral: Referral, feedback: Feedback | None) -> None:
    if feedback is None:
        return
    if feedback.got not in Got.values:
        raise Refused("feedback.got", _("Say whether the person got it."), "got")
    if feedback.was_safe not in WasSafe.values:
        raise Refused("feedback.safe", _("Say whether it was safe."), "was_safe")
    referral.is_reopened = feedback.wants_again
    if referral.is_open:
        referral.feedback = {"got": feedback.got, "was_safe": feedback.was_safe}
