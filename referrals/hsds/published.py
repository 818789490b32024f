"""What other programs may read of the directory: entries that can be asked now (HS-10), found by what is told of them."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Prefetch, Q, QuerySet

from referrals.finding import askable
from referrals.hsds.terms import BY_ID, TERMS
from referrals.listing import HIDDEN
from referrals.models import Partner, Service

SEEN = ("description", "area", "eligibility", "how_to", "address", "alert", "fees")
"""What is searched besides the names; of a hidden place nothing of it is told, so nothing of it is found."""


def services(wanted: Mapping[str, Any]) -> QuerySet[Service]:
    """The published services that fit these filters of HSDS."""
    rows = Service.objects.filter(askable()).select_related("partner__organisation").order_by("pk")
    if text := wanted.get("search"):
        rows = rows.filter(_found(text))
    if pk := wanted.get("organization_id"):
        rows = rows.filter(partner=pk)
    if since := wanted.get("modified_after"):
        rows = rows.filter(changed_at__gte=since)
    return rows.filter(_termed(wanted))


def located(wanted: Mapping[str, Any]) -> QuerySet[Service]:
    """The published services that have a place: never a hidden one."""
    return services(wanted).exclude(service_type__in=HIDDEN)


def partners(wanted: Mapping[str, Any]) -> QuerySet[Partner]:
    """The organisations with a published service that fits, and these services with them (``shown``)."""
    fitting = services({name: value for name, value in wanted.items() if name != "search"})
    rows = Partner.objects.filter(pk__in=fitting.order_by().values("partner")).select_related("organisation")
    if text := wanted.get("search"):
        rows = rows.filter(organisation__name__icontains=text)
    return rows.prefetch_related(Prefetch("services", services({}), to_attr="shown")).order_by("pk")


def _found(text: str) -> Q:
    names = Q(name__icontains=text) | Q(partner__organisation__name__icontains=text)
    told = Q()
    for column in SEEN:
        told |= Q(**{f"{column}__icontains": text})
    return names | (told & ~Q(service_type__in=HIDDEN))


def _termed(wanted: Mapping[str, Any]) -> Q:
    fits = Q()
    if (term := wanted.get("taxonomy_term_id")) is not None:
        taxonomy, code = TERMS.get(str(term), (None, ""))
        fits &= taxonomy.with_term(code) if taxonomy else Q(pk__in=[])
    if (of := wanted.get("taxonomy_id")) is not None:
        known = BY_ID.get(str(of))
        fits &= known.with_any() if known else Q(pk__in=[])
    return fits
