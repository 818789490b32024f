"""What the register shows of a unit's readiness to refer (P7), and gaps and performance in figures."""

from datetime import timedelta
from typing import Any

from django.db.models import Count
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from foundation.accounts.models import Unit
from foundation.readiness.evidence import Evidence
from referrals.listing import GapReason
from referrals.models import Partner, PathwayGap, Service
from referrals.partnership import PartnerStatus
from referrals.vocabulary import ServiceType

SHOWN = 50
FEW = 5
"""Below this a count is not told."""


def partners_are_bound(_unit: Unit) -> Evidence:
    """P7: there is a vetted partner with an agreement in force."""
    rows = Partner.objects.filter(status=PartnerStatus.ACTIVE, agreement_until__gte=timezone.localdate())
    n = rows.count()
    text = ngettext(
        "%(n)s partner is vetted and has an agreement in force.",
        "%(n)s partners are vetted and have an agreement in force.", n,
    )  # fmt: skip
    return Evidence(n > 0, text % {"n": n}, reverse("referrals:partners"))


def gaps() -> list[dict[str, Any]]:
    """What was missing in the last twelve months, by kind of help and reason; small counts are not told exactly."""
    since = timezone.localdate() - timedelta(days=365)
    rows = PathwayGap.objects.filter(month__gte=since).values("service_type", "reason")
    found = rows.annotate(n=Count("pk")).order_by("-n", "service_type", "reason")[:SHOWN]
    return [
        {
            "kind": ServiceType(row["service_type"]).label, "reason": GapReason(row["reason"]).label,
            "n": told(row["n"]),
        }
        for row in found
    ]  # fmt: skip


def told(n: int) -> str:
    """A count as it may be told: small ones not exactly."""
    return str(n) if n >= FEW or n == 0 else _("fewer than %(n)s") % {"n": FEW}


def performance() -> list[dict[str, Any]]:
    """Services to which something was sent in 90 days, those first that did not answer; none of its counts is small."""
    rows = Service.objects.filter(recent_sent__gt=0).select_related("partner__organisation")
    return [
        {
            "service": row, "sent": told(row.recent_sent), "silent": _part(row.recent_silent, row.recent_sent),
            "declined": _part(row.recent_declined, row.recent_sent),
            "hours": row.recent_hours if row.recent_sent >= FEW else None,
        }
        for row in rows.order_by("-recent_silent", "-recent_declined", "name")[:SHOWN]
    ]  # fmt: skip


def _part(n: int, of: int) -> str:
    """A part of a count: where the whole is small nothing of it is told, not even that there was none."""
    return told(n) if of >= FEW else "–"
