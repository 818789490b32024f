"""Services that may fit a case, each with the reasons for and against it. A suggestion chooses nothing (R-53, HS-24)."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Case as CaseOf
from django.db.models import IntegerField, Q, QuerySet, Value, When
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.models import Case
from cases.vocabulary import Category
from consent.vocabulary import AccessNeed
from foundation.core.words import inside, language_name
from referrals import threats
from referrals.directory import Entry, decisions_on_services, exceptions_for_services, why_not
from referrals.finding import askable, is_open_now
from referrals.listing import GBV
from referrals.models import Service
from referrals.pathways import Way, way_for
from referrals.saving import may_save
from referrals.vocabulary import ServiceType as Kind

MOST, PER_PAGE = 400, 20
KINDS: dict[str, tuple[str, ...]] = {
    Category.PHYSICAL: (Kind.SHELTER_SAFE, Kind.HEALTH, Kind.LEGAL, Kind.MHPSS, Kind.RELOCATION),
    Category.SEXUAL: (Kind.RAPE, Kind.GBV, Kind.HEALTH, Kind.REPRODUCTIVE, Kind.MHPSS, Kind.SHELTER_SAFE),
    Category.CHILD: (Kind.CHILD, Kind.RFL, Kind.MHPSS, Kind.SHELTER_SAFE, Kind.CARE),
    Category.FAMILY: (Kind.RFL, Kind.CHILD, Kind.MHPSS, Kind.REUNION),
    Category.DETENTION: (Kind.LEGAL, Kind.RFL, Kind.HEALTH, Kind.VISIT),
    Category.TRAFFICKING: (Kind.TRAFFICKING, Kind.SHELTER_SAFE, Kind.LEGAL, Kind.MHPSS),
    Category.DOCUMENTS: (Kind.LEGAL, Kind.DOCUMENTS, Kind.INFORMATION),
    Category.EVICTION: (Kind.HOUSING, Kind.LEGAL, Kind.CASH),
    Category.DISCRIMINATION: (Kind.LEGAL, Kind.INFORMATION, Kind.DISABILITY),
    Category.DIGITAL: (Kind.LEGAL, Kind.MHPSS, Kind.INFORMATION),
    Category.MINES: (Kind.HEALTH, Kind.DISABILITY, Kind.MINES, Kind.MHPSS),
    Category.NEGLECT: (Kind.CHILD, Kind.HEALTH, Kind.FOOD, Kind.DISABILITY, Kind.NUTRITION),
    Category.DISTRESS: (Kind.MHPSS, Kind.HEALTH),
    Category.RECRUITMENT: (Kind.CHILD, Kind.LEGAL, Kind.MHPSS),
    Category.RETURN: (Kind.LEGAL, Kind.ASYLUM, Kind.INFORMATION),
}
"""Kinds of help that a matter usually calls for; every other kind can be chosen."""
AGES = {"0-4": (0, 4), "5-11": (5, 11), "12-17": (12, 17), "18-59": (18, 59), "60+": (60, 130)}


@dataclass(frozen=True)
class Person:
    """What a service must fit, as far as it is known."""

    places: list[str]
    languages: list[str]
    access: str
    ages: tuple[int, int] | None


@dataclass(frozen=True)
class Reason:
    """Why it fits, or why not, with the weight that it has in the order of the list."""

    words: Callable[[], str]
    weight: int

    @property
    def text(self) -> str:
        """In the reader's language; put into words where it is shown: hundreds are weighed, twenty are read."""
        return self.words()

    @property
    def speaks_for(self) -> bool:
        """Whether it is a reason to choose the service."""
        return self.weight > 0


@dataclass(frozen=True)
class Suggestion:
    """A service with its reasons; ``entry`` says where the person stands."""

    entry: Entry
    reasons: list[Reason] = field(default_factory=list)

    @property
    def score(self) -> int:
        """The sum of the weights, for the order alone; it is never shown."""
        return sum(reason.weight for reason in self.reasons)


@dataclass(frozen=True)
class Choice:
    """What the page offers: a page of what can be asked, some of what cannot, and which kinds were looked for."""

    page: Page[Suggestion]
    impossible: list[Entry]
    kinds: list[str]
    way: Way = field(default_factory=Way)

    @property
    def lacks_specialist(self) -> bool:
        """Help after gender-based violence was looked for, and no specialist can be asked (domain.md §5.2)."""
        found = {row.entry.service.service_type for row in self.page.paginator.object_list}
        return bool(set(GBV) & set(self.kinds)) and not found & set(GBV)


def kinds_for(case: Case) -> list[str]:
    """The kinds of help that its matter usually calls for."""
    return [str(kind) for kind in KINDS.get(str(case.concern.known.get("category", "")), ())]


def person_of(case: Case) -> Person:
    """What is known of the person that a service must fit."""
    facts = case.person.facts
    unit = case.unit
    above = [place.name for place in unit.upwards()]
    places = [str(facts["district"])] if facts.get("district") else [name.split()[0] for name in above if name]
    languages = list(facts.get("languages") or [case.concern.language])
    return Person(places, languages, str(facts.get("access") or ""), AGES.get(str(facts.get("age_band"))))


def choice(case: Case, kind: str, page: str | None) -> Choice:
    """Services of one kind, or of every kind, the usual ones first; seven queries, however many services there are."""
    kinds = [kind] if kind in Kind.values else kinds_for(case)
    wanted = Q(service_type=kind) if kind in Kind.values else Q()
    known, signed = decisions_on_services(case), exceptions_for_services(case)
    suspected, exposed = threats.sources(case), threats.is_exposed(case)
    person, way = person_of(case), way_for(case)
    fits, impossible = [], []
    for service in _candidates(wanted, person, kinds, list(known), list(way.places)):
        never = threats.why_never(service.partner, suspected, exposed=exposed)
        saves = not never and may_save(case, service)
        entry = Entry(service, never or why_not(service), known.get(service.pk), signed.get(service.pk), saves)
        if entry.why_not:
            impossible.append(entry)
        else:
            fits.append(Suggestion(entry, reasons(service, person, kinds, way)))
    fits.sort(key=lambda row: (row.entry.state not in ("agreed", "excepted"), -row.score, row.entry.service.name))
    for entry in _shut(wanted, kinds, known, signed):
        never = threats.why_never(entry.service.partner, suspected, exposed=exposed)
        impossible.append(replace(entry, may_save=not never and may_save(case, entry.service)))
    return Choice(Paginator(fits, PER_PAGE).get_page(page), impossible[:PER_PAGE], kinds, way)


def _usual_first(kinds: list[str]) -> CaseOf:
    return CaseOf(
        When(service_type__in=kinds or Kind.values, then=Value(0)), default=Value(1), output_field=IntegerField()
    )


def _candidates(
    wanted: Q, person: Person, kinds: list[str], decided: list[UUID], published: list[UUID]
) -> list[Service]:
    """Those that can be asked, of too many the usual and the near; those of the pathway, and those that were spoken of."""
    near = [When(area__icontains=place, then=Value(rank)) for rank, place in enumerate(person.places)]
    distance = CaseOf(*near, default=Value(len(near)), output_field=IntegerField())
    rows = _rows().filter(askable() & wanted).order_by(_usual_first(kinds), distance, "-verified_on", "pk")
    found = {row.pk: row for row in rows[:MOST]}
    more = Q(pk__in=decided) | (Q(pk__in=published) & askable() & wanted)
    found |= {row.pk: row for row in _rows().filter(more) if row.pk not in found}
    return list(found.values())


def _rows() -> QuerySet[Service]:
    return Service.objects.select_related("partner__organisation")


def _shut(wanted: Q, kinds: list[str], known: dict[Any, Any], signed: dict[Any, Any]) -> list[Entry]:
    rows = _rows().filter(wanted).exclude(askable()).exclude(pk__in=list(known))
    return [
        Entry(s, why_not(s), None, signed.get(s.pk))
        for s in rows.order_by(_usual_first(kinds), "-verified_on", "pk")[:PER_PAGE]
    ]


def reasons(service: Service, person: Person, kinds: list[str], way: Way) -> list[Reason]:
    """Everything for or against it, in words: pathway, kind, area, age, language, access, hours, places, record."""
    found = [
        _way(service, way), _kind(service, kinds), _area(service, person), _age(service, person), _language(service, person),
        _access(service, person), _open(service), _places(service), _freshness(service), _record(service),
    ]  # fmt: skip
    return [reason for reason in found if reason is not None]


def _way(service: Service, way: Way) -> Reason | None:
    if service.pk not in way.places:
        return None
    said = {"name": way.name, "n": way.places[service.pk]}
    return Reason(
        lambda: _("In the published pathway for %(name)s: step %(n)s") % said, max(3, 8 - way.places[service.pk])
    )


def _kind(service: Service, kinds: list[str]) -> Reason | None:
    if service.service_type not in kinds:
        return None
    rank = len(kinds) - kinds.index(service.service_type)
    return Reason(lambda: _("Gives %(kind)s") % {"kind": inside(str(Kind(service.service_type).label))}, rank)


def _area(service: Service, person: Person) -> Reason:
    if any(place.casefold() in service.area.casefold() for place in person.places):
        return Reason(lambda: _("In the area: %(area)s") % {"area": service.area}, 4)
    return Reason(lambda: _("In another area: %(area)s") % {"area": service.area}, -2)


def _age(service: Service, person: Person) -> Reason | None:
    least, most = service.minimum_age or 0, service.maximum_age if service.maximum_age is not None else 130
    if person.ages is None or (least, most) == (0, 130):
        return None
    youngest, oldest = person.ages
    if least <= youngest and oldest <= most:
        return Reason(lambda: _("For this age"), 1)
    if oldest < least or most < youngest:
        return Reason(lambda: _("Not for this age"), -8)
    return Reason(lambda: _("Ask whether it is for this age"), -1)


def _language(service: Service, person: Person) -> Reason | None:
    if not service.languages:
        return None
    spoken = [code for code in person.languages if code in service.languages]
    if spoken:
        return Reason(lambda: _("Speaks %(language)s") % {"language": language_name(spoken[0])}, 3)
    return Reason(lambda: _("Does not speak %(language)s") % {"language": language_name(person.languages[0])}, -3)


def _access(service: Service, person: Person) -> Reason | None:
    if not person.access:
        return None
    if person.access in service.access:
        return Reason(lambda: _("Has what is needed: %(need)s") % {"need": _need(person.access)}, 3)
    return Reason(lambda: _("Not known whether it has: %(need)s") % {"need": _need(person.access)}, -3)


def _need(code: str) -> str:
    return inside(str(dict(AccessNeed.choices).get(code, code)))


def _open(service: Service) -> Reason | None:
    is_open = is_open_now(service)
    if is_open is None:
        return None
    return Reason(lambda: _("Open now"), 1) if is_open else Reason(lambda: _("Closed at this moment"), 0)


def _places(service: Service) -> Reason | None:
    free = service.capacity_available
    if free is None:
        return None
    if free == 0:
        return Reason(lambda: _("No free place"), -4)
    return Reason(lambda: ngettext("%(free)s free place", "%(free)s free places", free) % {"free": free}, 2)


def _freshness(service: Service) -> Reason | None:
    return Reason(lambda: _("Not checked for 90 days: phone first"), -2) if service.is_old else None


def _record(service: Service) -> Reason | None:
    if service.is_silent:
        return Reason(lambda: _("Often did not answer in the last 90 days"), -3)
    if service.recent_hours is None or service.recent_sent == 0:
        return None
    hours = service.recent_hours
    return Reason(lambda: ngettext("Answers within %(n)s hour", "Answers within %(n)s hours", hours) % {"n": hours}, 1)
