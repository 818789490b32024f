"""What comes of a representation: answer, promises, follow-up, reprisals, and what ends it (R-37; HS-12, HS-13; PS-17)."""

from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from consent.models import Decision, ExceptionalDisclosure
from consent.vocabulary import Purpose
from foundation.accounts import actions as accounts
from foundation.accounts.models import User
from foundation.audit import trail
from foundation.core import policy
from foundation.core.errors import Refused, WrongState
from foundation.dossiers import clerk, clocks
from foundation.dossiers.models import Clock, Dossier, Kind
from foundation.outbox import delivery
from referrals.actions.speaking import approving_group, lock, require_able, same_matter, start_clock, step
from referrals.models import Commitment, Representation
from referrals.naming import ground_of
from referrals.speech import CHOSEN_ENDS, EndReason, Kept, Response, SpeechStatus
from referrals.speech_states import OPEN, OUTSIDE, UNSENT

CLOCKS = ("represent_approve", "represent_send", "represent_follow_up", "represent_watch", "represent_promise")


@transaction.atomic
def received(speech: Representation, *, by: User) -> Representation:
    """The authority has it."""
    locked = _locked(speech, "received", by)
    return step(locked, "received", by=by)


def _locked(speech: Representation, verb: str, by: User) -> Representation:
    locked = lock(speech)
    policy.require(by, verb, locked)
    return locked


@transaction.atomic
def answered(speech: Representation, response: str, reply: str, *, by: User) -> Representation:
    """Write down what the authority answered; whoever was worse off for it stops everything at once."""
    locked = _locked(speech, "answered", by)
    if response not in Response.values:
        raise Refused("representation.response", _("Choose what the authority did."), "response")
    if not reply.strip():
        raise Refused("representation.reply", _("Write what was answered."), "reply")
    locked.response, locked.reply = response, reply
    step(locked, "answered", by=by, names=("response", "reply"))
    start_clock(locked, "represent_follow_up", user=locked.written_by)
    if response == Response.NEGATIVE:
        suspect(locked, reply, by=by)
    return locked


@transaction.atomic
def no_reply(speech: Representation, *, by: User) -> Representation:
    """A person says that no answer came, when the time for it is over (HS-24)."""
    locked = _locked(speech, "no_reply", by)
    if not clocks.is_running_late(locked.pk, "represent_follow_up"):
        raise WrongState("state.too_early", _("The authority still has time to answer."))
    step(locked, "no_reply", by=by)
    start_clock(locked, "represent_follow_up", user=locked.written_by)
    return locked


@transaction.atomic
def follow_up(speech: Representation, note: str, *, by: User) -> Representation:
    """What was done after the answer, or after there was none."""
    locked = _locked(speech, "follow_up", by)
    if not note.strip():
        raise Refused("representation.note", _("Write what came of it."), "note")
    step(locked, "follow_up", by=by, note=note)
    clocks.stop(locked.pk, "represent_follow_up")
    return locked


@transaction.atomic
def close(speech: Representation, note: str, *, by: User) -> Representation:
    """It is over. Promises that are open are settled first."""
    locked = _locked(speech, "close", by)
    if Commitment.objects.filter(representation=locked, kept=Kept.OPEN).exists():
        raise Refused(
            "representation.promises", _("Something was promised and is still open. Say first what became of it.")
        )
    step(locked, "close", by=by, note=note)
    clocks.stop(locked.pk, *(code for code in CLOCKS if code != "represent_watch"))
    return locked


@transaction.atomic
def end(speech: Representation, reason: str, note: str, *, by: User) -> Representation:
    """Give it up before it was raised, or after it was suspended."""
    locked = _locked(speech, "end", by)
    if reason not in CHOSEN_ENDS:
        raise Refused("representation.reason", _("Choose a reason."), "reason")
    step(locked, "end", by=by, note=note, reason=reason)
    clocks.stop(locked.pk)
    return locked


@transaction.atomic
def promise(speech: Representation, text: str, due_on: date, *, by: User) -> Commitment:
    """Something was promised, by a day."""
    locked = _locked(speech, "promise", by)
    if not text.strip():
        raise Refused("representation.promise", _("Write what was promised."), "text")
    made = Commitment(dossier=locked.dossier, representation=locked, text=text, due_on=due_on)
    made.clean_fields(exclude=["dossier", "representation"])
    made.save(force_insert=True)
    trail.record("representation.promised", dossier=locked.dossier_id, subject=locked.pk, due_on=due_on)
    _next_promise(locked)
    return made


@transaction.atomic
def settle_promise(commitment: Commitment, kept: str, *, by: User) -> Commitment:
    """What became of a promise."""
    locked = _locked(commitment.representation, "promise", by)
    if kept not in (Kept.KEPT, Kept.PARTLY, Kept.BROKEN):
        raise Refused("representation.kept", _("Say what became of it."), "kept")
    commitment.kept, commitment.settled_at = kept, timezone.now()
    commitment.save(update_fields=["kept", "settled_at"])
    trail.record("representation.promise_settled", dossier=locked.dossier_id, subject=locked.pk, kept=kept)
    _next_promise(locked)
    return commitment


def _next_promise(speech: Representation) -> None:
    clocks.stop(speech.pk, "represent_promise")
    first = Commitment.objects.filter(representation=speech, kept=Kept.OPEN).order_by("due_on").first()
    if first is not None:
        days = (first.due_on - timezone.localdate()).days
        start_clock(speech, "represent_promise", user=speech.written_by, days=days)


@transaction.atomic
def watched(speech: Representation, until: date | None, *, by: User) -> Representation:
    """No sign of reprisals: the watch ends, or goes on to a later day."""
    locked = _locked(speech, "watch", by)
    if until is not None and until <= timezone.localdate():
        raise Refused("representation.until", _("Choose a day that is still to come."), "until")
    locked.watch_until = until
    locked.save(update_fields=["watch_until"])
    clocks.stop(locked.pk, "represent_watch")
    if until is not None:
        days = (until - timezone.localdate()).days
        start_clock(locked, "represent_watch", user=locked.written_by, days=days)
    trail.record("representation.watched", dossier=locked.dossier_id, subject=locked.pk, until=until)
    return locked


@transaction.atomic
def suspect(speech: Representation, note: str, *, by: User) -> Representation:
    """Reprisals are suspected: everything to this authority about this matter stops, and the lead is told."""
    locked = _locked(speech, "suspect", by)
    if not note.strip():
        raise Refused("representation.note", _("Write what makes you suspect it."), "note")
    for other in same_matter(locked).filter(status__in=OPEN).order_by("pk"):
        _suspend(lock(other), EndReason.REPRISAL, note, by)
    group = approving_group(locked)
    delivery.tell(accounts.members(group), "work.waiting", f"representation:{locked.pk}:reprisal:{timezone.now():%s}")
    return lock(locked)


def _suspend(speech: Representation, reason: str, note: str, by: User) -> None:
    """It rests; the seat that approves decides what is done (a taken-back consent: whoever wrote it)."""
    step(speech, "suspend", by=by, note=note, reason=reason)
    clocks.stop(speech.pk, *CLOCKS)
    if reason == EndReason.REPRISAL:
        start_clock(speech, "represent_suspended", group=approving_group(speech))
    else:
        start_clock(speech, "represent_suspended", user=speech.written_by)


@transaction.atomic
def resume(speech: Representation, note: str, *, by: User) -> Representation:
    """Somebody else than who wrote it has looked at it: it goes on. What is to be said still needs its ground."""
    locked = _locked(speech, "resume", by)
    require_able(by, locked)
    if not note.strip():
        raise Refused("representation.note", _("Say why it may go on."), "note")
    if locked.case is not None and ground_of(locked) is None:
        raise Refused("consent.missing", _("The person has not agreed to this, or not any more."))
    step(locked, "resume", by=by, note=note)
    clocks.stop(locked.pk, "represent_suspended")
    if locked.status in OUTSIDE:
        start_clock(locked, "represent_follow_up", user=locked.written_by)
    elif locked.status == SpeechStatus.APPROVAL:
        start_clock(locked, "represent_approve", group=approving_group(locked))
    return locked


def withdraw(decision: Decision) -> None:
    """The person took the consent back: what was not said is not said; of what was said, somebody sees to it now (HS-12).

    Runs as the clerk, who opens none of it: none is missed, whoever the person took it back with.
    """
    if decision.purpose in (Purpose.RAISE_IDENTIFIED, Purpose.RAISE_UNIDENTIFIED):
        _end_all({"decision": decision.pk})


def narrow(taken: tuple[Decision, list[str]]) -> None:
    """The person took back a part: what tells of that part ends as if all were taken back."""
    decision, fields = taken
    if decision.purpose == Purpose.RAISE_IDENTIFIED:
        _end_all({"decision": decision.pk}, set(fields))


def renew(decisions: tuple[Decision, Decision]) -> None:
    """The person agreed anew: what is open rests on the newer word."""
    old, new = decisions
    if old.purpose in (Purpose.RAISE_IDENTIFIED, Purpose.RAISE_UNIDENTIFIED):
        with clerk.as_clerk():
            Representation.objects.filter(decision=old.pk, status__in=OPEN).update(decision=new.pk)


def end_exception(exception: ExceptionalDisclosure) -> None:
    """What was told without consent ends: so does what rests on it."""
    _end_all({"exception": exception.pk})


def _end_all(rests_on: dict[str, UUID], fields: set[str] | None = None) -> None:
    with clerk.as_clerk() as by:
        for row in Representation.objects.filter(status__in=OPEN, **rests_on).order_by("pk"):
            if fields is None or fields & set(row.fields):
                _end_one(lock(row), by)


def _end_one(speech: Representation, by: User) -> None:
    if speech.status in UNSENT:
        step(speech, "end", by=by, reason=EndReason.CONSENT)
        clocks.stop(speech.pk)
    else:
        _suspend(speech, EndReason.CONSENT, "", by)


def settle(dossier: Dossier) -> None:
    """A case was erased: nothing waits for anybody any more."""
    if dossier.kind == Kind.CASE:
        waiting = Clock.objects.running().filter(dossier=dossier, subject_kind="speech")
        for subject in set(waiting.values_list("subject_id", flat=True)):
            clocks.stop(subject)
