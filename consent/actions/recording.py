"""Recording a conversation and its decisions."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from consent.actions.hooks import narrowed, renewed, withdrawn
from consent.actions.withdrawing import hold, note
from consent.models import Consent, Decision, NoticeVersion, Person
from consent.vocabulary import Answer, Element, Purpose
from foundation.accounts.models import User
from foundation.audit import trail
from foundation.core.errors import Refused

ALWAYS_EXPLAINED = {Element.LIMITS, Element.VOLUNTARY}


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
) -> Consent:
    """Record a conversation and its decisions; each replaces the earlier one for the same purpose and recipient.

    ``how`` holds ``language``, ``mode``, ``interpreter``, ``is_private``, ``elements`` and ``asked_by_person``.
    HS-03: who explained records it, never for the past or the future, with the notice that was given.
    """
    hold(person.pk)
    now = timezone.now()
    held_at = at or now
    _check_conversation(asked, by, explained_by, how["elements"], held_at, now)
    consent = Consent(person=person, dossier_id=person.dossier_id, notice=notice, held_by=by, held_at=held_at, **how)
    consent.clean_fields(exclude=["dossier", "person", "notice", "held_by"])
    consent.save(force_insert=True)
    for line in asked:
        _decide(consent, person, line)
    trail.record(
        "consent.recorded",
        dossier=person.dossier_id,
        subject=consent.pk,
        answers={f"{a.purpose}:{a.recipient_id}": a.answer for a in asked},
        notice=notice.version,
    )
    return consent


def _check_conversation(
    asked: list[Asked], by: User, explained_by: User, elements: list[str], held_at: datetime, now: datetime
) -> None:
    if by != explained_by:
        raise Refused("consent.not_explained_by_recorder", _("Consent is recorded by the person who explained it."))
    if not now - timedelta(days=1) <= held_at <= now:
        raise Refused("consent.date", _("Consent is recorded when it is given, not for another time."))
    if not asked or any(a.purpose not in Purpose.values or a.answer not in Answer.values for a in asked):
        raise Refused("consent.blanket", _("Each purpose needs an answer of its own."))
    gives = any(a.answer == Answer.GRANTED for a in asked)
    if gives and not set(elements) >= ALWAYS_EXPLAINED:
        raise Refused(
            "consent.not_informed",
            _("First explain the limits of confidentiality, and that every part may be refused."),
            "elements",
        )


def _decide(consent: Consent, person: Person, line: Asked) -> Decision:
    same = Decision.objects.filter(person=person, purpose=line.purpose, recipient_id=line.recipient_id)
    _refuse_the_past(same, consent.held_at)
    replaced = list(same.filter(superseded_at=None, withdrawn_at=None).select_for_update())
    for old in replaced:
        old.superseded_at = consent.held_at
        old.save(update_fields=["superseded_at"])
    is_referral = line.purpose == Purpose.EXTERNAL_REFERRAL
    days = line.days or (settings.CONSENT_DAYS_REFERRAL if is_referral else settings.CONSENT_DAYS_DEFAULT)
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
        valid_until=consent.held_at + timedelta(days=days),
    )
    decision.clean_fields(exclude=["dossier", "consent", "person", "withdrawn_by"])
    decision.save(force_insert=True)
    for old in replaced:
        trail.record("consent.superseded", dossier=old.dossier_id, subject=old.pk, by=decision.pk)
        _pass_on(old, decision, consent.held_by)
    return decision


def _refuse_the_past(same: QuerySet[Decision], held_at: datetime) -> None:
    """What was said earlier cannot undo what the person said later, least of all a withdrawal (HS-03, HS-05)."""
    if same.filter(Q(valid_from__gt=held_at) | Q(withdrawn_at__gt=held_at)).exists():
        raise Refused("consent.date", _("Consent is recorded when it is given, not for another time."))


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
