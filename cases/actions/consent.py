"""Consent of the person a case is about: recording a conversation, taking a decision back."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.actions.case import note_event
from cases.models import Case
from consent import actions as consent
from consent.actions import Asked
from consent.models import Consent, Decision, NoticeVersion
from consent.vocabulary import Answer
from foundation.accounts.models import User
from foundation.core import policy
from foundation.core.errors import Refused

PRESSURE = timedelta(hours=24)


@transaction.atomic
def record_consent(
    case: Case, asked: list[Asked], *, by: User, notice: NoticeVersion, how: dict[str, Any], again_reason: str = ""
) -> Consent:
    """Record a conversation with the person of this case.

    W-24: staff who ask again within 24 hours after a refusal say that the person came back to it, or why they ask.
    """
    consent.hold(case.person_id)
    locked: Case = Case.objects.select_for_update(of=("self",)).select_related("dossier", "person").get(pk=case.pk)
    policy.require(by, "record_consent", locked)
    if is_asked_again(locked, asked):
        if not (how["asked_by_person"] or again_reason.strip()):
            raise Refused(
                "consent.asked_again",
                _("The person refused this less than 24 hours ago. Say who came back to it, or why you ask."),
                "asked_by_person",
            )
        note_event(locked, "asked_again", by=by, text=again_reason.strip() or None)
    return consent.record(locked.person, asked, by=by, explained_by=by, notice=notice, how=how)


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
