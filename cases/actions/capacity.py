"""Who decides with the person of a case: their age, caregivers, best-interest decisions, assessments (domain.md §5.5–5.6)."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cases.actions.case import note_event
from cases.models import Case
from consent import actions as consent
from consent import ages
from consent.actions import capacity
from consent.models import BestInterestNote, CapacityAssessment, Caregiver
from foundation.accounts.models import User
from foundation.core import policy
from foundation.core.errors import Refused


def _locked(case: Case, by: User) -> Case:
    rows = Case.objects.select_for_update(of=("self",)).select_related("dossier", "person")
    locked: Case = rows.get(pk=case.pk)
    policy.require(by, "record_consent", locked)
    locked.person.dossier = locked.dossier
    return locked


@transaction.atomic
def say_age(case: Case, age: int, *, by: User) -> None:
    """Write down how old the person is; the band follows from it."""
    locked = _locked(case, by)
    if not 0 <= age < ages.OLDEST:
        raise Refused("person.age", _("Write the age in years."), "age")
    band = next(code for code, years in ages.BANDS.items() if age in years)
    facts = {**locked.person.facts, "age": age, "age_band": str(band)}
    if facts != locked.person.facts:
        consent.change_person(locked.person, by=by, profile=facts)


@transaction.atomic
def add_caregiver(case: Case, relationship: str, name: str, *, by: User) -> Caregiver:
    """Somebody who cares for the person."""
    return capacity.add_caregiver(_locked(case, by).person, relationship, name, by=by)


@transaction.atomic
def flag_caregiver(case: Case, caregiver: Caregiver, *, by: User) -> Caregiver:
    """A caregiver is a source of harm and is shut out (HS-04, scenario 5)."""
    locked = _locked(case, by)
    flagged = capacity.flag_caregiver(caregiver, by=by)
    note_event(locked, "caregiver_flagged", by=by)
    return flagged


@transaction.atomic
def write_note(case: Case, purposes: list[str], words: dict[str, str], *, by: User) -> BestInterestNote:
    """The first of the two people who decide what is best for a child."""
    locked = _locked(case, by)
    note = capacity.write_note(locked.person, purposes, words, by=by)
    note_event(locked, "best_interest_written", by=by)
    return note


@transaction.atomic
def answer_note(case: Case, note: BestInterestNote, is_agreed: bool, *, by: User) -> BestInterestNote:
    """The second of them."""
    locked = _locked(case, by)
    answered = capacity.answer_note(note, is_agreed, by=by)
    note_event(locked, "best_interest_agreed" if is_agreed else "best_interest_refused", by=by)
    return answered


@transaction.atomic
def assess(case: Case, purpose: str, found: dict[str, Any], words: str, *, by: User) -> CapacityAssessment:
    """Whether the person, an adult, can take one decision now."""
    locked = _locked(case, by)
    row = capacity.assess(locked.person, purpose, found, words, by=by)
    note_event(locked, "capacity_assessed", by=by)
    return row
