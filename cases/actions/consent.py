"""Consent of the person a case is about: recording a conversation, taking a decision back."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, F, Max, Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.actions.case import note_event
from cases.models import Case
from consent import actions as consent
from consent.actions import Asked
from consent.actions.capacity import Voices
from consent.models import Consent, Decision, NoticeVersion
from consent.vocabulary import Answer, Mode
from foundation.accounts.models import User
from foundation.audit import trail
from foundation.core import policy
from foundation.core.errors import Refused, WrongState
from foundation.dossiers import clocks

PRESSURE = timedelta(hours=24)


@dataclass(frozen=True)
class Held:
    """A conversation as it is handed in: the notice, how it was held, when, who explained, what had been decided before.

    ``seen`` is ``standing`` as the page showed it; empty asks for no comparison.
    """

    notice: NoticeVersion
    how: dict[str, Any]
    at: datetime | None = None
    is_own: bool = True
    again_reason: str = ""
    seen: str = ""
    voices: Voices | None = None


@transaction.atomic
def record_consent(case: Case, asked: list[Asked], *, by: User, held: Held) -> Consent:
    """Record a conversation with the person of this case.

    Of two workers who decide at once the later one is told, and sees first what the other recorded. W-24: staff who ask
    again within 24 hours after a refusal say that the person came back to it, or why they ask.
    """
    consent.hold(case.person_id)
    fresh: Case = Case.objects.select_related("dossier", "person").get(pk=case.pk)
    policy.require(by, "record_consent", fresh)
    if held.seen and held.seen != standing(fresh.person_id):
        raise WrongState(
            "consent.changed_elsewhere",
            _(
                "Somebody recorded a decision of the person in the meantime. Look at it, then record again what still holds."
            ),
        )
    if is_asked_again(fresh, asked):
        _explain_pressure(fresh, held, by)
    if not held.is_own:
        raise Refused(
            "consent.not_explained_by_recorder",
            _("Consent is recorded by the person who explained it. Ask your colleague to record it."),
            "explained_by",
        )
    clocks.stop(fresh.pk, "consent")
    return consent.record(
        fresh.person, asked, by=by, explained_by=by, notice=held.notice, how=held.how, at=held.at, voices=held.voices
    )


def _explain_pressure(case: Case, held: Held, by: User) -> None:
    reason = held.again_reason.strip()
    if not (held.how["asked_by_person"] or reason):
        raise Refused(
            "consent.asked_again",
            _("The person refused this less than 24 hours ago. Say who came back to it, or why you ask."),
            "asked_by_person",
        )
    note_event(case, "asked_again", by=by, text=reason or None)


def standing(person: UUID) -> str:
    """What was decided up to now, as a word to compare: it changes with every answer and every withdrawal."""
    found = Decision.objects.filter(person=person).aggregate(
        n=Count("pk", distinct=True),
        given=Max("valid_from"),
        ended=Max("withdrawals__made_at"),
        stood=Max("suspended_at"),
    )
    return "|".join(str(found[name] or "") for name in ("n", "given", "ended", "stood"))


@transaction.atomic
def record_obstacle(case: Case, obstacle: str, *, by: User) -> Consent:
    """Keep that the person could not be asked, and why."""
    policy.require(by, "record_consent", case)
    language = case.concern.language
    notice = NoticeVersion.current(language)
    made = consent.record_obstacle(
        case.person, obstacle, by=by, notice=notice, language=language, mode=Mode.SPOKEN_ALONE
    )
    note_event(case, "not_asked", by=by)
    return made


@transaction.atomic
def note_copy(case: Case, given: Consent, *, by: User) -> None:
    """A copy for the person is being printed: that it was stands in the trail, with what they had said about it."""
    policy.require(by, "record_consent", case)
    trail.record("consent.copied", dossier=case.dossier_id, subject=given.pk, offered=given.copy or "not_offered")


def is_asked_again(case: Case, asked: list[Asked]) -> bool:
    """Whether one of these agreements follows a refusal or a withdrawal within 24 hours."""
    since = timezone.now() - PRESSURE
    said_no = Q(answer=Answer.REFUSED) | Q(withdrawn_at__isnull=False)
    rows = Decision.objects.filter(said_no, person=case.person_id).annotate(
        at=Coalesce("withdrawn_at", F("valid_from"))
    )
    recent = set(rows.filter(at__gt=since, superseded_at=None).values_list("purpose", "recipient_id"))
    agreed = Decision.objects.active().filter(person=case.person_id).values_list("purpose", "recipient_id")
    recent -= set(agreed)
    return any((a.purpose, a.recipient_id) in recent for a in asked if a.answer == Answer.GRANTED)


@transaction.atomic
def withdraw_consent(case: Case, decision: Decision, *, by: User) -> Decision:
    """The person takes a decision back; whatever the state of what rests on it (HS-05, HS-06)."""
    policy.require(by, "withdraw_consent", case)
    return consent.withdraw(decision, by=by)


@transaction.atomic
def narrow_consent(case: Case, decision: Decision, fields: list[str], *, by: User) -> Decision:
    """The person takes back some of what they agreed to; the rest goes on."""
    policy.require(by, "withdraw_consent", case)
    return consent.narrow(decision, fields, by=by)


@transaction.atomic
def take_everything_back(case: Case, *, by: User) -> list[Decision]:
    """The person takes back every agreement; the case rests until somebody has decided what may stay."""
    policy.require(by, "withdraw_consent", case)
    return consent.take_everything_back(case.person, by=by)
