"""Who decides with a child, or for an adult who cannot: checked before an agreement is recorded (domain.md §5.5–5.6; HS-04)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from consent import ages
from consent.actions.person import change_person
from consent.actions.withdrawing import hold, withdraw
from consent.capacity import Doubt, Outcome, Support
from consent.models import (
    AgeTable,
    BestInterestNote,
    CapacityAssessment,
    Caregiver,
    Consent,
    ConsentBasis,
    Decision,
    Person,
)
from consent.vocabulary import Answer, ContactMethod, NoteStatus, Purpose, Relationship
from foundation.accounts.models import User
from foundation.audit import trail
from foundation.core import policy
from foundation.core.errors import Refused, WrongState

KEEPS_CASE = (Purpose.RECORD_CASE, Purpose.INTERNAL_ESCALATION)


class Line(Protocol):
    """What a line of the conversation says here."""

    @property
    def purpose(self) -> str:
        """What it is about."""

    @property
    def answer(self) -> str:
        """What was answered."""


@dataclass(frozen=True)
class Voices:
    """Who decided, besides the person: what the child said, the caregiver and what they said, a legal representative."""

    child: str = ""
    is_permitted: bool | None = None
    caregiver: Caregiver | None = None
    caregiver_says: str = ""
    representative: str = ""
    doubt_reason: str = ""
    is_doubted: bool = False


@dataclass(frozen=True)
class Checked:
    """What ``check_capacity`` found, for ``keep_basis``: the version of the table, the kind, and the row of a note."""

    table: AgeTable
    kind: str
    voices: Voices
    note: BestInterestNote | None = None


def _refusal(code: str) -> Refused:
    """What is missing, with the field of the form it belongs to."""
    field, message = {
        "caregiver_excluded": ("caregiver", _("This caregiver is a source of harm and decides nothing here.")),
        "caregiver_not_permitted": ("caregiver_says", _("The child does not permit that a caregiver is asked.")),
        "child_explained": ("child", _("Explain it to the child, however young, and say what the child said.")),
        "child_refuses": (
            "child",
            _("The child refuses. Only a best-interest decision of two people lifts that; else it stays so."),
        ),
        "child_agrees": ("child", _("At this age the child must agree too.")),
        "child_permits": ("permitted", _("Ask first whether the child permits that a caregiver is asked.")),
        "caregiver_agrees": (
            "caregiver_says",
            _("At this age a caregiver must agree, or two people decide what is best for the child."),
        ),
    }[code]
    return Refused(f"consent.{code}", message, field)


def known_ages(person: Person) -> set[int] | None:
    """Which ages the person may have today; ``None`` is unknown."""
    found = ages.ages_of(person.date_of_birth, person.facts, timezone.localdate())
    return None if found is None else set(found)


def needs_of(person: Person, table: AgeTable) -> ages.Needs:
    """What the person's age asks, as far as it is known; an age that is not known is a child's."""
    return ages.required(known_ages(person), table.table)


def check_capacity(person: Person, asked: Iterable[Line], voices: Voices | None) -> Checked:
    """Refuse an agreement that a child, or an adult who cannot decide this, cannot give alone (HS-04).

    A refusal or a withdrawal never needs anybody else. Purposes of the table's ``inside`` ask no caregiver.
    """
    table, said = AgeTable.current(), voices or Voices()
    granted = {line.purpose for line in asked if line.answer == Answer.GRANTED}
    needs, outside = needs_of(person, table), granted - table.table.inside
    if not outside:
        return Checked(table, "alone" if needs.is_adult else "inside", said)
    if needs.is_adult:
        return Checked(table, _check_adult(person, granted, said), said)
    if said.caregiver is not None and said.caregiver.person_id != person.pk:
        raise Refused("consent.caregiver", _("Choose a caregiver of this person."), "caregiver")
    note = _note_for(person, outside)
    code = ages.missing(needs, _said(said, note is not None))
    if code == "child_explained" and not known_ages(person):
        raise Refused(
            "consent.age_unknown",
            _("How old the person is, is not known. Until it is, the rules for children hold. Ask, and write it down."),
            "age",
        )
    if code:
        raise _refusal(code)
    return Checked(table, "best_interest" if note else "combination", said, note)


def _said(voices: Voices, has_note: bool) -> ages.Said:
    is_excluded = voices.caregiver is not None and voices.caregiver.is_source_of_harm
    says = voices.caregiver_says if voices.caregiver is not None else ""
    return ages.Said(voices.child, says, voices.is_permitted, is_excluded, has_note)


def _note_for(person: Person, purposes: set[str]) -> BestInterestNote | None:
    """A best-interest decision that covers everything that is agreed to here."""
    notes = BestInterestNote.objects.active().filter(person=person).order_by("-written_at")
    return next((note for note in notes if purposes <= set(note.purposes)), None)


def _check_adult(person: Person, granted: set[str], voices: Voices) -> str:
    """Capacity is presumed; what an assessment says counts for its own decision and its own time."""
    assessed = {purpose: latest_assessment(person, purpose) for purpose in sorted(granted)}
    cannot = [purpose for purpose, row in assessed.items() if row is not None and row.outcome == Outcome.CANNOT]
    if cannot and not voices.representative.strip():
        raise Refused(
            "consent.cannot_decide",
            _("The person cannot decide this now. A legal representative may, or two people tell it without consent."),
            "representative",
        )
    is_assessed = any(row is not None for row in assessed.values())
    if voices.is_doubted and not is_assessed and not voices.doubt_reason.strip():
        raise Refused(
            "consent.doubted",
            _("Capacity is presumed. Assess it for this decision, support first; or say why you go on without."),
            "doubt_reason",
        )
    return "representative" if cannot else "alone"


def latest_assessment(person: Person, purpose: str) -> CapacityAssessment | None:
    """The assessment that counts for a decision now."""
    rows = CapacityAssessment.objects.filter(person=person, purpose=purpose, valid_until__gt=timezone.now())
    found: CapacityAssessment | None = rows.order_by("-assessed_at").first()
    if found is not None:
        found.dossier = person.dossier
    return found


def keep_basis(consent: Consent, person: Person, checked: Checked) -> ConsentBasis:
    """Write down by whom it was decided and by which version of the table."""
    voices = checked.voices
    said = {
        "kind": checked.kind, "child": voices.child, "permitted": voices.is_permitted,
        "caregiver": voices.caregiver_says, "representative": voices.representative.strip(),
        "doubt": voices.doubt_reason.strip(),
    }  # fmt: skip
    basis = ConsentBasis(
        dossier=person.dossier, consent=consent, table=checked.table, caregiver=voices.caregiver,
        note=checked.note, said={name: value for name, value in said.items() if value not in ("", None)},
    )  # fmt: skip
    basis.save(force_insert=True)
    return basis


@transaction.atomic
def add_caregiver(person: Person, relationship: str, name: str, *, by: User) -> Caregiver:
    """Somebody who cares for the person. One who was shut out does not come back under a new entry."""
    if relationship not in Relationship.values:
        raise Refused("caregiver.relationship", _("Choose who it is."), "relationship")
    flagged = Caregiver.objects.filter(person=person, flagged_at__isnull=False, relationship=relationship)
    for row in flagged:
        row.dossier = person.dossier
        if _same(row.name or "", name):
            raise Refused(
                "caregiver.excluded", _("This caregiver is a source of harm and decides nothing here."), "name"
            )
    made = Caregiver(
        dossier=person.dossier, person=person, relationship=relationship, name=name.strip() or None, added_by=by
    )
    made.clean_fields(exclude=["dossier", "person", "added_by", "flagged_by"])
    made.save(force_insert=True)
    trail.record("caregiver.added", dossier=person.dossier_id, subject=made.pk)
    return made


def _same(one: str, other: str) -> bool:
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()


@transaction.atomic
def flag_caregiver(caregiver: Caregiver, *, by: User) -> Caregiver:
    """A caregiver is a source of harm: what rests on their word ends at once, and nobody reaches the person through anybody.

    The withdrawal's cascade does the rest (HS-04, HS-06): packages are taken back, recipients are told. The agreement to
    keep the record ends without freezing the case, which is what such a caregiver would want.
    """
    rows = Caregiver.objects.select_for_update(of=("self",)).select_related("dossier", "person")
    locked: Caregiver = rows.get(pk=caregiver.pk)
    if locked.is_source_of_harm:
        raise WrongState("caregiver.flagged", _("This caregiver is shut out already."))
    locked.flagged_by, locked.flagged_at = by, timezone.now()
    locked.save(update_fields=["flagged_by", "flagged_at"])
    trail.record("caregiver.flagged", dossier=locked.dossier_id, subject=locked.pk)
    _end_what_rests_on(locked, by)
    person = locked.person
    person.dossier = locked.dossier
    if person.contact.get("method") == ContactMethod.THROUGH:
        change_person(person, by=by, safe_contact=None)
    return locked


def _end_what_rests_on(caregiver: Caregiver, by: User) -> None:
    hold(caregiver.person_id)
    for decision in Decision.objects.active().filter(consent__basis__caregiver=caregiver).order_by("pk"):
        if decision.purpose not in KEEPS_CASE:
            withdraw(decision, by=by)
            continue
        decision.superseded_at = timezone.now()
        decision.save(update_fields=["superseded_at"])
        trail.record("consent.superseded", dossier=decision.dossier_id, subject=decision.pk, by=caregiver.pk)


@transaction.atomic
def write_note(person: Person, purposes: list[str], words: dict[str, str], *, by: User) -> BestInterestNote:
    """What would be best for the child: the options, the child's views, safety, the decision. It waits for a second person."""
    if not purposes or set(purposes) - set(Purpose.values):
        raise Refused("best_interest.purposes", _("Choose what it is about."), "purposes")
    for name in ("options", "views", "safety", "decision"):
        if not words.get(name, "").strip():
            raise Refused(f"best_interest.{name}", _("Write this part too."), name)
    note = BestInterestNote(
        dossier=person.dossier, person=person, purposes=sorted(set(purposes)), written_by=by,
        valid_until=timezone.now() + timedelta(days=settings.BEST_INTEREST_DAYS),
        **{name: words[name].strip() for name in ("options", "views", "safety", "decision")},
    )  # fmt: skip
    note.clean_fields(exclude=["dossier", "person", "written_by", "answered_by"])
    note.save(force_insert=True)
    trail.record("interest.written", dossier=person.dossier_id, subject=note.pk, purposes=note.purposes)
    return note


@transaction.atomic
def answer_note(note: BestInterestNote, is_agreed: bool, *, by: User) -> BestInterestNote:
    """The second person agrees or not (HS-20). Only what two people agreed to lifts a child's refusal."""
    rows = BestInterestNote.objects.select_for_update(of=("self",)).select_related("dossier")
    locked: BestInterestNote = rows.get(pk=note.pk)
    if locked.status != NoteStatus.WRITTEN:
        raise WrongState("state.not_from_here", _("This has moved on in the meantime and cannot be done now."))
    if by.pk == locked.written_by_id:
        raise Refused("best_interest.same_person", _("Another person must agree to this, not the one who wrote it."))
    policy.require(by, "answer", locked)
    locked.status = NoteStatus.AGREED if is_agreed else NoteStatus.REFUSED
    locked.answered_by, locked.answered_at = by, timezone.now()
    locked.save(update_fields=["status", "answered_by", "answered_at"])
    trail.record("interest.answered", dossier=locked.dossier_id, subject=locked.pk, agreed=is_agreed)
    return locked


@transaction.atomic
def assess(person: Person, purpose: str, found: dict[str, Any], words: str, *, by: User) -> CapacityAssessment:
    """Test whether an adult can take this one decision now. Support comes first; disability is no reason (W-11)."""
    if purpose not in Purpose.values:
        raise Refused("capacity.purpose", _("Choose the decision it is about."), "purpose")
    if found.get("doubt") == Doubt.DISABILITY:
        raise Refused(
            "capacity.disability",
            _(
                "A disability is no reason to doubt that somebody can decide. Say what you noticed now, or do not assess."
            ),
            "doubt",
        )
    if found.get("doubt") not in Doubt.values:
        raise Refused("capacity.doubt", _("Say what raised the doubt."), "doubt")
    if not set(found.get("support", ())) & set(Support.values):
        raise Refused("capacity.support", _("First try to support the person, and say how."), "support")
    row = CapacityAssessment(
        dossier=person.dossier, person=person, purpose=purpose, found=found, words=words.strip() or None, assessed_by=by,
        valid_until=timezone.now() + timedelta(days=settings.CAPACITY_DAYS),
    )  # fmt: skip
    if row.outcome == Outcome.CANNOT and not words.strip():
        raise Refused("capacity.words", _("Write what you tried and what you saw."), "words")
    row.clean_fields(exclude=["dossier", "person", "assessed_by"])
    row.save(force_insert=True)
    trail.record("capacity.assessed", dossier=person.dossier_id, subject=row.pk, purpose=purpose)
    return row
