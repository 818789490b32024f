"""The service directory: entries are added, changed and verified by its editors (R-53, domain.md §9.3)."""

from collections.abc import Mapping
from datetime import date, time
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from consent.vocabulary import AccessNeed
from foundation.accounts.models import User
from foundation.audit import trail
from foundation.core import policy
from foundation.core.errors import Forbidden, Refused
from referrals.fields import FIELDS
from referrals.listing import HIDDEN, LANGUAGES, Attribute, Place
from referrals.models import Partner, Service
from referrals.policy import keeps_register

LONG_AGO = date(2000, 1, 1)
"""The date of an entry that nobody here has checked: it can be used only once somebody has."""
EDITABLE = (
    "name", "service_type", "status", "description", "area", "location_type", "address", "phone", "how_to",
    "eligibility", "minimum_age", "maximum_age", "languages", "access", "attributes", "hours", "time_zone", "fees",
    "capacity_available", "capacity_maximum", "alert", "needs",
)  # fmt: skip
KNOWN: Mapping[str, frozenset[str]] = {
    "languages": frozenset(LANGUAGES), "access": frozenset(AccessNeed.values),
    "attributes": frozenset(Attribute.values),
    "needs": frozenset(code for code, (tier, _label) in FIELDS.items() if tier > 0),
}  # fmt: skip


@transaction.atomic
def add(
    partner: Partner, entry: Mapping[str, Any], *, by: User, checked_on: date | None = None, pk: UUID | None = None
) -> Service:
    """A new entry, checked today, or on the day that is said; ``pk`` is its id elsewhere, which it keeps."""
    if not keeps_register(by):
        raise Forbidden("actor.not_allowed", _("Your seat does not allow this."))
    service = Service(pk=pk or uuid4(), partner=partner, verified_on=_day(checked_on), verified_by=by)
    fill(service, entry)
    service.save(force_insert=True)
    trail.record("service.added", subject=service.pk)
    return service


@transaction.atomic
def edit(service: Service, entry: Mapping[str, Any], *, by: User, checked_on: date | None = None) -> Service:
    """Change an entry. Changing is not verifying: its date stays, unless it is said."""
    locked = locked_for(service, "edit", by)
    fill(locked, entry)
    locked.verified_on = checked_on or locked.verified_on
    locked.save()
    trail.record("service.changed", subject=locked.pk, status=locked.status)
    return locked


@transaction.atomic
def verify(service: Service, *, by: User, on: date | None = None) -> Service:
    """Somebody asked there, and all of it is right: it may be used for half a year (HS-10)."""
    locked = locked_for(service, "verify", by)
    locked.verified_on, locked.verified_by, locked.changed_at = _day(on), by, timezone.now()
    locked.save(update_fields=["verified_on", "verified_by", "changed_at"])
    trail.record("service.verified", subject=locked.pk)
    return locked


def _day(day: date | None) -> date:
    today = timezone.localdate()
    if day is not None and day > today:
        raise Refused("service.verified_on", _("It cannot have been checked after today."), "checked_on")
    return day or today


def locked_for(service: Service, verb: str, by: User) -> Service:
    """The row as it is now, locked to the end of the transaction, for somebody who may do this with it."""
    locked = Service.objects.select_for_update(of=("self",)).select_related("partner").get(pk=service.pk)
    policy.require(by, verb, locked)
    return locked


def fill(service: Service, entry: Mapping[str, Any]) -> None:
    """Put what is given into an entry, with the times at which its places and the whole of it changed, and check it."""
    former = (service.capacity_available, service.capacity_maximum)
    _put(service, entry)
    if (service.capacity_available, service.capacity_maximum) != former:
        service.capacity_at = timezone.now()
    service.changed_at = timezone.now()
    _check(service)


def _put(service: Service, entry: Mapping[str, Any]) -> None:
    for name in EDITABLE:
        if name in entry:
            setattr(service, name, entry[name])
    if service.service_type in HIDDEN:
        if service.address:
            raise Refused("service.address", _("Where a safe house is must stand nowhere. Take it out."), "address")
        service.location_type = Place.VIRTUAL


def _check(service: Service) -> None:
    for name, known in KNOWN.items():
        if not set(getattr(service, name)) <= known:
            raise Refused("service.code", _("Choose from the list."), name)
    _check_hours(service.hours)
    if service.time_zone not in available_timezones():
        raise Refused("service.time_zone", _("There is no such time zone."), "time_zone")
    if _is_more(service.minimum_age, service.maximum_age):
        raise Refused("service.ages", _("The lowest age is above the highest."), "maximum_age")
    if _is_more(service.capacity_available, service.capacity_maximum):
        raise Refused("service.capacity", _("There cannot be more free places than places."), "capacity_available")
    same = Service.objects.filter(partner=service.partner_id, name=service.name).exclude(pk=service.pk)
    if same.exists():
        raise Refused("service.known", _("This organisation has a service of this name already."), "name")
    try:
        service.clean_fields(exclude=["partner", "verified_by"])
    except ValidationError as error:
        field, words = next(iter(error.message_dict.items()))
        raise Refused("service.invalid", words[0], field) from None


def _is_more(least: int | None, most: int | None) -> bool:
    return least is not None and most is not None and least > most


def _check_hours(hours: list[Any]) -> None:
    for row in hours:
        if not _is_hours(row):
            raise Refused("service.hours", _("Write the hours as from and until, the earlier first."), "hours")


def _is_hours(row: Any) -> bool:
    try:
        day, opens, closes = row
        begins = time.fromisoformat(opens)
        ends = time.max if closes == "24:00" else time.fromisoformat(closes)
    except (ValueError, TypeError):
        return False
    return day in range(7) and begins < ends
