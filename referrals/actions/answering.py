"""What the recipient does, by API or by page: the same table, the same words."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from foundation.accounts.models import User
from foundation.audit import trail
from foundation.core import policy
from foundation.core.errors import Gone, Refused, WrongState
from foundation.dossiers import actions as dossiers
from foundation.dossiers import clerk
from foundation.dossiers.models import FOLLOW, VIEW
from referrals.actions.moving import lock, move, recipient_group, require_not_recalled
from referrals.actions.sending import is_grounded, release
from referrals.attempting import ENOUGH
from referrals.models import Message, Referral
from referrals.states import LIFE, PARTNER
from referrals.vocabulary import DeclineReason, ServiceOutcome


@dataclass(frozen=True)
class Reply:
    """What a recipient sends along: a coded ``reason`` or ``outcome``, a ``text``, the last day of a hold."""

    reason: str = ""
    outcome: str = ""
    text: str = ""
    until: date | None = None


@transaction.atomic
def act_as_recipient(
    referral: Referral, verb: str, reply: Reply, *, by: User, check: Callable[[Referral], None] | None = None
) -> Referral:
    """Carry out one of the recipient's verbs. ``check`` sees the locked row first (If-Match)."""
    locked = lock(referral)
    require_not_recalled(locked)
    if check:
        check(locked)
    policy.require(by, "respond", locked)
    return _answer(locked, verb, reply, by)


@transaction.atomic
def hear(referral: Referral, verb: str, reply: Reply, *, by: User) -> Referral:
    """The referrer writes down what the partner answered by phone, in person or on paper: the same table, the same rules."""
    locked = lock(referral)
    require_not_recalled(locked)
    policy.require(by, "hear", locked)
    return _answer(locked, verb, reply, by)


def _answer(locked: Referral, verb: str, reply: Reply, by: User) -> Referral:
    if PARTNER not in LIFE.moves[verb].sides:
        raise WrongState("state.not_yours", _("This step is not yours to take."))
    LIFE.check(verb, locked.status)
    columns = _columns(locked, verb, reply)
    move(locked, verb, by=by, side=PARTNER, reason=reply.reason, **columns)
    _after(locked, verb, reply, by)
    return locked


def _columns(referral: Referral, verb: str, reply: Reply) -> dict[str, Any]:
    now = timezone.now()
    if verb == "accept":
        check_ground(referral)
        return {"decided_at": now}
    if verb == "decline":
        if reply.reason not in DeclineReason.values:
            raise Refused("receiver.reason", _("Choose a reason."), "reason")
        return {"decided_at": now, "end_reason": reply.reason}
    if verb in ("complete", "not_complete"):
        if reply.outcome not in ServiceOutcome.values:
            raise Refused("receiver.outcome", _("Choose what came of it."), "outcome")
        return {"outcome": reply.outcome, "report": reply.text or None}
    return _resting(referral, verb, reply)


def _resting(referral: Referral, verb: str, reply: Reply) -> dict[str, Any]:
    if verb == "unable_to_reach":
        _check_tries(referral)
    if verb == "hold":
        _check_hold(reply.until)
        return {"hold_until": reply.until}
    if verb == "ask" and not reply.text.strip():
        raise Refused("receiver.text", _("Write your question."), "text")
    return {}


def _check_tries(referral: Referral) -> None:
    if referral.tries < ENOUGH:
        left = {"n": ENOUGH - referral.tries}
        raise WrongState(
            "state.attempts", _("First try within the safe times, and note each attempt. Still to do: %(n)s.") % left
        )


def _check_hold(until: date | None) -> None:
    today = timezone.localdate()
    if until is not None and not today <= until <= today + timedelta(days=settings.HOLD_MOST_DAYS):
        raise Refused("receiver.until", _("Choose a day within the next three months."), "until")


def check_ground(referral: Referral) -> None:
    """HS-01: what it rests on holds now, and so does the agreement with the recipient; else ``Gone``."""
    if referral.decision is not None and referral.decision.suspended_at:
        raise Gone("consent.suspended", _("The person has objected. Stop until you are told that it goes on."))
    if not is_grounded(referral):
        raise Gone("consent.expired", _("The person’s consent has ended."))
    if not (referral.service.partner.may_receive or referral.is_life_saving):
        raise Gone("receiver.agreement", _("There is no agreement in force with this organisation."))


def _after(referral: Referral, verb: str, reply: Reply, by: User) -> None:
    if verb == "accept" or (referral.is_on_the_way and verb in ("acknowledge", "ask")):
        release(referral)
    if verb == "ask":
        _say(referral, by, PARTNER, reply.text)
    if verb in ("decline", "complete", "not_complete"):
        narrow(referral)


def _say(referral: Referral, by: User, side: str, text: str) -> None:
    line = Message(dossier=referral.dossier, referral=referral, author=by, side=side, text=text)
    line.clean_fields(exclude=["dossier", "referral", "author"])
    line.save(force_insert=True)


def narrow(referral: Referral) -> None:
    """Take the key from the recipient; the tombstone stays (access shrinks by itself)."""
    if referral.is_told_by_us:
        return
    group = recipient_group(referral)
    with clerk.as_clerk():
        dossiers.share_with_group(referral.dossier, group, FOLLOW)
        dossiers.unshare(referral.dossier, group=group, codename=VIEW)


@transaction.atomic
def viewed(referral: Referral) -> None:
    """Note the recipient's first look; the referrer is shown it."""
    if referral.viewed_at is None:
        Referral.objects.filter(pk=referral.pk, viewed_at=None).update(viewed_at=timezone.now())
    trail.record("referral.read", dossier=referral.dossier_id, subject=referral.pk, version=referral.version)
