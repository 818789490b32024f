"""Closing a case and opening it again (R-46; HS-18, HS-19, HS-20; scenario 15). No machine closes anything (HS-24)."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases import closing
from cases.actions.case import lock, note_event
from cases.closures import CLOSURE, UNASKED, ClosureStatus, Reason, Result
from cases.models import Case, CaseNote, Closure, FollowUp
from cases.states import CASE, CaseStatus
from cases.vocabulary import Category, Flag, Urgency
from consent import actions as consent
from consent.actions import keeping as keep
from consent.terms import RecordClass
from foundation.accounts import actions as accounts
from foundation.accounts.models import Seat, User
from foundation.audit import trail
from foundation.core import policy
from foundation.core.errors import Forbidden, Refused
from foundation.core.hooks import Hook
from foundation.dossiers import actions as dossiers
from foundation.dossiers import clocks, ladder
from foundation.dossiers.models import VIEW
from foundation.outbox import delivery

CLOCK = "closing"
closed: Hook[Closure] = Hook()
"""A case was closed, in the transaction of the closing; its clocks have stopped."""


@dataclass(frozen=True)
class Ending:
    """What is said when a case is closed: why, what has changed for the person, why that is not known, and why nobody agreed
    with the person to ask again (``unfollowed``, W-18).
    """

    reason: str
    result: str
    because: str = ""
    words: str = ""
    unfollowed: str = ""


def is_grave(case: Case) -> bool:
    """Whether a second person must agree: pressing now or before, a child, sexual violence, or what other apps add (HS-19)."""
    known = case.concern.known
    is_pressing = {case.urgency, case.concern.urgency} != {Urgency.NORMAL}
    is_sexual = known.get("category") == Category.SEXUAL or Flag.SEXUAL in known.get("flags", [])
    is_child = keep.class_of(case.person) == RecordClass.CASE_CHILD
    was_lowered = CaseNote.objects.filter(case=case, event="urgency_lowered").exists()
    return is_pressing or is_sexual or is_child or was_lowered or closing.is_grave(case)


@transaction.atomic
def ask_closure(case: Case, said: Ending, *, by: User) -> Closure:
    """Close a case, or ask a second person to agree where it is grave. Nothing that is still open may be left behind."""
    locked = _whole(lock(case, "close", by))
    CASE.check("close", locked.status)
    _require_settled(locked)
    _check(locked, said)
    needs_second = is_grave(locked)
    made = Closure(
        dossier=locked.dossier, case=locked, reason=said.reason, result=said.result, needs_second=needs_second,
        record_class=keep.class_of(locked.person), asked_by=by, because=said.because.strip() or None,
        words=said.words.strip() or None, unfollowed=said.unfollowed.strip() or None,
    )  # fmt: skip
    made.clean_fields(exclude=["dossier", "case", "asked_by", "decided_by"])
    if needs_second:
        return _ask_second(locked, made, by)
    made.status = ClosureStatus.CLOSED
    made.save(force_insert=True)
    _close(locked, made, by)
    return made


def _whole(case: Case) -> Case:
    """With its concern and person, whose words open with the case's key."""
    case.concern.dossier = case.person.dossier = case.dossier
    return case


def _require_settled(case: Case) -> None:
    if closing.vetoes(case):
        raise Refused("case.not_settled", _("Something is still open. Settle it first; it is listed on this page."))


def _check(case: Case, said: Ending) -> None:
    if said.reason not in Reason.values:
        raise Refused("closure.reason", _("Choose why the case is closed."), "reason")
    if said.result not in Result.values:
        raise Refused("closure.result", _("Say what has changed for the person."), "result")
    if said.result == Result.UNKNOWN and not said.because.strip():
        raise Refused("closure.because", _("Write why it is not known."), "because")
    if said.reason not in UNASKED and not was_followed(case) and not said.unfollowed.strip():
        raise Refused("closure.unfollowed", _("Write why no follow-up was agreed."), "unfollowed")
    if said.reason == Reason.NO_CONTACT and not was_sought(case):
        raise Refused("closure.not_sought", sought_rule(), "reason")


def was_followed(case: Case) -> bool:
    """Whether a follow-up was agreed with the person since the case was opened, or opened again (W-18)."""
    return FollowUp.objects.filter(case=case, due_at__gte=case.reopened_at or case.opened_at).exists()


def sought_rule() -> str:
    """The rule of the reason that somebody could not be reached, in words."""
    n, days = settings.NO_CONTACT_ATTEMPTS, settings.NO_CONTACT_DAYS
    words = ngettext(
        "This reason needs %(n)d attempt by the safe way since the person was last reached, over at least %(days)d days.",
        "This reason needs %(n)d attempts by the safe way since the person was last reached, over at least %(days)d days.",
        n,
    )
    return words % {"n": n, "days": days}


def was_sought(case: Case) -> bool:
    """Whether the follow-ups that stand here say so: enough attempts, long enough apart, nobody reached since (§7.10)."""
    rows = FollowUp.objects.filter(case=case, done_at__isnull=False, result__in=("reached", "not_reached"))
    tried: list[datetime] = []
    for row in rows.order_by("-done_at"):
        if row.result == "reached" or row.done_at is None:
            break
        tried.append(row.done_at)
    return bool(len(tried) >= settings.NO_CONTACT_ATTEMPTS and (tried[0] - tried[-1]).days >= settings.NO_CONTACT_DAYS)


def _ask_second(case: Case, made: Closure, by: User) -> Closure:
    seat = second_seat(case, by)
    if seat is None:
        raise Refused("closure.nobody", _("Nobody else can agree to this: there is no second person on a seat for it."))
    made.save(force_insert=True)
    dossiers.share_with_group(case.dossier, seat.group_id, VIEW)
    subject = clocks.Subject("case", case.pk, case.code)
    clocks.start(case.dossier, CLOCK, subject, case.urgency, case.unit, group=seat.group_id)
    note_event(case, "closure_asked", by=by)
    trail.record("case.closure_asked", dossier=case.dossier_id, subject=made.pk, reason=made.reason)
    others = [user for user in accounts.members(seat.group_id) if user != by]
    delivery.tell(others, "work.waiting", f"closure:{made.pk}")
    return made


def second_seat(case: Case, by: User) -> Seat | None:
    """The lowest seat over the case on which somebody else is there now (HS-20)."""
    seats = ladder.rungs(case.unit)
    return next((s for s in seats if any(user != by for user in accounts.members(s.group_id))), None)


def _decided(closure: Closure, verb: str, by: User) -> tuple[Case, Closure]:
    case = _whole(lock(closure.case, "read", by))
    found: Closure = Closure.objects.select_for_update(of=("self",)).get(pk=closure.pk)
    found.dossier = case.dossier
    CLOSURE.check(verb, found.status)
    if verb != "take_back" and found.asked_by_id == by.pk:
        raise Refused("closure.same_person", _("Another person must decide on this, not the one who asked for it."))
    policy.require(by, verb, found)
    clocks.stop(case.pk, CLOCK)
    return case, found


@transaction.atomic
def agree_closure(closure: Closure, *, by: User) -> Closure:
    """The second person has looked at it and agrees; what has come up meanwhile is asked again (HS-18, HS-20)."""
    case, found = _decided(closure, "agree", by)
    CASE.check("close", case.status)
    _require_settled(case)
    found.status, found.decided_by, found.decided_at = ClosureStatus.CLOSED, by, timezone.now()
    found.save(update_fields=["status", "decided_by", "decided_at"])
    _close(case, found, by)
    delivery.tell([found.asked_by], "work.waiting", f"closure:{found.pk}:closed")
    return found


@transaction.atomic
def return_closure(closure: Closure, answer: str, *, by: User) -> Closure:
    """The second person says what is missing; the case stays open."""
    case, found = _decided(closure, "return", by)
    if not answer.strip():
        raise Refused("closure.answer", _("Write what is missing, for the person who asked."), "answer")
    found.status, found.decided_by, found.decided_at = ClosureStatus.RETURNED, by, timezone.now()
    found.answer = answer.strip()
    found.clean_fields(exclude=["dossier", "case", "asked_by", "decided_by"])
    found.save(update_fields=["status", "decided_by", "decided_at", "answer"])
    note_event(case, "closure_returned", by=by)
    trail.record("case.closure_returned", dossier=case.dossier_id, subject=found.pk)
    delivery.tell([found.asked_by], "work.waiting", f"closure:{found.pk}:returned")
    return found


@transaction.atomic
def take_back_closure(closure: Closure, *, by: User) -> Closure:
    """Who asked no longer asks."""
    case, found = _decided(closure, "take_back", by)
    found.status = ClosureStatus.TAKEN_BACK
    found.save(update_fields=["status"])
    note_event(case, "closure_taken_back", by=by)
    trail.record("case.closure_taken_back", dossier=case.dossier_id, subject=found.pk)
    return found


def _close(case: Case, closure: Closure, by: User) -> None:
    """Clocks stop, the time of keeping counts from now, nobody has it on the list of what they follow up any more."""
    now = timezone.now()
    FollowUp.objects.filter(case=case, done_at=None).update(done_at=now, result="closed")
    clocks.stop(case.pk)
    note_event(case, "closed", by=by)
    kept = keep.of(case.dossier_id)
    if kept is not None:
        keep.touch(kept, now)
    case.status, case.closed_at, case.came_from, case.waits_for = CaseStatus.CLOSED, now, "", ""
    case.save(update_fields=["status", "closed_at", "came_from", "waits_for"])
    dossiers.regard(case.dossier, case.owner, "closed")
    trail.record("case.closed", dossier=case.dossier_id, subject=case.pk, closure=closure.pk, reason=closure.reason)
    closure.case = case
    closed.send(closure)


@transaction.atomic
def reopen(case: Case, words: str, *, by: User) -> Case:
    """The person comes back: it begins anew, its clocks too, and nothing that was agreed before covers it (scenario 15)."""
    locked = _whole(lock(case, "reopen", by))
    CASE.check("reopen", locked.status)
    if not words.strip():
        raise Refused("case.reopen_why", _("Write why it is opened again."), "words")
    if not any(seat.unit.organisation_id == locked.unit.organisation_id for seat in by.seats):
        raise Forbidden("actor.not_allowed", _("Your seat does not allow this."))
    locked.status, locked.closed_at, locked.reopened_at = CaseStatus.NEW, None, timezone.now()
    locked.accepted_at, locked.restricted_for = None, ""
    locked.save(update_fields=["status", "closed_at", "reopened_at", "accepted_at", "restricted_for"])
    consent.outdate(locked.person, by=by)
    dossiers.regard(locked.dossier, locked.owner, "owner")
    note_event(locked, "reopened", by=by, text=words.strip())
    subject = clocks.Subject("case", locked.pk, locked.code)
    clocks.start(locked.dossier, "owner", subject, locked.urgency, locked.unit, user=locked.owner)
    trail.record("case.reopened", dossier=locked.dossier_id, subject=locked.pk)
    delivery.tell([locked.owner], "work.waiting", f"case:{locked.pk}:reopened:{locked.reopened_at.timestamp():.0f}")
    return locked
