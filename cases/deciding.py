"""Who decides with the person of a case, in words: the age and what it asks, caregivers, notes, assessments."""

from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.forms.capacity import caregiver_name
from cases.models import Case
from consent import ages
from consent.actions.capacity import known_ages, needs_of
from consent.models import AgeTable, BestInterestNote, CapacityAssessment, Caregiver
from consent.vocabulary import AgeBand, NoteStatus, Purpose
from foundation.core.legible import SHUT, legible
from foundation.core.words import day_words, list_words, moment_words

CHILD = {
    ages.Child.NOTHING: gettext_lazy("The person decides alone. Capacity is presumed."),
    ages.Child.EXPLAINED: gettext_lazy("Explain it to the child in simple words."),
    ages.Child.ASSENT: gettext_lazy("The child must agree (assent). A child who refuses stops it."),
    ages.Child.CONSENT: gettext_lazy("The child must consent. A child who refuses stops it."),
}
CAREGIVER = {
    ages.Adult.NOTHING: gettext_lazy("Nobody else is asked."),
    ages.Adult.IF_PERMITTED: gettext_lazy(
        "A caregiver is asked only if the child permits it; else nobody at home is told."
    ),
    ages.Adult.CONSENT: gettext_lazy("A caregiver must consent too, unless that caregiver is a source of harm."),
}
TONES = {
    NoteStatus.AGREED: ("good", "done"),
    NoteStatus.WRITTEN: ("act", "clock"),
    NoteStatus.REFUSED: ("private", "eye-off"),
}


def is_certain(case: Case, table: AgeTable) -> bool:
    """Whether a closer age would change nothing: every age it may be asks the same."""
    found = known_ages(case.person)
    return found is not None and len({ages.required({age}, table.table) for age in found}) == 1


def needs(case: Case, table: AgeTable) -> dict[str, Any]:
    """What the person's age asks, for the panel of the conversation and the page of its own."""
    asked, found = needs_of(case.person, table), known_ages(case.person)
    points = [str(CHILD[asked.child])] + ([] if asked.is_adult else [str(CAREGIVER[asked.caregiver])])
    if not asked.is_adult:
        points.append(_("Or two people decide what is best for the child (best-interest decision)."))
    return {
        "is_adult": asked.is_adult,
        "age": _age(case, found),
        "points": points,
        "version": _("Age table, version %(n)d") % {"n": table.version},
    }


def _age(case: Case, found: set[int] | None) -> str:
    if found is None:
        return _("Not known: the rules for children hold")
    if len(found) == 1:
        return str(next(iter(found)))
    return str(AgeBand(case.person.facts["age_band"]).label)


def page(case: Case, actor: Any) -> dict[str, Any]:
    """The context of the page: four queries whatever the number of rows."""
    zone, now = ZoneInfo(case.unit.time_zone), timezone.now()
    caregivers = _of(case, Caregiver.objects.filter(person=case.person_id).order_by("added_at"))
    notes = _of(case, BestInterestNote.objects.filter(person=case.person_id).order_by("-written_at"))
    tests = _of(case, CapacityAssessment.objects.filter(person=case.person_id).order_by("-assessed_at"))
    return {
        "needs": needs(case, AgeTable.current()),
        "caregivers": [_caregiver(case, row, now, zone) for row in caregivers],
        "interests": [_note(case, row, now, zone) for row in notes],
        "tests": [_test(row, now, zone) for row in tests],
    }


def _of(case: Case, rows: Any) -> list[Any]:
    found = list(rows.select_related(*[f.name for f in rows.model._meta.fields if f.name.endswith("_by")]))
    for row in found:
        row.dossier = case.dossier
    return found


def _caregiver(case: Case, row: Caregiver, now: Any, zone: ZoneInfo) -> dict[str, Any]:
    url = "" if row.is_source_of_harm else reverse("cases:caregiver_flag", args=[case.pk, row.pk])
    when = moment_words(row.flagged_at, now, zone) if row.flagged_at else ""
    return {
        "name": legible(lambda: caregiver_name(row), SHUT),
        "is_shut_out": row.is_source_of_harm,
        "at": when,
        "url": url,
    }


def purposes(codes: list[str]) -> str:
    """What it is about, as a phrase."""
    return list_words([str(Purpose(code).label) for code in codes])


def _note(case: Case, row: BestInterestNote, now: Any, zone: ZoneInfo) -> dict[str, Any]:
    tone, icon = TONES[NoteStatus(row.status)]
    return {
        "about": purposes(row.purposes),
        "state": row.get_status_display(),
        "by": row.written_by.name,
        "at": moment_words(row.written_at, now, zone),
        "until": day_words(row.valid_until, zone) if row.status == NoteStatus.AGREED else "",
        "url": reverse("cases:best_interest", args=[case.pk, row.pk]),
        "tone": tone,
        "icon": icon,
    }


def _test(row: CapacityAssessment, now: Any, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "about": row.get_purpose_display(),
        "outcome": legible(lambda: row.outcome.label, SHUT),
        "by": row.assessed_by.name,
        "at": moment_words(row.assessed_at, now, zone),
        "until": day_words(row.valid_until, zone) if row.valid_until > now else _("Over; capacity is presumed again"),
    }


def note_rows(row: BestInterestNote) -> list[dict[str, Any]]:
    """A best-interest decision to read, for the second person."""
    return [
        {"key": _("What is it about?"), "value": purposes(row.purposes)},
        {"key": _("What does the child want?"), "value": legible(lambda: row.views, SHUT), "typed": True},
        {"key": _("Which ways are there?"), "value": legible(lambda: row.options, SHUT), "typed": True},
        {"key": _("Is it safe?"), "value": legible(lambda: row.safety, SHUT), "typed": True},
        {"key": _("What is best for the child, and why?"), "value": legible(lambda: row.decision, SHUT), "typed": True},
        {"key": _("Written by"), "value": row.written_by.name},
        {"key": _("Where it stands"), "value": row.get_status_display()},
    ]
