"""The legal basis of a purpose, and the question whether a record may stay when a consent was taken back (domain.md §4.2)."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from consent import office
from consent.models import BasisReview, ProcessingBasis
from consent.terms import LegalBasis
from consent.vocabulary import Purpose
from foundation.accounts.models import Organisation, Unit, User
from foundation.audit import trail
from foundation.core.errors import Forbidden, Refused, WrongState
from foundation.dossiers import clocks
from foundation.dossiers.models import Dossier


@transaction.atomic
def set_basis(purpose: str, basis: str, justification: str, review_by: date, *, by: User) -> ProcessingBasis:
    """Say on which basis the officer's organisation processes for a purpose, and why; a new version each time."""
    organisation = office.own(by)
    if organisation is None or not office.is_officer(by):
        raise Forbidden("actor.not_allowed", _("Your seat does not allow this."))
    if purpose not in Purpose.values or basis not in LegalBasis.values:
        raise Refused("basis.unknown", _("Choose a legal basis."), "basis")
    if not justification.strip():
        raise Refused("basis.why", _("Write why this basis holds."), "justification")
    _check_review(review_by, settings.BASIS_DAYS)
    Organisation.objects.select_for_update().get(pk=organisation.pk)
    same = ProcessingBasis.objects.filter(organisation=organisation, purpose=purpose)
    version = (same.aggregate(newest=Max("version"))["newest"] or 0) + 1
    made = ProcessingBasis(
        organisation=organisation, purpose=purpose, version=version, basis=basis, justification=justification.strip(),
        assessed_by=by, review_by=review_by,
    )  # fmt: skip
    made.full_clean(exclude=["organisation", "assessed_by"])
    made.save(force_insert=True)
    trail.record("basis.set", subject=made.pk, purpose=purpose, basis=basis, version=version)
    return made


def _check_review(day: date, most: int) -> None:
    today = timezone.localdate()
    if not today < day <= today + timedelta(days=most):
        raise Refused("basis.review", _("Choose a day in the future, at most two years ahead."), "review_by")


def current_bases(organisation: Organisation) -> dict[str, ProcessingBasis]:
    """Purpose → its newest basis."""
    rows = ProcessingBasis.objects.filter(organisation=organisation).select_related("assessed_by").order_by("version")
    return {row.purpose: row for row in rows}


@dataclass(frozen=True)
class Place:
    """Where a review waits: the folder, the matter that its clock is about, its unit and the seat that is asked."""

    dossier: Dossier
    subject: UUID
    reference: str
    unit: Unit
    group: int


@transaction.atomic
def open_review(place: Place, purpose: str) -> BasisReview:
    """Ask whether what is written down may stay. One question at a time; it erases nothing."""
    rows = BasisReview.objects.select_for_update(of=("self",))
    found: BasisReview | None = rows.filter(dossier=place.dossier, decided_at=None).first()
    if found is not None:
        found.purposes = sorted({*found.purposes, purpose})
        found.save(update_fields=["purposes"])
        return found
    made = BasisReview(dossier=place.dossier, purposes=[purpose])
    made.save(force_insert=True)
    subject = clocks.Subject("case", place.subject, place.reference)
    clocks.start(place.dossier, "basis_review", subject, "normal", place.unit, group=place.group)
    trail.record("basis.review_opened", dossier=made.dossier_id, subject=made.pk, purpose=purpose)
    return made


@transaction.atomic
def decide_review(review: BasisReview, *, is_kept: bool, basis: str, why: str, subject: UUID, by: User) -> BasisReview:
    """Say what stays, on which basis and why; or that it is to be erased, which two people then do (HS-20).

    The caller has asked the policy of the matter whether the actor works on it.
    """
    locked: BasisReview = BasisReview.objects.select_for_update(of=("self",)).get(pk=review.pk)
    if locked.decided_at is not None:
        raise WrongState("state.not_from_here", _("This has moved on in the meantime and cannot be done now."))
    if is_kept and basis not in LegalBasis.values:
        raise Refused("basis.unknown", _("Choose a legal basis."), "basis")
    if is_kept and basis == LegalBasis.CONSENT:
        raise Refused("basis.withdrawn", _("Consent was taken back, so it cannot be what this rests on."), "basis")
    if not why.strip():
        raise Refused("basis.why", _("Write why this basis holds."), "why")
    locked.is_kept, locked.basis, locked.why = is_kept, basis if is_kept else "", why.strip()
    locked.decided_by, locked.decided_at = by, timezone.now()
    locked.save(update_fields=["is_kept", "basis", "why", "decided_by", "decided_at"])
    clocks.stop(subject, "basis_review")
    trail.record("basis.reviewed", dossier=locked.dossier_id, subject=locked.pk, kept=is_kept, basis=locked.basis)
    return locked
