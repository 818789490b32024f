"""Preparing a referral: which service, which decision, what would be told."""

from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.models import Case
from consent import actions as consent
from consent.models import Decision, ExceptionalDisclosure
from consent.vocabulary import Answer, Purpose
from foundation.accounts.models import User
from foundation.audit import trail
from foundation.core import policy
from foundation.core.errors import Refused
from foundation.dossiers import actions as dossiers
from foundation.dossiers import clocks
from foundation.dossiers.models import VIEW, Kind
from referrals import carrying
from referrals.actions.moving import LAPSED, lock, set_clocks
from referrals.actions.readying import require_ready
from referrals.actions.saving import Call, check_way, note_call
from referrals.listing import AnywayReason, Channel
from referrals.models import Referral, Service, referral_reference
from referrals.saving_terms import TOLD
from referrals.vocabulary import FIELDS
from referrals.warnings import warnings_for


@dataclass(frozen=True)
class Offer:
    """What the referrer writes: why the service is needed, what must stay here although the service asks for it.

    ``anyway``: the coded reason for going on although the product warns. ``channel``: how the partner is told; a paper
    or a code only where the person says that carrying it is safe (W-22). ``call``: a life depends on it (HS-10's exception).
    """

    reason: str
    withheld: list[str] = field(default_factory=list)
    anyway: str = ""
    channel: str = Channel.SYSTEM
    is_safe_to_carry: bool = False
    call: Call | None = None


def decision_for(case: Case, service: Service) -> Decision | None:
    """The person's decision on this service, whatever the answer."""
    return consent.current(case.person, Purpose.EXTERNAL_REFERRAL, service.pk)


def exception_for(case: Case, service: Service) -> ExceptionalDisclosure | None:
    """What two people signed without consent for this service and is in effect now (domain.md §5.7)."""
    rows = ExceptionalDisclosure.objects.active().filter(person=case.person_id, purpose=Purpose.EXTERNAL_REFERRAL)
    found: ExceptionalDisclosure | None = rows.filter(recipient_id=service.pk).order_by("-valid_until").first()
    return found


def _rest(referral: Referral) -> None:
    """On the person's own word where it holds; else on an exceptional disclosure, if there is one."""
    decision = decision_for(referral.case, referral.service)
    is_theirs = decision is not None and decision.is_active()
    referral.exception = (
        None if is_theirs or referral.is_life_saving else exception_for(referral.case, referral.service)
    )
    referral.decision = decision if referral.exception is None else None


def chosen_fields(referral: Referral, withheld: list[str]) -> list[str]:
    """What is offered by the service's needs, allowed by the ground and not withheld; in tier order."""
    decision, service = referral.decision, referral.service
    allowed = set(decision.fields) if decision and decision.answer == Answer.GRANTED else set()
    allowed |= set(referral.exception.fields) if referral.exception else set()
    offered = [code for code in service.offered_fields if code in TOLD or not referral.is_life_saving]
    return [code for code in offered if code in allowed and code not in withheld]


def gather(case: Case, service: Service, reason: str) -> dict[str, Any]:
    """Every value that could be told, from the case as it is now; empty ones are left out."""
    person, facts = case.person, case.person.facts
    birth = person.date_of_birth
    found = {
        "urgency": case.urgency,
        "service_type": service.service_type,
        "district": facts.get("district") or case.unit.name,
        "age_band": facts.get("age_band") or "unknown",
        "gender": facts.get("gender") or "unknown",
        "languages": facts.get("languages") or [case.concern.language],
        "interpreter": facts.get("interpreter") or "",
        "access": facts.get("access") or "",
        "immediate_danger": bool(case.concern.known.get("flags")),
        "alias": person.alias,
        "safe_contact": person.contact,
        "reason": reason,
        "wishes": case.concern.wishes,
        "date_of_birth": birth and birth.isoformat(),
        "address": facts.get("address"),
    }
    return {code: value for code, value in found.items() if value not in (None, "", {}, [])}


@transaction.atomic
def prepare(case: Case, service: Service, offer: Offer, *, by: User, previous: Referral | None = None) -> Referral:
    """A draft in a package dossier of its own, wrapped for the recipient's organisation; nothing leaves yet.

    ``previous`` links a new attempt to the one that was declined or not answered; it needs a decision of its own.
    """
    policy.require(by, "refer", case)
    require_ready(case, by, is_life_saving=offer.call is not None)
    _check_channel(offer)
    if offer.channel == Channel.CARRIED:
        carrying.check(case, service)
    groups = {case.focal_group_id: VIEW}
    owner = service.partner.organisation if offer.channel in (Channel.SYSTEM, Channel.CARRIED) else None
    dossier = dossiers.open_dossier(Kind.PACKAGE, case.unit, by=by, groups=groups, reason="referrer", owner=owner)
    if case.owner != by:
        dossiers.share_with_user(dossier, case.owner, "owner", by=by)
    referral = Referral(
        dossier=dossier, case=case, unit=case.unit, service=service, recipient=service.partner.organisation,
        channel=offer.channel, is_life_saving=offer.call is not None,
        urgency=case.urgency, requested_by=by, previous=previous, reason=offer.reason,
    )  # fmt: skip
    _rest(referral)
    referral.fields = chosen_fields(referral, offer.withheld)
    _heed(referral, offer.anyway)
    _check(referral)
    dossiers.insert_with_code(referral, "reference", referral_reference)
    if offer.call is not None:
        note_call(referral, offer.call, by=by)
    set_clocks(referral)
    if previous is not None:
        clocks.stop(previous.pk, "declined_answer", LAPSED)
        Referral.objects.filter(pk=previous.pk, is_reopened=True).update(is_reopened=False)
    trail.record("referral.prepared", dossier=dossier.pk, subject=referral.pk, fields=referral.fields)
    return referral


@transaction.atomic
def revise(referral: Referral, offer: Offer, *, by: User) -> Referral:
    """Change what would be told, while it is a draft; takes up the newest decision of the person."""
    locked = lock(referral)
    policy.require(by, "revise", locked)
    _rest(locked)
    locked.reason, locked.fields = offer.reason, chosen_fields(locked, offer.withheld)
    _check(locked)
    if offer.call is not None and locked.is_life_saving:
        note_call(locked, offer.call, by=by)
    locked.version += 1
    locked.touched_at, locked.reminded_at = timezone.now(), None
    changed = ["decision", "exception", "reason", "fields", "version", "touched_at", "reminded_at"]
    locked.save(update_fields=changed)
    trail.record("referral.prepared", dossier=locked.dossier_id, subject=locked.pk, fields=locked.fields)
    return locked


def _check_channel(offer: Offer) -> None:
    if offer.channel not in Channel.values:
        raise Refused("referral.channel", _("Choose how the partner is told."), "channel")
    if offer.channel == Channel.PAPER and not offer.is_safe_to_carry:
        raise Refused(
            "referral.paper", _("A paper that others may find is dangerous. Choose another way."), "is_safe_to_carry"
        )
    if offer.channel == Channel.CARRIED and not offer.is_safe_to_carry:
        words = _("A code that others may find or force from the person is dangerous. Choose another way.")
        raise Refused("referral.code", words, "is_safe_to_carry")


def _heed(referral: Referral, anyway: str) -> None:
    """What the product warns of is kept with the coded reason for going on (W-01, W-02, W-03)."""
    referral.warned = sorted({row.code for row in warnings_for(referral.case, referral.service)})
    referral.warned_reason = anyway if referral.warned else ""
    if referral.warned and anyway not in AnywayReason.values:
        raise Refused("referral.warned", _("Say why you go on although there is a warning."), "anyway")


def _check(referral: Referral) -> None:
    if referral.is_life_saving:
        check_way(referral)
    if not (referral.reason or "").strip():
        raise Refused("referral.reason", _("Write what is needed, and why."), "reason")
    referral.clean_fields(
        exclude=["dossier", "case", "unit", "service", "recipient", "decision", "exception", "requested_by"]
    )


def by_tier(fields: list[str]) -> dict[int, list[str]]:
    """Fields grouped by the tier in which they are released."""
    tiers: dict[int, list[str]] = {}
    for code in fields:
        tiers.setdefault(FIELDS[code][0], []).append(code)
    return dict(sorted(tiers.items()))
