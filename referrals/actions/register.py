"""The register of partners: proposed, vetted by two people, agreement signed, active, suspended, ended (R-41, P7)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from consent import actions as consent
from consent.terms import AssessmentSubject
from foundation.accounts.models import Organisation, OrganisationKind, User
from foundation.audit import trail
from foundation.core import policy
from foundation.core.errors import Forbidden, Refused
from foundation.core.words import isolated
from foundation.dossiers import clerk, clocks
from referrals.actions.lapsing import settle_agreement
from referrals.actions.moving import lock, start_clock, tell_recipient, touch
from referrals.models import Agreement, Partner, PartnerMove, Referral, Vetting
from referrals.partnership import BELONGS_TO, PARTNERSHIP, EndReason, PartnerStatus, missing, stopping
from referrals.policy import keeps_register
from referrals.states import REFERRER, UNSENT, WITH_PARTNER


@dataclass(frozen=True)
class Answers:
    """What the checklist says: question → answer, of whom the organisation is a part, who is served and who is not."""

    answers: Mapping[str, str]
    belongs_to: list[str] = field(default_factory=list)
    notes: str = ""


@transaction.atomic
def propose(name: str, phone: str, *, by: User, pk: UUID | None = None) -> Partner:
    """A new organisation in the register; it receives nothing before it is vetted, has signed and is active.

    ``pk`` is its id in another directory, which it keeps.
    """
    if not keeps_register(by):
        raise Forbidden("actor.not_allowed", _("Your seat does not allow this."))
    wanted = " ".join(name.split())
    if not wanted:
        raise Refused("partner.name", _("Write the name of the organisation."), "name")
    if Organisation.objects.filter(name__iexact=wanted).exists():
        raise Refused("partner.known", _("There is an organisation of this name already."), "name")
    organisation = Organisation.objects.create(pk=pk or uuid4(), name=wanted, kind=OrganisationKind.PARTNER)
    return enter(organisation, phone, by=by)


@transaction.atomic
def enter(organisation: Organisation, phone: str, *, by: User) -> Partner:
    """An organisation that is known already becomes a proposed partner."""
    if not keeps_register(by):
        raise Forbidden("actor.not_allowed", _("Your seat does not allow this."))
    partner = Partner(organisation=organisation, phone=phone)
    partner.full_clean(exclude=["organisation"])
    partner.save(force_insert=True)
    _note(partner, "propose", "", by)
    return partner


@transaction.atomic
def answer_vetting(partner: Partner, said: Answers, *, by: User) -> Vetting:
    """Answer the checklist; answers that wait for approval are written over."""
    locked = _locked(partner, "answer", by)
    if missing(said.answers):
        raise Refused("vetting.missing", _("Answer every question."), missing(said.answers)[0])
    if not set(said.belongs_to) <= set(BELONGS_TO):
        raise Refused("vetting.belongs_to", _("Choose from the list."), "belongs_to")
    vetting = Vetting.objects.filter(partner=locked, approved_at=None).first() or Vetting(partner=locked)
    vetting.answers, vetting.belongs_to = dict(said.answers), sorted(said.belongs_to)
    vetting.notes, vetting.answered_by, vetting.answered_at = said.notes, by, timezone.now()
    vetting.full_clean(exclude=["partner", "answered_by"])
    vetting.save()
    trail.record("partner.vetting_answered", subject=locked.pk)
    return vetting


@transaction.atomic
def approve_vetting(vetting: Vetting, *, by: User) -> Partner:
    """Another person agrees with the answers; from now on the partner is what they say (HS-20)."""
    partner = _locked(vetting.partner, "approve", by)
    row = Vetting.objects.select_for_update(of=("self",)).get(pk=vetting.pk)
    if row.approved_at is not None:
        raise Refused("vetting.approved", _("These answers were approved already."))
    if row.answered_by_id == by.pk:
        raise Refused("vetting.same_person", _("Another person must approve this, not the one who answered."))
    if stopping(row.answers):
        raise Refused("vetting.stops", _("One of the answers rules this organisation out as a partner."))
    row.approved_by, row.approved_at = by, timezone.now()
    row.save(update_fields=["approved_by", "approved_at"])
    partner.data_sharing, partner.belongs_to = row.answers["data_sharing"], row.belongs_to
    partner.save(update_fields=["data_sharing", "belongs_to"])
    if partner.status == PartnerStatus.PROPOSED:
        return _move(partner, "approve", by)
    trail.record("partner.approve", subject=partner.pk)
    return partner


@transaction.atomic
def sign(partner: Partner, signed_on: date, valid_until: date, max_tier: int, *, by: User) -> Partner:
    """A data-sharing agreement was signed: from when to when, and the highest tier that may be told under it."""
    locked = _locked(partner, "sign", by)
    _check_dates(signed_on, valid_until)
    row = Agreement(partner=locked, signed_on=signed_on, valid_until=valid_until, max_tier=max_tier, recorded_by=by)
    row.full_clean(exclude=["partner", "recorded_by"])
    row.save(force_insert=True)
    locked.agreement_until, locked.max_tier = valid_until, max_tier
    locked.save(update_fields=["agreement_until", "max_tier"])
    settle_agreement(locked)
    if locked.status == PartnerStatus.VETTED:
        return _move(locked, "sign", by)
    if locked.status == PartnerStatus.PROPOSED:
        raise Refused("partner.not_vetted", _("It must be vetted first."))
    trail.record("partner.sign", subject=locked.pk)
    return locked


def _check_dates(signed_on: date, valid_until: date) -> None:
    today = timezone.localdate()
    if signed_on > today:
        raise Refused("agreement.signed_on", _("It cannot have been signed after today."), "signed_on")
    if not today < valid_until <= today + timedelta(days=settings.AGREEMENT_DAYS):
        raise Refused("agreement.until", _("It ends after today, within three years."), "valid_until")


@transaction.atomic
def activate(partner: Partner, *, by: User) -> Partner:
    """From now on it may receive. Refused without an approved assessment in date and an agreement in force (HS-25)."""
    locked = _locked(partner, "activate", by)
    consent.require_assessment(AssessmentSubject.PARTNER, locked.organisation)
    _check_agreement(locked)
    return _move(locked, "activate", by)


def _check_agreement(partner: Partner) -> None:
    if partner.agreement_until is None or partner.agreement_until < timezone.localdate():
        raise Refused(
            "partner.agreement",
            _("The agreement with %(whom)s has run out. Sign a new one first.") % {"whom": isolated(str(partner))},
        )


@transaction.atomic
def suspend(partner: Partner, reason: str, *, by: User) -> Partner:
    """Stop at once: its programs and pages read nothing more, and each open referral goes back to its referrer."""
    moved = _end(partner, "suspend", reason, by)
    return_referrals(moved)
    return moved


@transaction.atomic
def resume(partner: Partner, *, by: User) -> Partner:
    """It goes on: what a suspended partner may be told is what it was, if its agreement still holds."""
    locked = _locked(partner, "resume", by)
    consent.require_assessment(AssessmentSubject.PARTNER, locked.organisation)
    _check_agreement(locked)
    moved = _move(locked, "resume", by)
    with clerk.as_clerk():
        for pk in _open(moved).values_list("pk", flat=True):
            clocks.stop(pk, "reroute")
    return moved


@transaction.atomic
def end(partner: Partner, reason: str, *, by: User) -> Partner:
    """The partnership is over; what is open goes back to the referrers. A new beginning is a new proposal."""
    moved = _end(partner, "end", reason, by)
    return_referrals(moved)
    return moved


def _end(partner: Partner, verb: str, reason: str, by: User) -> Partner:
    locked = _locked(partner, verb, by)
    if reason not in EndReason.values:
        raise Refused("partner.reason", _("Choose a reason."), "reason")
    return _move(locked, verb, by, reason)


def _open(partner: Partner) -> Any:
    return Referral.objects.filter(recipient=partner.pk, recalled_at=None, status__in=WITH_PARTNER | UNSENT)


def return_referrals(partner: Partner) -> None:
    """Each open referral stands on its referrer's page, to be offered elsewhere. Runs as the clerk: none is missed."""
    settle_agreement(partner)
    with clerk.as_clerk():
        for row in _open(partner).order_by("pk"):
            referral = lock(row)
            clocks.stop(referral.pk, "reroute")
            start_clock(referral, "reroute", REFERRER)
            if referral.sent_at is not None:
                touch(referral)
                tell_recipient(referral, "referral.updated")


def _locked(partner: Partner, verb: str, by: User) -> Partner:
    locked = Partner.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=partner.pk)
    policy.require(by, verb, locked)
    return locked


def _move(partner: Partner, verb: str, by: User, reason: str = "") -> Partner:
    row, former = PARTNERSHIP.check(verb, partner.status), partner.status
    partner.status = row.target or former
    partner.save(update_fields=["status"])
    _note(partner, verb, former, by, reason)
    return partner


def _note(partner: Partner, verb: str, former: str, by: User, reason: str = "") -> None:
    PartnerMove(
        partner=partner, verb=verb, actor=by, from_status=former, to_status=partner.status, reason=reason
    ).save(force_insert=True)  # fmt: skip
    trail.record(f"partner.{verb}", subject=partner.pk, former=former, status=partner.status, reason=reason)
