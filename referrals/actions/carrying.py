"""The carried code: made for the person by the referrer, entered by the partner's worker at the desk (partners.md §4)."""

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from foundation.accounts.models import Role, User
from foundation.audit import trail
from foundation.core import policy
from foundation.core.errors import Forbidden, Refused, WrongState
from foundation.dossiers import actions as dossiers
from foundation.dossiers import clerk, clocks
from foundation.dossiers.models import VIEW, Clock
from referrals import carrying
from referrals.actions.moving import lock, move, recipient_group, tell_recipient, touch
from referrals.actions.sending import check_ground, check_recipient, check_threat, is_grounded, release
from referrals.models import Referral
from referrals.states import PARTNER, UNDECIDED
from referrals.vocabulary import Status


@transaction.atomic
def make_code(referral: Referral, why: str, *, by: User) -> str:
    """A new code for the person, returned once and kept as a keyed hash; the one before counts no more.

    ``why`` is one of ``carrying.Carry``: why it is safe for the person to carry it (W-22).
    """
    locked = lock(referral)
    policy.require(by, "make_code", locked)
    if locked.status not in UNDECIDED:
        raise WrongState("state.not_from_here", _("This has moved on in the meantime and cannot be done now."))
    if why not in carrying.Carry.values:
        raise Refused("code.why", _("Ask the person, then say why it is safe to carry it."), "why")
    if why == carrying.Carry.UNSAFE:
        raise Refused("code.unsafe", _("Then there is no code. Phone the partner, or go along with the person."), "why")
    if locked.decision_id is None:
        raise Refused("code.consent", _("The person has not agreed to this: there is nothing to carry."), "why")
    carrying.check(locked.case, locked.service)
    check_recipient(locked)
    check_threat(locked)
    check_ground(locked)
    code, until = carrying.drawn(), timezone.now() + timedelta(days=carrying.DAYS)
    locked.code_hash = next(carrying.sealed(code, locked.recipient_id))
    ends = locked.ground.valid_until if locked.ground is not None else None
    locked.code_until = min(until, ends or until)
    locked.save(update_fields=["code_hash", "code_until"])
    trail.record("referral.code_made", dossier=locked.dossier_id, subject=locked.pk, why=why)
    return code


def enter_code(typed: str, *, by: User) -> Referral:
    """The partner's worker typed the code that the person told: the partner has the referral, and its preview, from now on.

    ``Refused`` with one and the same answer for a code that is wrong, used, expired, taken back or another partner's.
    """
    houses = [seat.unit.organisation_id for seat in by.seats if seat.role == Role.PARTNER_WORKER]
    if not houses or by.is_machine:
        raise Forbidden("code.seat", _("Only a worker of a partner can enter a code."))
    carrying.spend(by, houses)
    found = _arrive(typed, houses, by)
    if found is None:
        trail.record("referral.code_refused")
        words = _("This code is not valid here. Ask the person to say it again, or ask those who referred them.")
        raise Refused("code.unknown", words, "code")
    carrying.give_back(by, houses)
    return found


@transaction.atomic
def _arrive(typed: str, houses: list[UUID], by: User) -> Referral | None:
    with clerk.as_clerk():
        found = _behind(typed, houses)
        if found is None or not _may_arrive(found):
            return None
        dossiers.share_with_group(found.dossier, recipient_group(found), VIEW)
    referral = lock(found)
    now = timezone.now()
    if referral.status == Status.SENT:
        move(referral, "acknowledge", by=by, side=PARTNER, arrived_at=now, code_hash=None, code_until=None)
    else:
        referral.arrived_at, referral.code_hash, referral.code_until = now, None, None
        touch(referral, "arrived_at", "code_hash", "code_until")
    for clock in Clock.objects.running().filter(subject_id=referral.pk, code="decide"):
        clocks.hand_over(clock, group=recipient_group(referral))
    release(referral)
    trail.record("referral.code_entered", dossier=referral.dossier_id, subject=referral.pk)
    tell_recipient(referral, "referral.sent")
    return referral


def _behind(typed: str, houses: list[UUID]) -> Referral | None:
    """The referral of this code. Every code that counts at these partners is compared: none answers sooner than another."""
    live = Referral.objects.filter(recipient__in=houses, code_hash__isnull=False)
    rows = list(live.values_list("pk", "recipient_id", "code_hash"))
    hits = [pk for pk, house, kept in rows if kept and carrying.fits(typed, house, bytes(kept))]
    if not hits or not carrying.could_be(typed):
        return None
    found = lock(Referral(pk=hits[0]))
    return found if found.code_hash and carrying.fits(typed, found.recipient_id, bytes(found.code_hash)) else None


def _may_arrive(referral: Referral) -> bool:
    """Whether the code counts at this moment: in time, undecided, and still agreed to (HS-01)."""
    in_time = referral.code_until is not None and referral.code_until > timezone.now()
    is_waiting = referral.status in UNDECIDED and referral.recalled_at is None
    return in_time and is_waiting and referral.service.partner.may_receive and is_grounded(referral)
