"""The moment of disclosure: everything is checked again, the package is frozen, the release is written down (HS-01)."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import actions as cases
from cases.models import Case
from consent import actions as consent
from consent.covering import covers
from consent.models import Decision
from consent.vocabulary import COUNTED, Purpose
from foundation.accounts.models import User
from foundation.audit import trail
from foundation.core import policy
from foundation.core.errors import Refused
from foundation.dossiers import actions as dossiers
from foundation.dossiers.models import VIEW
from referrals import threats
from referrals.actions.moving import lock, move, recipient_group, tell_recipient
from referrals.actions.preparing import by_tier, gather
from referrals.actions.readying import require_ready
from referrals.actions.saving import ask_review, check_saving
from referrals.listing import Channel
from referrals.models import Disclosure, Referral
from referrals.states import APPROVER, ENDED, LIFE
from referrals.vocabulary import Status


def check_recipient(referral: Referral) -> None:
    """HS-10: an active partner with an agreement in force, an active service that was verified in time.

    Or, when a life depends on it, all that its exception asks for.
    """
    service = referral.service
    if referral.is_life_saving:
        check_saving(referral)
    elif not service.partner.may_receive:
        raise Refused("receiver.agreement", _("There is no agreement in force with this organisation."))
    elif not (service.is_active and service.is_fresh):
        raise Refused("receiver.service", _("This service is closed or was not verified for too long."))


def check_threat(referral: Referral) -> None:
    """HS-11: not to who may be the threat, nor to who tells authorities about people that they could seize."""
    threats.check(referral.case, referral.service.partner)


def check_tier(referral: Referral) -> None:
    """HS-10: what the service needs and the agreement allows may have shrunk since the draft was written."""
    if not set(referral.fields) <= set(referral.service.offered_fields):
        raise Refused("receiver.tier", _("The service may not be told all of this any more. Return it to draft."))


def check_ground(referral: Referral) -> None:
    """HS-01: a ground for this purpose, this service and every field that holds now; else nothing leaves."""
    if not is_grounded(referral):
        raise Refused("consent.missing", _("The person has not agreed to this, or not any more. Nothing was sent."))
    if _was_asked_since(referral):
        raise Refused("consent.used", _("This service was asked before. Ask the person again, then refer again."))


def is_grounded(referral: Referral) -> bool:
    """Whether the very decision, or exceptional disclosure, that it rests on covers all of it now (HS-01); one query."""
    rests_on = referral.ground
    if rests_on is None:
        return False
    asked = (rests_on.person_id, Purpose.EXTERNAL_REFERRAL, referral.service_id, referral.fields)
    return covers(*asked, ground=rests_on.pk) is not None


def _was_asked_since(referral: Referral) -> bool:
    """Whether an earlier attempt ended after the person agreed: a new attempt needs new consent (scenario 3)."""
    since = referral.ground and referral.ground.valid_from
    same = Referral.objects.filter(case=referral.case_id, service=referral.service_id, status__in=ENDED)
    return same.exclude(pk=referral.pk).filter(sent_at__isnull=False, status_at__gt=since).exists()


@transaction.atomic
def send(referral: Referral, *, by: User) -> Referral:
    """Freeze what the person agreed to and offer it to the recipient. Approver and requester are two people (HS-20)."""
    found = Decision.objects.filter(referrals=referral.pk).first()
    if found is not None:  # as a withdrawal does before anything else: the two wait for each other and never block
        consent.hold(found.person_id)
    locked = lock(referral)
    LIFE.check("send", locked.status)
    policy.require(by, "send", locked)
    require_ready(locked.case, by, is_life_saving=locked.is_life_saving)
    check_recipient(locked)
    check_threat(locked)
    check_tier(locked)
    check_ground(locked)
    case = locked.case
    everything = gather(case, locked.service, locked.reason or "")
    locked.package = {code: everything[code] for code in locked.fields if code in everything}
    locked.sent_at = timezone.now()
    if not locked.is_told_by_us:
        dossiers.share_with_group(locked.dossier, recipient_group(locked), VIEW)
    frozen = {"sent_at": locked.sent_at, "package": locked.package, "is_counted": _may_count(case)}
    move(locked, "send", by=by, side=APPROVER, approved_by=by, **frozen)
    release(locked)
    if locked.is_life_saving:
        ask_review(locked)
    cases.start_response(case, by=by)
    cases.note_event(case, "referral_sent", by=by)
    tell_recipient(locked, "referral.sent")
    return locked


def _may_count(case: Case) -> bool:
    """Whether it may be counted by age, sex and service: only if the person agreed to that."""
    return covers(case.person_id, Purpose.ANONYMOUS_STATISTICS, case.unit_id, COUNTED) is not None


def tiers_told(referral: Referral) -> int:
    """The highest tier that was told: what the state opens; a paper says all at once, a code nothing until it is entered."""
    most = -1 if referral.is_on_the_way and referral.status == Status.SENT else referral.tier_open
    return max(most, 2) if referral.channel == Channel.PAPER and most >= 0 else most


def release(referral: Referral) -> None:
    """Write down each tier that the state opens now and that was not open before."""
    limit = tiers_told(referral)
    known = set(Disclosure.objects.filter(referral=referral).values_list("tier", flat=True))
    for tier, fields in by_tier(referral.fields).items():
        if tier <= limit and tier not in known:
            Disclosure(
                dossier_id=referral.dossier_id, referral=referral, recipient_id=referral.recipient_id,
                decision_id=referral.decision_id, exception_id=referral.exception_id, tier=tier, fields=fields,
                purpose=Purpose.EXTERNAL_REFERRAL,
            ).save(force_insert=True)  # fmt: skip
            trail.record(
                "referral.disclosed", dossier=referral.dossier_id, subject=referral.pk, tier=tier, fields=fields
            )
