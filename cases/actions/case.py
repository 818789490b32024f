"""What happens with a case."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.actions import folder
from cases.load import require_room
from cases.models import Case, CaseNote, Concern, FollowUp, case_code
from cases.states import CASE, CaseStatus, Resting
from cases.vocabulary import RANK, Urgency
from consent import actions as consent
from consent.covering import covers
from consent.models import Decision
from consent.vocabulary import Answer, Purpose
from foundation.accounts.models import User
from foundation.audit import trail
from foundation.core import policy
from foundation.core.errors import Refused, WrongState
from foundation.core.hooks import Hook
from foundation.dossiers import actions as dossiers
from foundation.dossiers import clocks, ladder
from foundation.dossiers.models import Clock, Kind
from foundation.outbox import delivery
from foundation.readiness.training import Competence, require_training

reassigned: Hook[tuple[Case, User]] = Hook()


def open_case(concern: Concern, *, owner: User, by: User, load_reason: str = "") -> Case:
    """Turn a triaged concern into a case with a code of its own and an owner on the folder's list."""
    seat = ladder.first(concern.unit, concern.known.get("category", ""))
    if seat is None or concern.person is None:
        raise Refused("triage.owner", _("Choose who will follow up."), "owner")
    is_over = require_room(owner, concern.unit, load_reason)
    dossiers.turn_into(concern.dossier, Kind.CASE)
    dossiers.share_with_user(concern.dossier, owner, "owner", by=by)
    case = Case(
        dossier=concern.dossier, unit=concern.unit, concern=concern, person=concern.person, owner=owner,
        focal_group_id=seat.group_id, urgency=concern.urgency, classification=concern.triage,
    )  # fmt: skip
    dossiers.insert_with_code(case, "code", case_code)
    folder.collect_case(case)
    note_event(case, "opened", by=by, text=load_reason.strip() or None if is_over else None)
    clocks.start(case.dossier, "owner", _subject(case), case.urgency, case.unit, user=owner)
    trail.record("case.opened", dossier=case.dossier_id, subject=case.pk, owner=owner.pk, over=is_over)
    delivery.tell([owner], "work.waiting", f"case:{case.pk}:owner:{owner.pk}")
    return case


def _subject(case: Case) -> clocks.Subject:
    return clocks.Subject("case", case.pk, case.code)


def lock(case: Case, verb: str, by: User) -> Case:
    """The case as it is now, held until the end of the transaction, for whoever may do this with it."""
    locked: Case = Case.objects.select_for_update(of=("self",)).select_related("dossier", "unit").get(pk=case.pk)
    policy.require(by, verb, locked)
    return locked


def note_event(case: Case, event: str, *, by: User, text: str | None = None) -> CaseNote:
    """A line in the case's story that the system writes with a move."""
    note = CaseNote(dossier=case.dossier, case=case, author=by, event=event, text=text)
    note.save(force_insert=True)
    folder.touch(case)
    return note


@transaction.atomic
def accept(case: Case, *, by: User) -> Case:
    """The owner, who is trained for it, takes the case on (HS-07)."""
    require_training(by, Competence.PROTECTION_REFERRAL)
    return take_on(case, by=by)


@transaction.atomic
def take_on(case: Case, *, by: User) -> Case:
    """The same without asking for a training: for the ghost of a decoy alone, whom nobody can train."""
    locked = lock(case, "read", by)
    if not locked.waits_for_owner:
        raise WrongState("state.not_from_here", _("This has moved on in the meantime and cannot be done now."))
    policy.require(by, "accept", locked)
    locked.status = CaseStatus.ACCEPTED if locked.status == CaseStatus.NEW else locked.status
    locked.accepted_at = timezone.now()
    locked.save(update_fields=["status", "accepted_at"])
    clocks.stop(locked.pk, "owner")
    note_event(locked, "accepted", by=by)
    trail.record("case.accepted", dossier=locked.dossier_id, subject=locked.pk)
    return locked


@transaction.atomic
def assign(case: Case, owner: User, *, by: User, load_reason: str = "") -> Case:
    """Give the case to another owner; the former one is taken off the folder's list. Over the ceiling needs a reason (W-14)."""
    locked = lock(case, "assign", by)
    former = locked.owner
    if former == owner:
        return locked
    is_over = require_room(owner, locked.unit, load_reason)
    dossiers.share_with_user(locked.dossier, owner, "owner", by=by)
    dossiers.regard(locked.dossier, owner, "owner")
    locked.owner, locked.accepted_at = owner, None
    locked.save(update_fields=["owner", "accepted_at"])
    clocks.stop(locked.pk, "owner")
    clocks.start(locked.dossier, "owner", _subject(locked), locked.urgency, locked.unit, user=owner)
    note_event(locked, "assigned", by=by, text=load_reason.strip() or None if is_over else None)
    trail.record("case.assigned", dossier=locked.dossier_id, subject=locked.pk, owner=owner.pk, over=is_over)
    delivery.tell([owner], "work.waiting", f"case:{locked.pk}:owner:{owner.pk}")
    for clock in Clock.objects.running().filter(subject_id=locked.pk, user=former):
        clocks.hand_over(clock, user=owner)
    reassigned.send((locked, former))
    dossiers.unshare(locked.dossier, user=former)
    return locked


@transaction.atomic
def add_note(case: Case, *, by: User, text: str) -> CaseNote:
    """Write a note."""
    locked = lock(case, "note", by)
    note = CaseNote(dossier=locked.dossier, case=locked, author=by, text=text)
    note.clean_fields(exclude=["dossier", "case", "author"])
    note.save(force_insert=True)
    folder.touch(locked)
    trail.record("case.noted", dossier=locked.dossier_id, subject=note.pk)
    return note


@transaction.atomic
def plan_follow_up(case: Case, *, by: User, due_at: datetime) -> FollowUp:
    """Agree when to ask how it went; only with the person's consent to be contacted."""
    locked = lock(case, "plan", by)
    if due_at <= timezone.now():
        raise Refused("follow_up.past", _("The follow-up must be in the future."), "due_at")
    if covers(locked.person_id, Purpose.FOLLOW_UP_CONTACT, locked.unit_id, ["safe_contact"]) is None:
        raise Refused("follow_up.consent", _("The person has not agreed to be contacted."), "due_at")
    clocks.stop(locked.pk, "follow_up")
    FollowUp.objects.filter(case=locked, done_at=None).update(done_at=timezone.now(), result="replanned")
    planned = FollowUp(dossier=locked.dossier, case=locked, planned_by=by, due_at=due_at)
    planned.save(force_insert=True)
    clocks.start(
        locked.dossier, "follow_up", _subject(locked), locked.urgency, locked.unit, user=locked.owner, due=due_at
    )
    note_event(locked, "follow_up_planned", by=by)
    trail.record("case.follow_up_planned", dossier=locked.dossier_id, subject=planned.pk, due_at=due_at)
    return planned


def may_reach(case: Case) -> bool:
    """Whether the safe contact may be used now: they agreed to be called back, or have not been asked and agreed that the
    focal point is told how to reach them. A refusal, and what was taken back or has run out, shuts it (HS-05)."""
    said = consent.current(case.person, Purpose.FOLLOW_UP_CONTACT, case.unit_id)
    is_answered = said is not None and said.answer != Answer.NOT_ASKED
    purpose = Purpose.FOLLOW_UP_CONTACT if is_answered else Purpose.INTERNAL_ESCALATION
    return covers(case.person_id, purpose, case.unit_id, ["safe_contact"]) is not None


@transaction.atomic
def follow_up(case: Case, *, by: User, result: str, text: str = "") -> None:
    """Say what came of a follow-up: ``reached``, ``not_reached`` or ``not_safe``."""
    locked = lock(case, "follow_up", by)
    done = FollowUp.objects.filter(case=locked, done_at=None).update(done_at=timezone.now(), result=result)
    if not done:
        raise Refused("follow_up.none", _("No follow-up is planned."))
    clocks.stop(locked.pk, "follow_up")
    note_event(locked, f"follow_up_{result}", by=by, text=text or None)
    trail.record("case.followed_up", dossier=locked.dossier_id, subject=locked.pk, result=result)


def start_response(case: Case, *, by: User) -> None:
    """Something is being done for the person: the case is in response. One that waits for the person goes on waiting."""
    if case.status == CaseStatus.ON_HOLD:
        return
    CASE.check("respond", case.status)
    if case.status != CaseStatus.IN_RESPONSE:
        Case.objects.filter(pk=case.pk).update(
            status=CaseStatus.IN_RESPONSE, accepted_at=case.accepted_at or timezone.now()
        )
        clocks.stop(case.pk, "owner")


def mark_assessed(case: Case) -> None:
    """The risk was assessed by somebody trained; of a case that has come further nothing changes (domain.md §11.3)."""
    locked: Case = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
    if locked.status not in CASE.moves["assess"].sources:
        return
    locked.status, locked.accepted_at = CaseStatus.ASSESSED, locked.accepted_at or timezone.now()
    locked.save(update_fields=["status", "accepted_at"])
    clocks.stop(locked.pk, "owner")
    trail.record("case.assessed", dossier=locked.dossier_id, subject=locked.pk)


@transaction.atomic
def set_urgency(case: Case, urgency: str, *, by: User, reason: str = "") -> Case:
    """Say how pressing it is now; its clocks follow. Lowering it needs a reason (W-12)."""
    locked = lock(case, "set_urgency", by)
    was, wanted = Urgency(locked.urgency), Urgency(urgency)
    if was == wanted:
        return locked
    if RANK[wanted] > RANK[was] and not reason.strip():
        raise Refused("case.urgency_reason", _("Say why it is less pressing now."), "reason")
    locked.urgency = wanted
    locked.save(update_fields=["urgency"])
    clocks.press(locked.pk, wanted)
    note_event(locked, "urgency_lowered" if RANK[wanted] > RANK[was] else "urgency_raised", by=by, text=reason or None)
    trail.record("case.urgency_set", dossier=locked.dossier_id, subject=locked.pk, urgency=wanted, was=was)
    return locked


def restrict(decision: Decision) -> None:
    """The person took back the consent to escalation or to the record.

    Every other consent ends with it, and no new step is taken until somebody has decided what may stay.
    """
    if decision.purpose not in (Purpose.INTERNAL_ESCALATION, Purpose.RECORD_CASE):
        return
    rows = Case.objects.select_for_update(of=("self",)).select_related("dossier", "unit", "owner")
    for case in rows.filter(person=decision.person_id):
        by = decision.withdrawn_by or case.owner
        for other in Decision.objects.active().filter(person=decision.person_id).exclude(pk=decision.pk):
            consent.withdraw(other, by=by)
        was, case.restricted_for = case.status, Resting.CONSENT
        if was != CaseStatus.CLOSED:
            case.status, case.came_from, case.waits_for = CaseStatus.RESTRICTED, "", ""
        case.save(update_fields=["status", "restricted_for", "came_from", "waits_for"])
        if was not in (CaseStatus.RESTRICTED, CaseStatus.CLOSED):
            CASE.check("restrict", was)
            clocks.stop(case.pk, "owner", "follow_up", "waiting", "closing")
            note_event(case, "restricted", by=by)
            trail.record("case.restricted", dossier=case.dossier_id, subject=case.pk)
