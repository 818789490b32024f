"""What the product warns of before a referral is prepared; going on needs a reason (domain.md §11.5: W-01, W-02, W-03)."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from cases.models import Case
from referrals.models import Referral, Service
from referrals.states import OPEN
from referrals.vocabulary import Status

OLD, SILENT, TWICE = "W-01", "W-02", "W-03"
SERVED_DAYS = 90


@dataclass(frozen=True)
class Caution:
    """A code and what it says."""

    code: str
    text: str


def involved(case: Case, service: Service) -> list[Referral]:
    """Other referrals of this person for the same kind of help: open, or served within 90 days (R-48)."""
    since = timezone.now() - timedelta(days=SERVED_DAYS)
    same = Referral.objects.filter(case__person=case.person_id, service__service_type=service.service_type)
    open_ = same.filter(status__in=OPEN).exclude(status__in=(Status.DRAFT, Status.EXPIRED))
    served = same.filter(status=Status.COMPLETED, status_at__gte=since)
    return list((open_ | served).select_related("recipient", "service").order_by("-created_at")[:5])


def warnings_for(case: Case, service: Service) -> list[Caution]:
    """What to think of before this service is asked for this person."""
    found = []
    if service.is_old:
        found.append(Caution(OLD, _("Nobody has checked this entry for 90 days. Phone them before you refer.")))
    if service.is_silent:
        said = {"silent": service.recent_silent, "sent": service.recent_sent}
        words = _("In the last 90 days it did not answer %(silent)s of %(sent)s referrals.")
        found.append(Caution(SILENT, words % said))
    found += [Caution(TWICE, _twice(row)) for row in involved(case, service)]
    return found


def _twice(referral: Referral) -> str:
    said: dict[str, Any] = {
        "partner": referral.recipient.name, "service": referral.service.name,
        "state": referral.get_status_display(), "code": referral.reference,
    }  # fmt: skip
    return _("%(partner)s, %(service)s already has this need: %(state)s, %(code)s.") % said
