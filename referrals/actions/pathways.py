"""A pathway is written by one person, handed in, published by another, and followed by its next version (R-53, P6, HS-20)."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone
from django.utils.translation import gettext as _

from foundation.accounts import actions as accounts
from foundation.accounts.models import Seat, Unit, User
from foundation.audit import trail
from foundation.core import policy
from foundation.core.errors import Forbidden, Refused
from foundation.core.machines import CARETAKER
from foundation.core.words import isolated
from foundation.outbox import delivery
from referrals.finding import askable
from referrals.models import Pathway, PathwayStep, Service
from referrals.pathway_terms import NEEDS, PATHWAY, UNPUBLISHED, PathwayState, Within
from referrals.policy import KEEPERS, draws
from referrals.vocabulary import ServiceType

MOST_STEPS = 20


@dataclass(frozen=True)
class Step:
    """What one step says: which kind of help, within how many hours, whom to ask first and next, a few words."""

    service_type: str
    within: int = Within.ANY
    first: Service | None = None
    otherwise: Service | None = None
    note: str = ""


@transaction.atomic
def begin(unit: Unit, need: str, district: str = "", *, by: User) -> Pathway:
    """Begin a version, or go on with the one that is being written. It starts from what is published."""
    if not draws(by, unit):
        raise Forbidden("actor.not_allowed", _("Your seat does not allow this."))
    if need not in dict(NEEDS):
        raise Refused("pathway.need", _("Choose what it is about."), "need")
    Unit.objects.select_for_update().get(pk=unit.pk)
    made = Pathway(unit=unit, need=need, district=" ".join(district.split()))
    begun = made.versions().filter(state__in=UNPUBLISHED).select_related("unit").first()
    return begun or _begin(made, made.versions().published().first(), by)


def _begin(made: Pathway, former: Pathway | None, by: User) -> Pathway:
    latest = made.versions().aggregate(n=Max("version"))
    made.version, made.drafted_by = (latest["n"] or 0) + 1, by
    made.words = former.words if former else ""
    made.review_by = timezone.localdate() + timedelta(days=settings.PATHWAY_DAYS)
    made.clean_fields(exclude=["unit", "drafted_by"])
    made.save(force_insert=True)
    for row in former.steps.order_by("position") if former else ():
        PathwayStep(
            pathway=made, position=row.position, service_type=row.service_type, within=row.within, first_id=row.first_id,
            otherwise_id=row.otherwise_id, note=row.note,
        ).save(force_insert=True)  # fmt: skip
    trail.record("pathway.begun", subject=made.pk, unit=made.unit_id, version=made.version)
    return made


@transaction.atomic
def write(pathway: Pathway, words: str, review_by: date, *, by: User) -> Pathway:
    """What everybody should know, and the day by which it must be looked at again."""
    locked = _locked(pathway, "write", by)
    today = timezone.localdate()
    if not today < review_by <= today + timedelta(days=settings.PATHWAY_DAYS):
        said = _("Choose a day after today, at most %(n)d days ahead.") % {"n": settings.PATHWAY_DAYS}
        raise Refused("pathway.review_by", said, "review_by")
    locked.words, locked.review_by = words, review_by
    locked.clean_fields(exclude=["unit", "drafted_by"])
    locked.save(update_fields=["words", "review_by"])
    trail.record("pathway.changed", subject=locked.pk)
    return locked


@transaction.atomic
def put_step(pathway: Pathway, said: Step, *, by: User, at: int = 0, instead_of: int = 0) -> PathwayStep:
    """Put a step at this place (0: last), as a new one or instead of the one that stood at another."""
    locked = _locked(pathway, "write", by)
    if instead_of:
        _remove(locked, instead_of)
    n = locked.steps.count()
    if n >= MOST_STEPS:
        raise Refused("pathway.steps", _("A pathway has at most %(n)d steps.") % {"n": MOST_STEPS})
    position = min(at or n + 1, n + 1)
    _check(said)
    locked.steps.filter(position__gte=position).update(position=F("position") + 1)
    made = PathwayStep(
        pathway=locked, position=position, service_type=said.service_type, within=said.within, first=said.first,
        otherwise=said.otherwise, note=said.note,
    )  # fmt: skip
    made.clean_fields(exclude=["pathway", "first", "otherwise"])
    made.save(force_insert=True)
    trail.record("pathway.changed", subject=locked.pk)
    return made


def _check(said: Step) -> None:
    if said.service_type not in ServiceType.values:
        raise Refused("pathway.kind", _("Choose what is needed."), "kind")
    if said.otherwise is not None and said.first in (None, said.otherwise):
        raise Refused("pathway.otherwise", _("Choose first whom to ask first, and then another."), "otherwise")
    for name in ("first", "otherwise"):
        service: Service | None = getattr(said, name)
        if service is not None and service.service_type != said.service_type:
            raise Refused("pathway.service", _("This service gives something else."), name)


@transaction.atomic
def take_out(pathway: Pathway, position: int, *, by: User) -> None:
    """Take a step out of what is being written; those after it move up."""
    locked = _locked(pathway, "write", by)
    _remove(locked, position)
    trail.record("pathway.changed", subject=locked.pk)


def _remove(pathway: Pathway, position: int) -> None:
    pathway.steps.filter(position=position).delete()
    pathway.steps.filter(position__gt=position).update(position=F("position") - 1)


@transaction.atomic
def submit(pathway: Pathway, *, by: User) -> Pathway:
    """Hand it to a second person, who is told. From now on no step changes."""
    locked = _locked(pathway, "submit", by)
    if not locked.steps.exists():
        raise Refused("pathway.empty", _("Write at least one step first."))
    locked.submitted_by = by
    _move(locked, "submit", "submitted_by")
    trail.record("pathway.submitted", subject=locked.pk, unit=locked.unit_id)
    others = keepers_of(locked.unit) - {by, locked.drafted_by}
    delivery.tell(sorted(others, key=str), "work.waiting", f"pathway:{locked.pk}:{timezone.now():%s}")
    return locked


@transaction.atomic
def give_back(pathway: Pathway, *, by: User) -> Pathway:
    """It is not published as it is: who wrote it goes on writing."""
    locked = _move(_locked(pathway, "give_back", by), "give_back")
    trail.record("pathway.given_back", subject=locked.pk, unit=locked.unit_id)
    return locked


@transaction.atomic
def drop(pathway: Pathway, *, by: User) -> Pathway:
    """Throw away what is being written; what is published stays."""
    locked = _move(_locked(pathway, "drop", by), "drop")
    trail.record("pathway.dropped", subject=locked.pk, unit=locked.unit_id)
    return locked


@transaction.atomic
def publish(pathway: Pathway, *, by: User) -> Pathway:
    """Another person publishes it: it is shown from now on, never changes, and takes the place of the former version."""
    locked = _locked(pathway, "publish", by)
    if by.pk in (locked.drafted_by_id, locked.submitted_by_id):
        raise Refused("pathway.same_person", _("Another person must publish this, not the one who wrote it."))
    _check_services(locked)
    for former in locked.versions().published():
        _move(former, "supersede")
    locked.published_by, locked.published_at = by, timezone.now()
    _move(locked, "publish", "published_by", "published_at")
    trail.record("pathway.published", subject=locked.pk, unit=locked.unit_id, version=locked.version)
    return locked


def _check_services(pathway: Pathway) -> None:
    if pathway.review_by <= timezone.localdate():
        raise Refused(
            "pathway.review_by", _("The day by which it must be looked at again has passed. Write a later one.")
        )
    named = {pk for row in pathway.steps.values_list("first", "otherwise") for pk in row if pk}
    asked = set(Service.objects.filter(askable(), pk__in=named).values_list("pk", flat=True))
    shut = Service.objects.filter(pk__in=named - asked).order_by("name").values_list("name", flat=True)
    if shut:
        names = ", ".join(isolated(name) for name in shut)
        raise Refused("pathway.service_shut", _("These services cannot be asked now: %(names)s.") % {"names": names})


def keepers_of(unit: Unit) -> set[User]:
    """Those who look after the directory for this unit, and are there."""
    seats = Seat.objects.filter(unit__in=unit.upwards(), role__in=KEEPERS)
    return {user for seat in seats for user in accounts.members(seat.group_id)}


def remind() -> int:
    """Tell those who draw it, once, of each published pathway that must soon be looked at again; returns how many."""
    latest = timezone.localdate() + timedelta(days=settings.READINESS_ENDING_DAYS)
    with CARETAKER.at_work():
        found = list(Pathway.objects.published().filter(review_by__lte=latest).select_related("unit__parent__parent"))
        for row in found:
            delivery.tell(sorted(keepers_of(row.unit), key=str), "pathway.ending", f"pathway:{row.pk}:ending")
    return len(found)


def _locked(pathway: Pathway, verb: str, by: User) -> Pathway:
    rows = Pathway.objects.select_for_update(of=("self",)).select_related("unit", "drafted_by")
    locked = rows.get(pk=pathway.pk)
    PATHWAY.check("submit" if verb == "write" else verb, locked.state)
    policy.require(by, verb, locked)
    return locked


def _move(pathway: Pathway, verb: str, *fields: str) -> Pathway:
    pathway.state = PathwayState(PATHWAY.check(verb, pathway.state).target or pathway.state)
    pathway.save(update_fields=["state", *fields])
    return pathway
