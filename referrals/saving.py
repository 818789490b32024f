"""When a life depends on it and the ordinary way is shut: by voice or by hand, the least, phoned on the same day (HS-10).

A recipient without an agreement, or an entry that nobody checked, may still be told the least about a person in an
emergency: by phone, in person or on a paper that the person carries. Never through this product's pages or interface.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils import timezone

from cases.models import Case
from cases.vocabulary import Urgency
from foundation.accounts.models import Unit
from referrals import threats
from referrals.listing import ServiceStatus
from referrals.models import Service
from referrals.saving_terms import NEVER, Shut


def shut_by(service: Service) -> str:
    """The code of what shuts the ordinary way, or nothing (HS-10)."""
    if not service.partner.may_receive:
        return Shut.AGREEMENT
    if not service.is_active:
        return Shut.SERVICE
    return "" if service.is_fresh else Shut.OLD


def may_save(case: Case, service: Service) -> bool:
    """Whether this way is offered: an emergency, the ordinary way shut, and nobody decided against this recipient."""
    is_gone = service.partner.status in NEVER or service.status == ServiceStatus.DEFUNCT
    return case.urgency == Urgency.EMERGENCY and bool(shut_by(service)) and not is_gone


def is_offered(case: Case, service: Service) -> bool:
    """Whether a page offers this way; never to who may be the threat, or tells authorities about people (HS-11)."""
    if not may_save(case, service):
        return False
    return not threats.why_never(service.partner, threats.sources(case), exposed=threats.is_exposed(case))


def is_of_today(called_at: datetime, unit: Unit) -> bool:
    """Whether a call was made today, on the clock of the unit, and not after now."""
    now, zone = timezone.now(), ZoneInfo(unit.time_zone)
    return called_at <= now and called_at.astimezone(zone).date() == now.astimezone(zone).date()
