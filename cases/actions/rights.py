"""The rights of the person a case is about: taking them down, and carrying out what was decided (domain.md §4.3).

Whoever decides may not open the case; whoever works on it carries out. An objection rests everything with the asking.
"""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cases.actions.case import note_event
from cases.actions.erasing import REQUEST
from cases.models import Case, Erasure
from cases.states import CASE, CaseStatus, Resting
from consent import actions as consent
from consent.actions import following, requests
from consent.actions.requests import Asking, Readers
from consent.models import DataSubjectRequest
from consent.rights import FREEZING, OWN_COLUMNS, Right, Ruling, Stage
from foundation.accounts.models import User
from foundation.audit import trail
from foundation.core import policy
from foundation.core.codes import new_code
from foundation.core.errors import Refused, WrongState
from foundation.dossiers import actions as dossiers
from foundation.dossiers import clerk, clocks, erasing
from foundation.dossiers.models import VIEW, Dossier, Kind

RESTING = ("owner", "follow_up")


def _locked(case: Case, by: User) -> Case:
    consent.hold(case.person_id)
    rows = Case.objects.select_for_update(of=("self",)).select_related("dossier", "unit", "person", "owner", "concern")
    locked: Case = rows.get(pk=case.pk)
    policy.require(by, "rights", locked)
    locked.person.dossier = locked.concern.dossier = locked.dossier
    return locked


@transaction.atomic
def ask_right(case: Case, asking: Asking, *, by: User) -> DataSubjectRequest:
    """Take down what the person asks. A complaint leaves no trace in the case: who is spoken of may work on it."""
    locked = _locked(case, by)
    is_voice = asking.kind in (Right.COMPLAINT, Right.FEEDBACK)
    if not is_voice and _asked_already(locked, asking):
        raise WrongState("right.asked_already", _("The person has asked for this already. It waits for a decision."))
    readers = Readers((locked.focal_group_id,), (locked.owner, by) if locked.owner != by else (by,))
    made = requests.take(locked.person, locked.unit, asking, readers, by=by)
    if asking.kind in FREEZING:
        _freeze(locked, by)
    if not is_voice:
        note_event(locked, "right_asked", by=by)
    return made


def _asked_already(case: Case, asking: Asking) -> bool:
    rows = DataSubjectRequest.objects.filter(person=case.person_id, kind=asking.kind, field=asking.field)
    return bool(rows.filter(stage__in=(Stage.OPEN, Stage.DECIDED)).exists())


def _freeze(case: Case, by: User) -> None:
    """Nothing is used and nothing new is sent from here on; clocks stand, but never an emergency's."""
    consent.suspend(case.person, by=by)
    if case.status == CaseStatus.CLOSED:
        case.restricted_for = case.restricted_for or Resting.OBJECTION
        case.save(update_fields=["restricted_for"])
    elif case.status != CaseStatus.RESTRICTED:
        CASE.check("freeze", case.status)
        case.came_from = case.came_from if case.status == CaseStatus.ON_HOLD else case.status
        case.status, case.restricted_for, case.waits_for = CaseStatus.RESTRICTED, Resting.OBJECTION, ""
        case.save(update_fields=["status", "came_from", "restricted_for", "waits_for"])
        clocks.stop(case.pk, "waiting")
        if case.urgency != "emergency":
            for code in RESTING:
                clocks.pause(case.pk, code)
        note_event(case, "frozen", by=by)
    trail.record("case.frozen", dossier=case.dossier_id, subject=case.pk)


def _thaw(case: Case, request: DataSubjectRequest, by: User) -> None:
    """It goes on as before, unless another objection runs or the consent to the record was taken back meanwhile."""
    if following.is_frozen(case.person_id, without=request.pk):
        return
    consent.resume(case.person, by=by)
    if case.status == CaseStatus.CLOSED and case.restricted_for == Resting.OBJECTION:
        case.restricted_for = ""
        case.save(update_fields=["restricted_for"])
    if case.status == CaseStatus.RESTRICTED and case.restricted_for == Resting.OBJECTION:
        case.status, case.came_from, case.restricted_for = case.came_from, "", ""
        case.save(update_fields=["status", "came_from", "restricted_for"])
        for code in RESTING:
            clocks.resume(case.pk, code)
        note_event(case, "thawed", by=by)
    trail.record("case.thawed", dossier=case.dossier_id, subject=case.pk)


@transaction.atomic
def close_right(case: Case, request: DataSubjectRequest, told: str, *, by: User) -> DataSubjectRequest:
    """Carry out what was decided, and say whether the person knows. A copy is made by ``copy_right`` instead."""
    locked = _locked(case, by)
    fresh: DataSubjectRequest = DataSubjectRequest.objects.select_related("dossier").get(pk=request.pk)
    _carry_out(locked, fresh, by)
    done = requests.close(fresh, told, by=by)
    note_event(locked, "right_closed", by=by)
    return done


def _carry_out(case: Case, request: DataSubjectRequest, by: User) -> None:
    if request.stage != Stage.DECIDED:
        return
    is_granted = request.ruling == Ruling.GRANTED
    if request.kind == Right.ACCESS and is_granted:
        raise Refused("right.copy", _("Make the copy: handing it over closes the request."))
    if request.kind == Right.RECTIFICATION and is_granted:
        _correct(case, request, by)
    if request.kind in FREEZING and is_granted:
        consent.take_everything_back(case.person, by=by)
        Case.objects.filter(pk=case.pk).update(restricted_for=Resting.CONSENT)
    elif request.kind in FREEZING:
        _thaw(case, request, by)


def _correct(case: Case, request: DataSubjectRequest, by: User) -> None:
    """Write the right value; whoever received the wrong one is told."""
    field, value = request.field, (request.new or {}).get("value")
    person = case.person
    changes: dict[str, Any] = {field: value}
    if field not in OWN_COLUMNS:
        kept = {name: known for name, known in person.facts.items() if name != field}
        changes = {"profile": {**kept, field: value} if value else kept}
    consent.change_person(person, by=by, **changes)
    note_event(case, "corrected", by=by)
    consent.corrected.send(consent.Corrected(person, field, value))


@transaction.atomic
def copy_right(case: Case, request: DataSubjectRequest, *, way: str, language: str, why: str, by: User) -> str:
    """A copy is made for the person, in the act and kept nowhere; returns the reference that stands on it."""
    locked = _locked(case, by)
    fresh: DataSubjectRequest = DataSubjectRequest.objects.select_related("dossier").get(pk=request.pk)
    if fresh.kind != Right.ACCESS or fresh.ruling != Ruling.GRANTED:
        raise WrongState("state.not_from_here", _("This has moved on in the meantime and cannot be done now."))
    requests.close(fresh, "told", by=by)
    reference = new_code((3, 3), check=True)
    about: dict[str, Any] = {"dossier": locked.dossier_id, "subject": fresh.pk, "reference": reference}
    trail.record("right.copied", **about, way=way, language=language, why=why)
    note_event(locked, "right_copied", by=by)
    return reference


@transaction.atomic
def take_back_right(case: Case, request: DataSubjectRequest, *, by: User) -> DataSubjectRequest:
    """The person no longer asks; what rested because of it goes on."""
    locked = _locked(case, by)
    done = requests.take_back(request, by=by)
    if done.kind in FREEZING:
        _thaw(locked, done, by)
    note_event(locked, "right_taken_back", by=by)
    return done


def follow_requests(handed: tuple[Case, User]) -> None:
    """The case has another owner: so have the requests of its person."""
    case, former = handed
    with clerk.as_clerk() as keeper:
        for folder in following.folders_of(case.dossier_id):
            dossiers.share_with_user(folder, case.owner, "owner", by=keeper)
            dossiers.unshare(folder, user=former)


def move_requests(gone: tuple[Case, list[int]]) -> None:
    """The case went over to another unit: its seat reads what the person asked for, and the former one no longer does."""
    case, former = gone
    with clerk.as_clerk():
        for folder in following.folders_of(case.dossier_id):
            dossiers.share_with_group(folder, case.focal_group_id, VIEW)
            for group in former:
                dossiers.unshare(folder, group=group)


def end_requests(erased: tuple[Erasure, list[Dossier]]) -> None:
    """The case is erased: so is what its person asked for, but for dates and codes."""
    erasure, found = erased
    for folder in following.folders_of(erasure.dossier_id):
        dossiers.erase(folder, REQUEST, is_strict=True)
        found.append(folder)


def settle_requests(dossier: Dossier) -> None:
    """What is left of an erased folder of a request: dates and codes, for whoever decided on it."""
    if dossier.kind == Kind.REQUEST and following.settle(dossier):
        erasing.lower(dossier)
