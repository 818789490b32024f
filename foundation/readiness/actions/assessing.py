"""An assessment of readiness: begun, filled in item by item, submitted, approved by another person, expired (HS-20)."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from foundation.accounts.models import Unit, User
from foundation.audit import trail
from foundation.core import policy
from foundation.core.errors import Forbidden, Refused
from foundation.readiness import seats
from foundation.readiness.items import ITEMS, RECORDED, YEAR
from foundation.readiness.models import ReadinessAssessment, ReadinessItem
from foundation.readiness.models.assessment import OPEN
from foundation.readiness.states import READINESS, ReadinessState


@dataclass(frozen=True)
class Answer:
    """What is said of one item: met or not, the evidence in at most 600 signs, who keeps it so, the last day."""

    is_met: bool
    evidence: str
    owner: User
    valid_until: date


@transaction.atomic
def begin(unit: Unit, *, by: User) -> ReadinessAssessment:
    """Begin an assessment, or go on with the one that is being written. It starts from what is in force and in date."""
    if not (seats.is_ours(unit) and seats.holds_over(by, seats.WRITERS, unit)):
        raise Forbidden("actor.not_allowed", _("Your seat does not allow this."))
    Unit.objects.select_for_update().get(pk=unit.pk)
    open_ = ReadinessAssessment.objects.filter(unit=unit, state__in=OPEN).first()
    if open_ is not None:
        return open_
    made = ReadinessAssessment(unit=unit, drafted_by=by)
    made.save(force_insert=True)
    _carry_over(made)
    trail.record("readiness.begun", subject=made.pk, unit=unit.pk)
    return made


def _carry_over(made: ReadinessAssessment) -> None:
    former = ReadinessItem.objects.filter(
        assessment__in=ReadinessAssessment.objects.in_force().filter(unit=made.unit_id),
        valid_until__gte=timezone.localdate(), owner__is_active=True,
    )  # fmt: skip
    for item in former:
        copied = ReadinessItem(
            assessment=made, code=item.code, is_met=item.is_met, evidence=item.evidence, owner_id=item.owner_id,
            valid_until=item.valid_until,
        )  # fmt: skip
        copied.save(force_insert=True)


def _locked(row: ReadinessAssessment, verb: str, by: User) -> ReadinessAssessment:
    rows = ReadinessAssessment.objects.select_for_update(of=("self",)).select_related("unit__organisation")
    locked = rows.get(pk=row.pk)
    READINESS.check("submit" if verb == "fill" else verb, locked.state)
    if verb == "approve" and by.pk in (locked.drafted_by_id, locked.submitted_by_id):
        raise Refused("readiness.same_person", _("Another person must approve this, not the one who wrote it."))
    policy.require(by, verb, locked)
    return locked


@transaction.atomic
def fill(row: ReadinessAssessment, code: str, answer: Answer, *, by: User) -> ReadinessItem:
    """Answer one item. Evidence counts at most as long as the item says; its owner works in the same Society."""
    locked = _locked(row, "fill", by)
    _check(locked, code, answer)
    item = ReadinessItem.objects.filter(assessment=locked, code=code).first()
    is_new = item is None
    item = item or ReadinessItem(assessment=locked, code=code)
    item.is_met, item.evidence, item.owner = answer.is_met, answer.evidence.strip(), answer.owner
    item.valid_until = answer.valid_until
    item.clean_fields(exclude=["assessment", "owner"])
    item.save(force_insert=is_new)
    trail.record("readiness.filled", subject=locked.pk, item=code, met=answer.is_met)
    return item


def _check(row: ReadinessAssessment, code: str, answer: Answer) -> None:
    if code not in RECORDED:
        raise Refused("readiness.item", _("This item is worked out by itself and cannot be filled in."))
    if not answer.evidence.strip():
        raise Refused("readiness.evidence", _("Write what shows it, or what is missing."), "evidence")
    today = timezone.localdate()
    if not today <= answer.valid_until <= today + timedelta(days=ITEMS[code].days):
        said = _("Choose a day from today on, at most %(n)d days ahead.") % {"n": ITEMS[code].days}
        raise Refused("readiness.until", said, "valid_until")
    if not any(seat.unit.organisation_id == row.unit.organisation_id for seat in answer.owner.seats):
        raise Refused("readiness.owner", _("Choose somebody who works in your Society."), "owner")


@transaction.atomic
def submit(row: ReadinessAssessment, *, by: User) -> ReadinessAssessment:
    """Hand it to a second person. From now on no item changes."""
    locked = _locked(row, "submit", by)
    if not locked.items.exists():
        raise Refused("readiness.empty", _("Fill in at least one item first."))
    locked.state, locked.submitted_by, locked.submitted_at = ReadinessState.SUBMITTED, by, timezone.now()
    locked.save(update_fields=["state", "submitted_by", "submitted_at"])
    trail.record("readiness.submitted", subject=locked.pk, unit=locked.unit_id)
    return locked


@transaction.atomic
def approve(row: ReadinessAssessment, *, by: User) -> ReadinessAssessment:
    """Another person agrees: it counts from now on, for twelve months; the former one gives way."""
    locked = _locked(row, "approve", by)
    for former in ReadinessAssessment.objects.filter(unit=locked.unit_id, state=ReadinessState.APPROVED):
        former.state = ReadinessState.REPLACED
        former.save(update_fields=["state"])
    locked.state, locked.decided_by, locked.decided_at = ReadinessState.APPROVED, by, timezone.now()
    locked.valid_until = timezone.localdate() + timedelta(days=YEAR)
    locked.save(update_fields=["state", "decided_by", "decided_at", "valid_until"])
    trail.record("readiness.approved", subject=locked.pk, unit=locked.unit_id)
    return locked


@transaction.atomic
def give_back(row: ReadinessAssessment, *, by: User) -> ReadinessAssessment:
    """It is not approved as it is: who wrote it goes on writing."""
    locked = _locked(row, "give_back", by)
    locked.state = ReadinessState.DRAFT
    locked.save(update_fields=["state"])
    trail.record("readiness.given_back", subject=locked.pk, unit=locked.unit_id)
    return locked


@transaction.atomic
def drop(row: ReadinessAssessment, *, by: User) -> ReadinessAssessment:
    """Throw away what is being written; what is in force stays."""
    locked = _locked(row, "drop", by)
    locked.state = ReadinessState.DROPPED
    locked.save(update_fields=["state"])
    trail.record("readiness.dropped", subject=locked.pk, unit=locked.unit_id)
    return locked


def expire() -> int:
    """Say of every assessment whose twelve months are over that it has expired; returns how many. Harmless when doubled."""
    with transaction.atomic():
        rows = ReadinessAssessment.objects.select_for_update(of=("self",), skip_locked=True)
        late = list(rows.filter(state=ReadinessState.APPROVED, valid_until__lt=timezone.localdate()))
        for row in late:
            row.state = ReadinessState.EXPIRED
            row.save(update_fields=["state"])
            trail.record("readiness.expired", subject=row.pk, unit=row.unit_id)
    return len(late)
