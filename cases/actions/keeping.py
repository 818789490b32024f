"""How long a concern or a case is kept: its class at collection, what moves it on, and the end by the schedule (HS-23).

The schedule was agreed on by two people, and the leads were asked before: no machine decides (HS-20, HS-24).
"""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from cases.actions.erasing import carry_out, note_problem
from cases.models import Case, Concern, Erasure
from cases.states import CaseStatus, ConcernStatus, ErasureStatus
from cases.vocabulary import Ground
from consent import actions as consent
from consent import office
from consent.actions import keeping as keep
from consent.models import Decision, Keeping, RetentionRule
from foundation.audit import trail
from foundation.core.errors import DomainError
from foundation.dossiers import clerk


def follow_triage(concern: Concern) -> None:
    """What is not taken further counts from its triage on; a case has its own class by then."""
    found = keep.of(concern.dossier_id)
    if found is not None and concern.status != ConcernStatus.CASE:
        keep.touch(found)


def review_basis(decision: Decision) -> None:
    """A consent was taken back: ask whether the record may stay on another basis. Nothing is erased by it (domain.md §4.2)."""
    rows = Case.objects.filter(person=decision.person_id).exclude(status=CaseStatus.ERASED)
    for case in rows.select_related("dossier", "unit"):
        place = consent.Place(case.dossier, case.pk, case.code, case.unit, case.focal_group_id)
        consent.open_review(place, decision.purpose)


def expire(pk: UUID) -> Erasure | None:
    """Erase one folder whose time is over, by the rule of its collection; ``None`` where it may not end after all."""
    with clerk.as_clerk():
        erasure = _ordered(pk)
    if erasure is None:
        return None
    try:
        return carry_out(erasure.pk)
    except DomainError as problem:
        note_problem(erasure.pk, problem.code)
        return erasure


@transaction.atomic
def _ordered(pk: UUID) -> Erasure | None:
    """The erasure as two people ordered it beforehand: who set the rule of the schedule, and who agreed to it."""
    rows = Keeping.objects.select_for_update(skip_locked=True, of=("self",)).select_related("unit", "dossier")
    found = rows.filter(pk=pk, ended_at=None).first()
    if found is None or found.keep_until is None or found.keep_until >= timezone.localdate():
        return None
    rule = _rule(found)
    is_asked_elsewhere = Erasure.objects.filter(
        dossier=found.dossier, status__in=(ErasureStatus.REQUESTED, ErasureStatus.AUTHORISED)
    ).exists()
    if rule is None or is_asked_elsewhere or not keep.was_asked_in_time(found) or consent.is_held(found.dossier_id):
        return None
    made = Erasure(
        dossier=found.dossier, case_id=found.subject_id if found.subject_kind == "case" else None,
        code=found.reference, unit=found.unit, ground=Ground.RETENTION, status=ErasureStatus.AUTHORISED, rule=rule,
        deciders=[seat.group_id for seat in office.deciders(found.unit)],
        requested_by=rule.set_by, requested_seat=rule.set_seat, requested_at=rule.set_at,
        decided_by=rule.agreed_by, decided_seat=rule.agreed_seat, decided_at=rule.agreed_at,
    )  # fmt: skip
    made.save(force_insert=True)
    keep.end(found)
    trail.record("case.erasure_authorised", dossier=made.dossier_id, subject=made.pk, ground=made.ground)
    return made


def _rule(found: Keeping) -> RetentionRule | None:
    rows = RetentionRule.objects.filter(organisation=found.unit.organisation_id, record_class=found.record_class)
    return rows.filter(version=found.version, agreed_at__isnull=False).first()


def sweep() -> int:
    """Ask the leads about what nears its end, and end what has run out; how many folders ended."""
    keep.offer_reviews()
    return sum(expire(pk) is not None for pk in keep.ended())
