"""The directory as a list: filters, pages, what an entry says. A fixed number of queries, however many services."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from consent.vocabulary import AccessNeed
from foundation.core.words import language_name, list_words
from referrals.fields import FIELDS
from referrals.listing import DAYS, HIDDEN, Attribute, ServiceStatus
from referrals.models import Service
from referrals.models.service import fresh_since
from referrals.pages import on
from referrals.partnership import PartnerStatus
from referrals.words import span

PER_PAGE = 50


def askable() -> Q:
    """What may be asked now: an active partner with an agreement in force, an open service, checked in time (HS-10)."""
    return Q(
        partner__status=PartnerStatus.ACTIVE, partner__agreement_until__gte=timezone.localdate(),
        status=ServiceStatus.ACTIVE, verified_on__gte=fresh_since(),
    )  # fmt: skip


def find(wanted: Mapping[str, str]) -> QuerySet[Service]:
    """The entries that fit these filters, by organisation and name."""
    rows = Service.objects.select_related("partner__organisation")
    if text := wanted.get("q"):
        rows = rows.filter(Q(name__icontains=text) | Q(partner__organisation__name__icontains=text))
    if kind := wanted.get("kind"):
        rows = rows.filter(service_type=kind)
    if area := wanted.get("area"):
        rows = rows.filter(area__icontains=area)
    for name, column in (("language", "languages"), ("access", "access"), ("attribute", "attributes")):
        if value := wanted.get(name):
            rows = rows.filter(**{f"{column}__contains": [value]})
    return _in_state(rows, wanted.get("state", "")).order_by("partner__organisation__name", "name", "pk")


def _in_state(rows: QuerySet[Service], state: str) -> QuerySet[Service]:
    if state == "open":
        return rows.filter(askable())
    if state == "shut":
        return rows.exclude(askable())
    if state == "old":
        return rows.filter(verified_on__lt=timezone.localdate() - timedelta(days=settings.SERVICE_WARN_DAYS))
    return rows


def page_of(wanted: Mapping[str, str], number: str | None) -> Page[Service]:
    """One page of the list."""
    return Paginator(find(wanted), PER_PAGE).get_page(number)


def is_open_now(service: Service, moment: datetime | None = None) -> bool | None:
    """Whether its doors are open, on its own clock; ``None`` where no hours are known."""
    if not service.hours:
        return None
    here = timezone.localtime(moment, ZoneInfo(service.time_zone))
    now = here.time().replace(tzinfo=None)
    return any(day == here.weekday() and _between(now, opens, closes) for day, opens, closes in service.hours)


def _between(now: time, opens: str, closes: str) -> bool:
    return time.fromisoformat(opens) <= now and (closes == "24:00" or now < time.fromisoformat(closes))


def capacity_words(service: Service) -> str:
    """How many places are free, and since when that is known."""
    if service.capacity_available is None:
        return ""
    words = _("%(free)s free places") % {"free": service.capacity_available}
    if service.capacity_maximum is not None:
        words = _("%(free)s of %(all)s places free") % {
            "free": service.capacity_available, "all": service.capacity_maximum,
        }  # fmt: skip
    if service.capacity_at is None:
        return words
    since = _("said %(span)s ago") % {"span": span(timezone.now() - service.capacity_at)}
    return f"{words}, {since}"


def ages_words(service: Service) -> str:
    """For which ages it is."""
    least, most = service.minimum_age, service.maximum_age
    if least is not None and most is not None:
        return _("From %(least)s to %(most)s years") % {"least": least, "most": most}
    if least is not None:
        return _("From %(least)s years on") % {"least": least}
    return _("Up to %(most)s years") % {"most": most} if most is not None else ""


def where_words(service: Service) -> str:
    """Where it is; of a safe house nothing."""
    if service.service_type in HIDDEN:
        return _("Not told to anybody. They say themselves how to come.")
    return service.address or str(service.get_location_type_display())


def hours_lines(service: Service) -> list[str]:
    """When it is open, day by day."""
    return [f"{DAYS[day]}, {opens}–{closes}" for day, opens, closes in sorted(service.hours)]


def facts(service: Service) -> list[dict[str, Any]]:
    """An entry as rows of a summary list; empty ones are left out."""
    spoken = [language_name(code) for code in service.languages]
    reach = [str(AccessNeed(code).label) for code in service.access]
    more = [str(Attribute(code).label) for code in service.attributes]
    needs = [str(label) for code, (_tier, label) in FIELDS.items() if code in service.needs]
    rows: list[tuple[Any, str, list[str]]] = [
        (_("Organisation"), service.partner.organisation.name, []),
        (_("What exactly"), service.description, []),
        (_("Area"), service.area, []),
        (_("Where"), where_words(service), []),
        (_("Phone"), service.phone or service.partner.phone, []),
        (_("How one gets there"), service.how_to, []),
        (_("Who may come"), service.eligibility, []),
        (_("Ages"), ages_words(service), []),
        (_("Languages"), list_words(spoken) if spoken else "", []),
        (_("Access"), list_words(reach) if reach else "", []),
        (_("Good to know"), "", more),
        (_("Open"), "", hours_lines(service)),
        (_("Costs"), service.fees, []),
        (_("Places"), capacity_words(service), []),
        (_("Must be told, beyond the preview"), "", needs),
        (_("Checked on"), _checked(service), []),
        (_("Agreement until"), on(service.partner.agreement_until), []),
    ]
    return [{"key": key, "value": value, "lines": lines} for key, value, lines in rows if value or lines]


def _checked(service: Service) -> str:
    words = on(service.verified_on)
    return f"{words}, {service.verified_by.name}" if service.verified_by else words
