"""A folder's place in the schedule: set at collection, moved on by what happens, asked about before its end (§4.3)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import reduce
from operator import or_
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import DateField, F, Q, QuerySet, Value
from django.db.models.functions import Cast, Greatest, TruncDate
from django.utils import timezone
from django.utils.translation import gettext as _

from consent.actions.schedule import rule_for
from consent.models import Keeping, KeepingExtension, LegalHold, Person, RetentionRule
from consent.terms import RecordClass
from consent.vocabulary import AgeBand
from foundation.accounts import actions as accounts
from foundation.accounts.models import Unit, User
from foundation.audit import trail
from foundation.core import policy
from foundation.core.errors import Refused
from foundation.dossiers import actions as dossiers
from foundation.dossiers import clerk, clocks, ladder
from foundation.dossiers.models import VIEW, Dossier
from foundation.outbox import delivery

SWEEP = 200
MOVED = (
    "record_class", "version", "days", "subject_kind", "subject_id", "reference", "since", "not_before", "extended_until",
    "keep_until", "offered_at",
)  # fmt: skip
_YOUNGEST = {AgeBand.A0: 0, AgeBand.A5: 5, AgeBand.A12: 12}


@dataclass(frozen=True)
class Matter:
    """What a folder holds: ("concern" | "case", id, public code) of a unit."""

    kind: str
    pk: UUID
    reference: str
    unit: Unit


def class_of(person: Person | None) -> str:
    """A case's class: an adult's only where the age is known to be one; unknown counts as a child (domain.md §5.5)."""
    band = person.facts.get("age_band", AgeBand.UNKNOWN) if person else AgeBand.UNKNOWN
    return RecordClass.CASE_ADULT if band in (AgeBand.A18, AgeBand.A60) else RecordClass.CASE_CHILD


def majority(person: Person | None, today: date) -> date | None:
    """The day before which a child's case is not erased: majority by the date of birth, else by the youngest of the band."""
    if person is None:
        return None
    if person.date_of_birth:
        return _later(person.date_of_birth, settings.MAJORITY_YEARS)
    youngest = _YOUNGEST.get(person.facts.get("age_band") or AgeBand.UNKNOWN)
    return None if youngest is None else _later(today, max(settings.MAJORITY_YEARS - youngest, 0))


def _later(day: date, years: int) -> date:
    last = 28 if (day.month, day.day) == (2, 29) else day.day
    return day.replace(year=day.year + years, day=last)


@transaction.atomic
def collect(dossier: Dossier, record_class: str, matter: Matter, *, since: datetime | None = None) -> Keeping:
    """Give a folder its class when it is collected. Without ``since`` nothing counts yet."""
    rule = rule_for(matter.unit.organisation, record_class)
    made = Keeping(
        dossier=dossier, record_class=record_class, subject_kind=matter.kind, subject_id=matter.pk,
        reference=matter.reference, unit=matter.unit, version=rule.version, days=rule.days, since=since,
    )  # fmt: skip
    made.keep_until = made.reckoned()
    made.save(force_insert=True)
    trail.record("retention.collected", dossier=dossier.pk, subject=made.pk, record_class=record_class)
    return made


def of(dossier: UUID) -> Keeping | None:
    """The folder's place in the schedule, locked, for who may open the folder."""
    rows = Keeping.objects.select_for_update(of=("self",)).select_related("unit__organisation")
    found: Keeping | None = rows.filter(dossier=dossier).first()
    return found


@transaction.atomic
def reclassify(keeping: Keeping, record_class: str, matter: Matter, not_before: date | None) -> None:
    """A concern became a case, or the age became known: another class, its days, and the matter it is about now."""
    rule = rule_for(matter.unit.organisation, record_class)
    keeping.record_class, keeping.version, keeping.days = record_class, rule.version, rule.days
    keeping.subject_kind, keeping.subject_id, keeping.reference = matter.kind, matter.pk, matter.reference
    keeping.not_before = not_before
    _count_anew(keeping, keeping.since)
    trail.record("retention.collected", dossier=keeping.dossier_id, subject=keeping.pk, record_class=record_class)


def move(keeping: Keeping, matter: Matter) -> None:
    """The matter went over to another unit of the same organisation: its seats are asked from now on."""
    keeping.unit, keeping.reference = matter.unit, matter.reference
    keeping.save(update_fields=["unit", "reference"])


def learn_age(person: Person) -> None:
    """The age became known, or is another than was thought: the case changes its class, or stays until another day."""
    found = of(person.dossier_id)
    if found is None or found.record_class == RecordClass.CONCERN:
        return
    wanted = class_of(person)
    not_before = majority(person, timezone.localdate()) if wanted == RecordClass.CASE_CHILD else None
    if (wanted, not_before) != (found.record_class, found.not_before):
        matter = Matter(found.subject_kind, found.subject_id, found.reference, found.unit)
        reclassify(found, wanted, matter, not_before)


def touch(keeping: Keeping, at: datetime | None = None) -> None:
    """Something happened: the time counts anew from here, and a question that was asked meanwhile is answered by it."""
    _count_anew(keeping, at or timezone.now())


def _count_anew(keeping: Keeping, since: datetime | None) -> None:
    if keeping.ended_at is not None:  # its erasure is on its way; nothing brings it back
        return
    keeping.since = since
    keeping.keep_until = keeping.reckoned()
    if keeping.offered_at is not None and not _is_near(keeping):
        keeping.offered_at = None
        clocks.stop(keeping.pk, "retention")
    keeping.save(update_fields=MOVED)


def adopt(rule: RetentionRule) -> None:
    """What was collected before anybody had agreed on a rule follows the first one."""
    with clerk.as_clerk():
        rows = Keeping.objects.filter(record_class=rule.record_class, version=0, ended_at=None)
        rows = rows.filter(unit__in=Unit.objects.filter(organisation=rule.organisation_id).values("pk"))
        by_rule = Cast(TruncDate("since") + Value(timedelta(days=rule.days)), DateField())
        counting = Greatest(by_rule, F("not_before"), F("extended_until"))
        rows.filter(since__isnull=False).update(version=rule.version, days=rule.days, keep_until=counting)
        rows.filter(since=None).update(version=rule.version, days=rule.days)


def _is_near(keeping: Keeping) -> bool:
    ahead = timedelta(days=settings.RETENTION_REVIEW_DAYS[keeping.record_class])
    return keeping.keep_until is not None and keeping.keep_until <= timezone.localdate() + ahead


@transaction.atomic
def extend(keeping: Keeping, until: date, reason: str, *, by: User) -> Keeping:
    """A lead keeps it longer, for a reason, at most a year at a time."""
    locked: Keeping = Keeping.objects.select_for_update(of=("self",)).get(pk=keeping.pk)
    policy.require(by, "extend", locked)
    if locked.keep_until is None:
        raise Refused("retention.open", _("Nothing counts here yet: it is still being worked on."))
    latest = max(locked.keep_until, timezone.localdate()) + timedelta(days=settings.RETENTION_EXTENSION_DAYS)
    if not locked.keep_until < until <= latest:
        raise Refused("retention.until", _("Choose a later day than now, at most a year later."), "until")
    if not reason.strip():
        raise Refused("retention.why", _("Write why it must be kept longer."), "reason")
    KeepingExtension(dossier_id=locked.dossier_id, keeping=locked, until=until, by=by, reason=reason.strip()).save(
        force_insert=True
    )
    locked.extended_until = until
    _count_anew(locked, locked.since)
    trail.record("retention.extended", dossier=locked.dossier_id, subject=locked.pk, until=until)
    return locked


def offer_reviews() -> int:
    """Ask the leads of each folder that nears its end, once; who is asked can extend, hold, or let it end (HS-24)."""
    with clerk.as_clerk():
        today = timezone.localdate()
        near = _each(lambda days: Q(keep_until__lte=today + days))
        rows = _running().filter(near, offered_at=None).select_related("dossier", "unit").order_by("keep_until")
        return sum(_offer(keeping) for keeping in rows.select_for_update(skip_locked=True, of=("self",))[:SWEEP])


def _running() -> "QuerySet[Keeping]":
    """What counts by a rule that two people agreed on, and is not held: held folders take no place in the sweep."""
    held = LegalHold.objects.in_force().values("dossier")
    found: QuerySet[Keeping] = Keeping.objects.filter(ended_at=None, version__gt=0).exclude(dossier__in=held)
    return found


def _each(condition: Callable[[timedelta], Q]) -> Q:
    """A condition with the days of each class's question."""
    days = settings.RETENTION_REVIEW_DAYS.items()
    return reduce(or_, (Q(record_class=name) & condition(timedelta(days=n)) for name, n in days))


def _offer(keeping: Keeping) -> int:
    seat = ladder.first(keeping.unit)
    if seat is None or keeping.keep_until is None:
        return 0
    keeping.offered_at = timezone.now()
    keeping.save(update_fields=["offered_at"])
    dossiers.share_with_group(keeping.dossier, seat.group_id, VIEW)
    due = max(timezone.now() + timedelta(days=1), _moment(keeping.keep_until))
    subject = clocks.Subject("keeping", keeping.pk, keeping.reference)
    clocks.start(keeping.dossier, "retention", subject, "normal", keeping.unit, group=seat.group_id, due=due)
    trail.record("retention.offered", dossier=keeping.dossier_id, subject=keeping.pk, until=keeping.keep_until)
    delivery.tell(accounts.members(seat.group_id), "work.waiting", f"keeping:{keeping.pk}:{keeping.keep_until}")
    return 1


def _moment(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, datetime.min.time()))


def ended() -> list[UUID]:
    """What has run out: asked about long enough ago, by a rule that two people agreed on, and not held (HS-23)."""
    with clerk.as_clerk():
        now = timezone.now()
        asked = _each(lambda days: Q(offered_at__lte=now - days))
        rows = _running().filter(asked, keep_until__lt=timezone.localdate()).order_by("keep_until")
        return list(rows.values_list("pk", flat=True)[:SWEEP])


def was_asked_in_time(keeping: Keeping) -> bool:
    """Whether the leads had the days of the schedule to answer."""
    days = timedelta(days=settings.RETENTION_REVIEW_DAYS[keeping.record_class])
    return keeping.offered_at is not None and keeping.offered_at + days <= timezone.now()


def end(keeping: Keeping) -> None:
    """The folder's time is over and its erasure is on its way."""
    keeping.ended_at = timezone.now()
    keeping.save(update_fields=["ended_at"])
    clocks.stop(keeping.pk, "retention")
    trail.record("retention.ended", dossier=keeping.dossier_id, subject=keeping.pk, record_class=keeping.record_class)
