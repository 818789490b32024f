"""Recording a conversation and its decisions."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from consent.actions.capacity import Voices, check_capacity, keep_basis
from consent.actions.hooks import narrowed, renewed, withdrawn
from consent.actions.withdrawing import hold, note
from consent.models import Consent, Decision, NoticeVersion, Person
from consent.rules import check_conversation, check_how, most_days
from consent.vocabulary import Answer, Interpreter, Obstacle
from foundation.accounts.models import User
from foundation.audit import trail
from foundation.core.errors import Refused


@dataclass(frozen=True)
class Asked:
    """One line of the conversation: what was asked and what the person answered."""

    purpose: str
    recipient_kind: str
    recipient_id: UUID
    answer: str
    fields: list[str] = field(default_factory=list)
    condition: str | None = None
    reason: str = ""
    days: int | None = None


@transaction.atomic
def record(
    person: Person,
    asked: list[Asked],
    *,
    by: User,
    explained_by: User,
    notice: NoticeVersion,
    how: dict[str, Any],
    at: datetime | None = None,
    voices: Voices | None = None,
) -> Consent:
    """Record a conversation and its decisions; each replaces the earlier one for the same purpose and recipient.

    ``how`` holds ``language``, ``mode``, ``interpreter``, ``is_private``, ``elements`` and ``asked_by_person``; it may hold
    the other facts of ``Consent``. HS-03: who explained records it, never for the past or the future, with the notice that
    was given. HS-04: who decides with a child, or for an adult who cannot, is said by ``voices``. Two who record at once do
    so one after the other.
    """
    hold(person.pk)
    now = timezone.now()
    held_at = at or now
    if by != explained_by:
        raise Refused(
            "consent.not_explained_by_recorder",
            _("Consent is recorded by the person who explained it."),
            "explained_by",
        )
    check_conversation(asked, how["elements"], held_at, now)
    check_how(how)
    checked = check_capacity(person, asked, voices)
    consent = _conversation(person, notice, how, by, held_at)
    keep_basis(consent, person, checked)
    for line in asked:
        _decide(consent, person, line)
    trail.record(
        "consent.recorded",
        dossier=person.dossier_id,
        subject=consent.pk,
        answers={f"{a.purpose}:{a.recipient_id}": a.answer for a in asked},
        notice=notice.version,
        channel=notice.channel,
        warnings=sorted(how.get("reasons") or {}),
    )
    return consent


@transaction.atomic
def record_obstacle(
    person: Person, obstacle: str, *, by: User, notice: NoticeVersion, language: str, mode: str
) -> Consent:
    """Keep that the person could not be asked, and why: that is no consent, and nothing may rest on it (§5.4)."""
    if obstacle not in Obstacle.values:
        raise Refused("consent.obstacle", _("Choose why the person could not be asked."), "obstacle")
    how = {"language": language, "mode": mode, "interpreter": Interpreter.NONE, "obstacle": obstacle}
    consent = _conversation(person, notice, how, by, timezone.now())
    trail.record("consent.not_obtained", dossier=person.dossier_id, subject=consent.pk, obstacle=obstacle)
    return consent


def _conversation(person: Person, notice: NoticeVersion, how: dict[str, Any], by: User, held_at: datetime) -> Consent:
    consent = Consent(person=person, dossier_id=person.dossier_id, notice=notice, held_by=by, held_at=held_at, **how)
    consent.clean_fields(exclude=["dossier", "person", "notice", "held_by"])
    consent.save(force_insert=True)
    return consent


def _decide(consent: Consent, person: Person, line: Asked) -> Decision:
    rows = Decision.objects.filter(person=person, purpose=line.purpose, recipient_id=line.recipient_id)
    same = list(rows.select_for_update(of=("self",)))  # first wait for whoever takes one back, then look
    _refuse_the_past(same, consent.held_at)
    replaced = [old for old in same if old.superseded_at is None and old.withdrawn_at is None]
    for old in replaced:
        old.superseded_at = consent.held_at
        old.save(update_fields=["superseded_at"])
    decision = _decision(consent, person, line)
    for old in replaced:
        trail.record("consent.superseded", dossier=old.dossier_id, subject=old.pk, by=decision.pk)
        _pass_on(old, decision, consent.held_by)
    return decision


def _decision(consent: Consent, person: Person, line: Asked) -> Decision:
    decision = Decision(
        consent=consent,
        person=person,
        dossier_id=person.dossier_id,
        purpose=line.purpose,
        recipient_kind=line.recipient_kind,
        recipient_id=line.recipient_id,
        fields=sorted(line.fields),
        answer=line.answer,
        condition=line.condition or None,
        reason=line.reason,
        valid_from=consent.held_at,
        valid_until=consent.held_at + timedelta(days=line.days or most_days(line.purpose)),
    )
    decision.clean_fields(exclude=["dossier", "consent", "person", "withdrawn_by"])
    decision.save(force_insert=True)
    return decision


def _refuse_the_past(same: list[Decision], held_at: datetime) -> None:
    """What was said earlier cannot undo what the person said later, least of all a withdrawal (HS-03, HS-05)."""
    if any(d.valid_from > held_at or (d.withdrawn_at and d.withdrawn_at > held_at) for d in same):
        raise Refused(
            "consent.date",
            _("The person has said something newer since. Consent is recorded when it is given, not for another time."),
            "held_at",
        )


def _pass_on(old: Decision, new: Decision, by: User) -> None:
    """What rests on the old answer rests on the new one as far as that goes, and ends where the person says no.

    Agreeing to less is taking back a part; not agreeing any more is taking back the whole (domain.md §5.4).
    """
    if old.answer != Answer.GRANTED:
        return None
    if new.answer != Answer.GRANTED:
        note(old, [], by=by)
        return withdrawn.send(old)
    taken = sorted(set(old.fields) - set(new.fields))
    if taken:
        note(old, taken, by=by)
        narrowed.send((old, taken))
    renewed.send((old, new))
    return None


def current(person: Person, purpose: str, recipient_id: UUID) -> Decision | None:
    """The decision that counts for a purpose and a recipient: the latest one, whatever its answer."""
    found: Decision | None = (
        Decision.objects.filter(person=person, purpose=purpose, recipient_id=recipient_id, superseded_at=None)
        .order_by("-valid_from")
        .first()
    )
    return found
