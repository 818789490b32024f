"""What is agreed with the person step by step, what colleagues advise, and waiting for the person (R-22; domain.md §11.3)."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.actions.case import lock, note_event
from cases.closures import STEP, Doer, StepStatus, Typology
from cases.models import Case, Conference, PlanStep
from cases.states import CASE, CaseStatus, Waiting
from foundation.accounts.models import User
from foundation.audit import trail
from foundation.core.errors import Refused
from foundation.dossiers import clocks
from foundation.dossiers.models import Clock

EMERGENCY = "emergency"


@transaction.atomic
def add_step(
    case: Case, what: str, doer: str, due_on: date | None = None, kinds: Iterable[str] = (), *, by: User
) -> PlanStep:
    """Write down a step that was agreed with the person, and what it is for (R-02); the first one makes the plan."""
    locked = lock(case, "plan", by)
    if not what.strip():
        raise Refused("step.what", _("Write what was agreed."), "what")
    if doer not in Doer.values:
        raise Refused("step.doer", _("Choose who does it."), "doer")
    if due_on is not None and due_on < timezone.localdate():
        raise Refused("step.past", _("Choose a day from today on."), "due_on")
    chosen = sorted(set(kinds))
    if not set(chosen) <= set(Typology.values):
        raise Refused("step.kinds", _("Choose from the list."), "kinds")
    made = PlanStep(dossier=locked.dossier, case=locked, what=what.strip(), doer=doer, due_on=due_on, agreed_by=by)
    made.kinds = chosen
    made.clean_fields(exclude=["dossier", "case", "agreed_by", "ended_by"])
    made.save(force_insert=True)
    _come_to(locked, "plan")
    note_event(locked, "step_agreed", by=by)
    trail.record("case.planned", dossier=locked.dossier_id, subject=made.pk)
    return made


def _come_to(case: Case, verb: str) -> None:
    """Move on where the life-cycle leads there from here; a case that has come further stays where it is."""
    move = CASE.moves[verb]
    if case.status in move.sources and move.target:
        Case.objects.filter(pk=case.pk).update(status=move.target)
        case.status = move.target


@transaction.atomic
def end_step(step: PlanStep, verb: str, why: str = "", *, by: User) -> PlanStep:
    """A step is done (``do``), or no longer wanted (``drop``), which needs a reason."""
    locked = lock(step.case, "plan", by)
    found: PlanStep = PlanStep.objects.select_for_update(of=("self",)).get(pk=step.pk, case=locked)
    found.dossier = locked.dossier
    move = STEP.check(verb, found.status)
    if verb == "drop" and not why.strip():
        raise Refused("step.why", _("Write why it is no longer wanted."), "why")
    found.status, found.ended_by, found.ended_at = str(move.target), by, timezone.now()
    found.why = why.strip() or None
    found.clean_fields(exclude=["dossier", "case", "agreed_by", "ended_by"])
    found.save(update_fields=["status", "ended_by", "ended_at", "why"])
    if found.status == StepStatus.DONE:
        _come_to(locked, "respond")
    note_event(locked, f"step_{found.status}", by=by)
    trail.record("case.step_ended", dossier=locked.dossier_id, subject=found.pk, status=found.status)
    return found


@transaction.atomic
def plan_nothing(case: Case, why: str, *, by: User) -> None:
    """It was looked at with the person, and no step is needed or wanted: that is an answer to the concern too (R-46)."""
    locked = lock(case, "plan", by)
    if not why.strip():
        raise Refused("plan.why", _("Write why no step is agreed."), "why")
    note_event(locked, "no_step", by=by, text=why.strip())
    trail.record("case.planned", dossier=locked.dossier_id, subject=locked.pk)


@transaction.atomic
def finish_response(case: Case, *, by: User) -> None:
    """What was agreed is done; from here on it is only asked how it goes."""
    locked = lock(case, "plan", by)
    CASE.check("follow", locked.status)
    if PlanStep.objects.filter(case=locked, status=StepStatus.AGREED).exists():
        raise Refused("plan.open", _("A step that was agreed is not done yet."))
    Case.objects.filter(pk=locked.pk).update(status=CaseStatus.FOLLOW_UP)
    clocks.stop(locked.pk, "owner")
    note_event(locked, "response_finished", by=by)
    trail.record("case.response_finished", dossier=locked.dossier_id, subject=locked.pk)


@transaction.atomic
def wait(case: Case, waits_for: str, until: datetime, *, by: User) -> Case:
    """Wait for the person until a time; clocks stand, but never an emergency's (domain.md §6)."""
    locked = lock(case, "plan", by)
    CASE.check("wait", locked.status)
    if waits_for not in Waiting.values:
        raise Refused("wait.reason", _("Choose why it waits."), "waits_for")
    if until <= timezone.now():
        raise Refused("wait.past", _("Choose a time in the future."), "until")
    locked.came_from, locked.status, locked.waits_for = locked.status, CaseStatus.ON_HOLD, waits_for
    locked.save(update_fields=["status", "came_from", "waits_for"])
    for clock in Clock.objects.running().filter(subject_id=locked.pk):
        if clock.urgency != EMERGENCY:
            clocks.pause(locked.pk, clock.code)
    subject = clocks.Subject("case", locked.pk, locked.code)
    clocks.start(locked.dossier, "waiting", subject, locked.urgency, locked.unit, user=locked.owner, due=until)
    note_event(locked, "waits", by=by)
    trail.record("case.waits", dossier=locked.dossier_id, subject=locked.pk, waits_for=waits_for)
    return locked


@transaction.atomic
def go_on(case: Case, *, by: User) -> Case:
    """The waiting is over; it goes on from where it was, and its clocks run on."""
    locked = lock(case, "plan", by)
    CASE.check("go_on", locked.status)
    locked.status, locked.came_from, locked.waits_for = locked.came_from, "", ""
    locked.save(update_fields=["status", "came_from", "waits_for"])
    clocks.stop(locked.pk, "waiting")
    for code in (
        Clock.objects.running().filter(subject_id=locked.pk, paused_at__isnull=False).values_list("code", flat=True)
    ):
        clocks.resume(locked.pk, code)
    note_event(locked, "goes_on", by=by)
    trail.record("case.goes_on", dossier=locked.dossier_id, subject=locked.pk)
    return locked


@transaction.atomic
def confer(case: Case, held_on: date, words: dict[str, Any], *, by: User) -> Conference:
    """Keep what colleagues were asked and advised: ``who``, ``question``, ``advice``, ``is_person_asked`` (R-22)."""
    locked = lock(case, "note", by)
    if held_on > timezone.localdate():
        raise Refused("conference.future", _("Choose the day on which it was held."), "held_on")
    for name in ("who", "question", "advice"):
        if not str(words.get(name, "")).strip():
            raise Refused("conference.words", _("Write this too."), name)
    made = Conference(dossier=locked.dossier, case=locked, held_on=held_on, written_by=by, **words)
    made.clean_fields(exclude=["dossier", "case", "written_by"])
    made.save(force_insert=True)
    note_event(locked, "conference", by=by)
    trail.record("case.conferred", dossier=locked.dossier_id, subject=made.pk)
    return made
