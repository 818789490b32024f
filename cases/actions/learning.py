"""Reports of harm, which pass by whoever they speak of, and lessons that a second person releases (R-11, R-30; PS-18)."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import deidentify
from cases.actions.issues import service_points
from cases.issue_policy import seat_for
from cases.issue_states import HARM
from cases.issue_words import HarmKind, LessonKind
from cases.models import HarmReport, LessonLearned, issue_code
from cases.vocabulary import Risk
from foundation.accounts import actions as accounts
from foundation.accounts.models import Role, Seat, Unit, User
from foundation.audit import trail
from foundation.core import policy
from foundation.core.errors import Forbidden, Refused
from foundation.dossiers import actions as dossiers
from foundation.dossiers import clocks
from foundation.dossiers.models import Kind
from foundation.outbox import delivery

READING = (Role.FOCAL_POINT, Role.DEPUTY, Role.MANAGER, Role.SAFEGUARDING)
EVERYBODY = tuple(role for role in Role if role != Role.PARTNER_WORKER)


def readers(unit: Unit, by: User, about: User | None) -> list[User]:
    """Who reads it: the leads here and above, nearest first; not who reports it, and never who it speaks of."""
    found: dict[int, User] = {}
    for place in unit.upwards():
        for seat in Seat.objects.filter(unit=place, role__in=READING).order_by("role"):
            found |= {user.pk: user for user in accounts.members(seat.group_id)}
    return [user for user in found.values() if user != by and (about is None or user != about)]


@transaction.atomic
def report_harm(kind: str, text: str, about: User | None = None, *, by: User) -> HarmReport:
    """Somebody is worse off through what was done or left undone. Anybody who works here may say so.

    Each reader stands on the folder's list by name, so that nobody comes to it by a seat. Whom it speaks of is written
    nowhere but in the words: they are not on the list, and that is all.
    """
    seat = seat_for(by, EVERYBODY)
    if seat is None:
        raise Forbidden("actor.not_allowed", _("Your seat does not allow this."))
    if kind not in HarmKind.values:
        raise Refused("harm.kind", _("Choose what went wrong."), "kind")
    if not text.strip():
        raise Refused("harm.text", _("Write what happened."), "text")
    people = readers(seat.unit, by, about)
    if not people:
        raise Refused(
            "harm.nobody",
            _("Nobody else can read this here. Phone the national office, or the safeguarding contact."),
            "about",
        )
    dossier = dossiers.open_dossier(Kind.HARM, seat.unit, by=by, groups={}, reason="author")
    for user in people:
        dossiers.share_with_user(dossier, user, "reader", by=by)
    report = HarmReport(dossier=dossier, unit=seat.unit, kind=kind, text=text, reported_by=by)
    report.clean_fields(exclude=["dossier", "unit", "reported_by"])
    dossiers.insert_with_code(report, "code", issue_code)
    clocks.start(dossier, "harm_report", _subject(report), "urgent", seat.unit, user=people[0])
    trail.record("harm.reported", dossier=dossier.pk, subject=report.pk, kind=kind)
    delivery.tell(people, "work.waiting", f"harm:{report.pk}")
    return report


def _subject(report: HarmReport) -> clocks.Subject:
    return clocks.Subject("harm", report.pk, report.code)


def _locked(report: HarmReport, verb: str, by: User) -> HarmReport:
    rows = HarmReport.objects.select_for_update(of=("self",)).select_related("dossier", "unit")
    locked: HarmReport = rows.get(pk=report.pk)
    policy.require(by, verb, locked)
    HARM.check(verb, locked.status)
    return locked


@transaction.atomic
def take_on_harm(report: HarmReport, *, by: User) -> HarmReport:
    """Somebody looks into it."""
    locked = _locked(report, "take_on", by)
    locked.status, locked.taken_by = "taken_on", by
    locked.save(update_fields=["status", "taken_by"])
    clocks.stop(locked.pk, "harm_report")
    clocks.start(locked.dossier, "harm_close", _subject(locked), "urgent", locked.unit, user=by)
    trail.record("harm.moved", dossier=locked.dossier_id, subject=locked.pk, status=locked.status)
    return locked


@transaction.atomic
def note_harm(report: HarmReport, text: str, *, by: User) -> HarmReport:
    """What was found, and what is done for who is worse off."""
    locked = _locked(report, "note", by)
    if not text.strip():
        raise Refused("harm.note", _("Write something here."), "note")
    locked.notes = f"{locked.notes}\n\n{text}" if locked.notes else text
    locked.clean_fields(exclude=["dossier", "unit", "reported_by", "taken_by", "closed_by"])
    locked.save(update_fields=["notes"])
    trail.record("harm.noted", dossier=locked.dossier_id, subject=locked.pk)
    return locked


@transaction.atomic
def close_harm(report: HarmReport, changed: str, *, by: User) -> HarmReport:
    """It is answered: what we changed, so that it does not happen again."""
    locked = _locked(report, "close", by)
    if not changed.strip():
        raise Refused("harm.changed", _("Write what was changed."), "changed")
    locked.status, locked.changed, locked.closed_by, locked.closed_at = "closed", changed, by, timezone.now()
    locked.save(update_fields=["status", "changed", "closed_by", "closed_at"])
    clocks.stop(locked.pk)
    trail.record("harm.moved", dossier=locked.dossier_id, subject=locked.pk, status=locked.status)
    delivery.tell([locked.reported_by], "work.waiting", f"harm:{locked.pk}:closed")
    return locked


@transaction.atomic
def write_lesson(kind: str, text: str, tags: list[str], *, by: User, is_confirmed: bool) -> LessonLearned:
    """A lesson in which nobody can be recognised; read by nobody else before a second person released it."""
    seat = seat_for(by, EVERYBODY)
    if seat is None:
        raise Forbidden("actor.not_allowed", _("Your seat does not allow this."))
    if kind not in LessonKind.values:
        raise Refused("lesson.kind", _("Choose one."), "kind")
    if not text.strip():
        raise Refused("lesson.text", _("Write something here."), "text")
    deidentify.require_nobody(text, "text", places=service_points(seat.unit))
    deidentify.require_confirmed(text, is_confirmed)
    chosen = sorted(set(tags) & set(Risk.values))
    lesson = LessonLearned(organisation=seat.unit.organisation, kind=kind, text=text, tags=chosen, written_by=by)
    lesson.clean_fields(exclude=["organisation", "written_by", "released_by"])
    lesson.save(force_insert=True)
    trail.record("lesson.written", subject=lesson.pk, kind=kind)
    return lesson


@transaction.atomic
def release_lesson(lesson: LessonLearned, *, by: User) -> LessonLearned:
    """Another person has read it and finds nobody in it: from now on the whole Society reads it (HS-20)."""
    locked: LessonLearned = LessonLearned.objects.select_for_update(of=("self",)).get(pk=lesson.pk)
    if locked.written_by_id == by.pk:
        raise Refused("lesson.same_person", _("Another person releases this, not the one who wrote it."))
    policy.require(by, "release", locked)
    locked.released_by, locked.released_at = by, timezone.now()
    locked.save(update_fields=["released_by", "released_at"])
    trail.record("lesson.released", subject=locked.pk, kind=locked.kind)
    return locked
