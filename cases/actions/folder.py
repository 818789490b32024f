"""The place of a concern's or a case's folder in the schedule of retention (domain.md §4.3)."""

from django.utils import timezone

from cases.models import Case, Concern
from cases.states import CaseStatus
from consent.actions import keeping as keep
from consent.terms import RecordClass


def case_matter(case: Case) -> keep.Matter:
    """What its folder holds."""
    return keep.Matter("case", case.pk, case.code, case.unit)


def collect_concern(concern: Concern) -> None:
    """A concern is handed over: its class is that of what is not taken further, and counts from its triage on."""
    keep.collect(concern.dossier, RecordClass.CONCERN, keep.Matter("concern", concern.pk, concern.code, concern.unit))


def collect_marker(concern: Concern) -> None:
    """What is left of a concern that was moved away says nothing, and counts from now on."""
    collect_concern(concern)
    found = keep.of(concern.dossier_id)
    if found is not None:
        keep.touch(found)


def collect_case(case: Case) -> None:
    """A concern became a case: another class, by what is known of the age."""
    now, wanted = timezone.now(), keep.class_of(case.person)
    found = keep.of(case.dossier_id) or keep.collect(case.dossier, wanted, case_matter(case))
    found.since = now
    not_before = keep.majority(case.person, timezone.localdate()) if wanted == RecordClass.CASE_CHILD else None
    keep.reclassify(found, wanted, case_matter(case), not_before)


def touch(case: Case) -> None:
    """Something happened in the case: its time counts anew, but for a closed one, whose time counts from the closing.

    A case from before the schedule gets its place now.
    """
    if case.status == CaseStatus.CLOSED:
        return
    found = keep.of(case.dossier_id)
    if found is None:
        collect_case(case)
    else:
        keep.touch(found)
