"""The published pathways as people read them: which one counts here, what each step says, whether it can be relied on."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.models import Case
from cases.vocabulary import Category
from foundation.accounts.models import Unit
from foundation.readiness.evidence import Evidence
from referrals.directory import why_not
from referrals.finding import ages_words, where_words
from referrals.listing import DAYS, GBV, HIDDEN
from referrals.models import Pathway, PathwayStep, Service
from referrals.pathway_terms import UNPUBLISHED, PathwayState, Within

RELATED = ("first__partner__organisation", "otherwise__partner__organisation")


@dataclass(frozen=True)
class Way:
    """The published pathway for a case: itself, the place of each service in it, and what the reason says."""

    pathway: Pathway | None = None
    places: dict[UUID, int] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """For which area and need it is."""
        return name(self.pathway) if self.pathway else ""


def name(pathway: Pathway) -> str:
    """ "Sexual violence, Harbour": the need, and where."""
    return f"{pathway.get_need_display()}, {area(pathway)}"


def area(pathway: Pathway) -> str:
    """The unit, and the district if it is for one alone."""
    return f"{pathway.unit.name}, {pathway.district}" if pathway.district else pathway.unit.name


def way_for(case: Case) -> Way:
    """The pathway in date for the matter of a case: of its district before its unit, of its unit before those above."""
    need = str(case.concern.known.get("category", ""))
    district = str(case.person.facts.get("district") or "").casefold()
    line = {unit.pk: rank for rank, unit in enumerate(case.unit.upwards())}
    rows = Pathway.objects.in_date().filter(unit__in=line, need=need).select_related("unit")
    fits = [row for row in rows if not row.district or row.district.casefold() == district]
    found = min(fits, key=lambda row: (not row.district, line[row.unit_id]), default=None)
    if found is None:
        return Way()
    places: dict[UUID, int] = {}
    for row in found.steps.order_by("-position"):
        places |= {pk: row.position for pk in (row.first_id, row.otherwise_id) if pk}
    return Way(found, places)


def steps_of(pathway: Pathway) -> list[PathwayStep]:
    """Its steps in order, with their services: one query."""
    return list(pathway.steps.select_related(*RELATED).order_by("position"))


def read(steps: list[PathwayStep]) -> list[dict[str, Any]]:
    """The steps in plain words: what, until when, whom to ask first, whom next."""
    return [
        {
            "step": step, "kind": step.get_service_type_display(),
            "within": step.get_within_display() if step.within != Within.ANY else "",
            "asks": [_ask(service, rank) for rank, service in enumerate(step.services)],
            "nobody": not any(not why_not(service) for service in step.services),
        }
        for step in steps
    ]  # fmt: skip


def _ask(service: Service, rank: int) -> dict[str, Any]:
    where = where_words(service) if service.address or service.service_type in HIDDEN else ""
    lines = [service.phone or service.partner.phone, where, *_hours(service), ages_words(service), service.eligibility]
    return {
        "title": _("If they cannot") if rank else _("Ask first"), "service": service, "why_not": why_not(service),
        "lines": [line for line in [*lines, service.fees] if line],
        "checked": _("Nobody has checked this entry for 90 days: phone first.") if service.is_old else "",
    }  # fmt: skip


def _hours(service: Service) -> list[str]:
    """When it is open: days of the same hours that follow each other in one line."""
    runs: list[tuple[int, int, str]] = []
    for day, opens, closes in sorted(service.hours):
        said = f"{opens}–{closes}"
        if runs and runs[-1][1:] == (day - 1, said):
            runs[-1] = (runs[-1][0], day, said)
        else:
            runs.append((day, day, said))
    return [f"{DAYS[a]}, {said}" if a == b else f"{DAYS[a]} – {DAYS[b]}, {said}" for a, b, said in runs]


def lacks_specialist(steps: list[PathwayStep]) -> bool:
    """Help after gender-based violence belongs to it, and no specialist on it can be asked now (domain.md §5.2)."""
    special = [step for step in steps if step.service_type in GBV]
    return bool(special) and all(why_not(service) for step in special for service in step.services)


def is_after_violence(pathway: Pathway, steps: list[PathwayStep]) -> bool:
    """Whether the hours within which medical care helps belong on the page."""
    return pathway.need == Category.SEXUAL or any(step.service_type in GBV for step in steps)


def shown(units: list[UUID], *, mine: list[UUID]) -> QuerySet[Pathway]:
    """What is published for these units, and of those whose pathways the reader draws what is being written."""
    writing = Q(unit__in=mine, state__in=UNPUBLISHED)
    rows = Pathway.objects.filter(Q(unit__in=units, state=PathwayState.PUBLISHED) | writing).select_related("unit")
    return rows.order_by("unit__name", "district", "pk")


def evidence(unit: Unit) -> Evidence:
    """P6: a published pathway of the area in date, each of whose services can be asked and was checked within 90 days."""
    url = reverse("referrals:ways")
    rows = PathwayStep.objects.filter(
        pathway__in=Pathway.objects.in_date().filter(unit__in=unit.upwards()), first__isnull=False
    ).select_related(*RELATED)
    ways: dict[UUID, bool] = {}
    for row in rows:
        ways[row.pathway_id] = ways.get(row.pathway_id, True) and all(is_relied_on(service) for service in row.services)
    n, good = len(ways), sum(ways.values())
    if n == 0:
        return Evidence(False, _("no pathway with a service is published and in date for this area"), url)
    if good == 0:
        text = _("a service in each published pathway of this area was not checked within 90 days, or cannot be asked")
        return Evidence(False, text, url)
    text = ngettext(
        "%(good)s of %(n)s published pathway of this area is in order: each service can be asked and was checked within "
        "90 days.",
        "%(good)s of %(n)s published pathways of this area are in order: each service can be asked and was checked within "
        "90 days.", n,
    )  # fmt: skip
    return Evidence(True, text % {"good": good, "n": n}, url)


def is_relied_on(service: Service) -> bool:
    """It can be asked, and was checked within 90 days."""
    since = timezone.localdate() - timedelta(days=settings.SERVICE_WARN_DAYS)
    return not why_not(service) and service.verified_on >= since
