"""A recipient that does not answer after a withdrawal: 24 h the referrer phones, 72 h the focal point, 7 days an incident.

Each step is taken when a reminder falls due, in the sweep's transaction, and once (partners.md §2, last row).
"""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from consent import actions as consent
from foundation.audit import trail
from foundation.dossiers import actions as dossiers
from foundation.dossiers import clocks, ladder
from foundation.dossiers.models import VIEW, Clock
from referrals.models import Referral


def chase(clock: Clock) -> None:
    """Climb when the time of a withdrawal's clock is over; the clocks of other matters are others' business."""
    if clock.code == "withdrawal_phone":
        _to_the_focal_point(clock)
    elif clock.code == "withdrawal_confirm":
        _is_an_incident(clock)


def _to_the_focal_point(clock: Clock) -> None:
    since = timezone.now() - clock.started_at
    if since < timedelta(hours=settings.WITHDRAWAL_CHASE_HOURS):
        return
    if Clock.objects.filter(subject_id=clock.subject_id, code="withdrawal_chase", started_at__gte=clock.started_at):
        return
    seat = ladder.first(clock.unit)
    if seat is None:
        return
    dossiers.share_with_group(clock.dossier, seat.group_id, VIEW)
    subject = clocks.Subject(clock.subject_kind, clock.subject_id, clock.reference)
    clocks.start(clock.dossier, "withdrawal_chase", subject, clock.urgency, clock.unit, group=seat.group_id)


def _is_an_incident(clock: Clock) -> None:
    referral = Referral.objects.select_for_update(of=("self",)).filter(pk=clock.subject_id).first()
    if referral is None or referral.unconfirmed_at or not referral.must_confirm:
        return
    referral.unconfirmed_at = timezone.now()
    referral.save(update_fields=["unconfirmed_at"])
    trail.record("referral.unconfirmed", dossier=referral.dossier_id, subject=referral.pk)
    since = referral.recalled_at or referral.narrowed_at or clock.started_at
    about = (referral.pk, referral.reference, clock.dossier, clock.unit, referral.recipient_id, referral.decision_id)
    consent.unconfirmed.send(consent.Unconfirmed(*about, since))
