"""How a decoy becomes a case: the steps of a colleague who records a concern, triages it and takes it on (safety.md §1).

The same actions as for everybody, so that nothing tells the result from a case of the unit. Two things are kept from
others while it comes about: no clock stands on anybody's work list, and nobody is told (``watch.actions.decoys``).
"""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from cases import actions
from cases.actions.case import take_on
from cases.actions.triage import Triage
from cases.invented import STORIES
from cases.models import Case, Concern
from cases.vocabulary import Outcome
from consent.models import NoticeVersion
from consent.vocabulary import Answer, Mode
from foundation.audit import trail
from foundation.dossiers.models import Clock
from foundation.watch import decoys
from foundation.watch.decoys import Stage, Step


def _concern(stage: Stage) -> Concern:
    rows = Concern.objects.select_related("unit", "dossier", "person", "notice")
    found: Concern = rows.get(pk=_of(stage.decoy.concern))
    return found


def _case(stage: Stage) -> Case:
    found: Case = Case.objects.get(pk=_of(stage.decoy.case))
    return found


def _of(pk: UUID | None) -> UUID:
    """What an earlier step has made."""
    if pk is None:
        raise ValueError("a step before its turn")
    return pk


def start(stage: Stage) -> None:
    """A new draft."""
    concern = actions.start(by=stage.by, unit=stage.decoy.unit, language=stage.decoy.language)
    stage.decoy.concern, stage.decoy.folder = concern.pk, concern.dossier_id


def limits(stage: Stage) -> None:
    """The limits were explained."""
    actions.explain_limits(_concern(stage), by=stage.by, notice=NoticeVersion.current(stage.decoy.language))


def _described(values: Callable[[dict[str, Any]], dict[str, Any]], stage: Stage) -> None:
    actions.describe(_concern(stage), by=stage.by, **values(stage.script))


def agreement(stage: Stage) -> None:
    """The person agrees to escalation."""
    actions.answer_escalation(_concern(stage), by=stage.by, answer=Answer.GRANTED, mode=Mode.SPOKEN_ALONE)


def submit(stage: Stage) -> None:
    """Hand over; what waits for triage waits for who wrote it, so that it is on no list of work."""
    concern = actions.submit(_concern(stage), by=stage.by)
    Clock.objects.running().filter(subject_id=concern.pk).update(group=None, user=stage.by)


def triage(stage: Stage) -> None:
    """Read it, and open a case of one's own."""
    concern, facts = _concern(stage), stage.script["facts"]
    trail.record("concern.read", dossier=concern.dossier_id, subject=concern.pk, whole=True)
    decided = Triage(
        Outcome.CASE, concern.suggestion, exposure=facts["exposure"], harm_forms=facts["harm_forms"], owner=stage.by
    )
    actions.triage(concern, decided, by=stage.by)
    case = Case.objects.get(concern=concern)
    stage.decoy.case, stage.decoy.reference = case.pk, case.code


def accept(stage: Stage) -> None:
    """Open it and take it on."""
    case = _case(stage)
    trail.record("case.read", dossier=case.dossier_id, subject=case.pk)
    take_on(case, by=stage.by)


def note(stage: Stage) -> None:
    """Another day: what was done."""
    case = _case(stage)
    trail.record("case.read", dossier=case.dossier_id, subject=case.pk)
    actions.add_note(case, by=stage.by, text=stage.script["note"])


def _where(script: dict[str, Any]) -> dict[str, Any]:
    return {name: script["facts"][name] for name in ("reporter_kind", "setting")}


def _words(script: dict[str, Any]) -> dict[str, Any]:
    return {"summary": script["summary"], "category": script["facts"]["category"]}


def _contact(script: dict[str, Any]) -> dict[str, Any]:
    """Nobody can be phoned by mistake: the person comes by."""
    contact = {"method": script["facts"]["contact"], "value": "", "safe_times": "", "may_leave_message": False}
    return {"alias": script["alias"], "safe_contact": contact}


STEPS = [
    Step(start, 0, 0),
    Step(limits, 30, 120),
    Step(partial(_described, _where), 10, 45),
    Step(partial(_described, lambda script: {"flags": []}), 8, 40),
    Step(partial(_described, _words), 60, 240),
    Step(partial(_described, lambda script: {"wishes": script["wishes"]}), 20, 120),
    Step(agreement, 15, 60),
    Step(partial(_described, _contact), 20, 90),
    Step(submit, 10, 60),
    Step(triage, 15, 40),
    Step(accept, 10, 40),
    Step(note, 0, 0, is_another_day=True),
]


def install() -> None:
    """Register how decoys are made."""
    decoys.tell_with(STEPS, STORIES)
