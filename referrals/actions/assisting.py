"""Assistance by our own services: a need that arises from the concern is planned, given, and the person says what came of it.

Nothing here asks for consent: help is never a price for it. What is written down stays in the case (R-42, R-55).
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.actions.case import note_event, start_response
from cases.models import Case
from cases.readying import require_element
from cases.states import CASE
from cases.vocabulary import Urgency
from foundation.accounts.models import User
from foundation.audit import trail
from foundation.core import policy
from foundation.core.errors import Refused
from foundation.core.states import Move
from foundation.dossiers import clocks
from foundation.dossiers.models import Clock
from foundation.readiness.elements import Element
from referrals.assistance_terms import ASSISTANCE, OWN_CODES, AssistanceStatus, NeedOutcome, WhyNot
from referrals.models import Assistance

GIVE, ASK = "assist", "assist_outcome"
"""Clocks: from the plan until it is given, from there until the person was asked."""


@dataclass(frozen=True)
class Need:
    """What is needed, of which kind, during which service, and who gives it. ``previous`` was not enough."""

    service_type: str
    within: str
    need: str
    giver: User
    previous: Assistance | None = None


def _case(case: Case, by: User) -> Case:
    locked: Case = Case.objects.select_for_update(of=("self",)).select_related("dossier", "unit").get(pk=case.pk)
    policy.require(by, "assist", locked)
    return locked


def _subject(row: Assistance, case: Case) -> clocks.Subject:
    return clocks.Subject("assistance", row.pk, case.code)


@transaction.atomic
def plan_assistance(case: Case, need: Need, *, by: User) -> Assistance:
    """Plan what one of our services gives because of the concern of this case; somebody has it to do from now on."""
    locked = _case(case, by)
    if locked.urgency != Urgency.EMERGENCY:  # HS-09: the emergency door is never shut
        require_element(locked, Element.ASSIST)
    if need.service_type not in OWN_CODES:
        raise Refused("assistance.not_ours", _("Our services do not give this. Refer to a partner."), "service_type")
    if not need.need.strip():
        raise Refused("assistance.need", _("Write in a few words what the person needs."), "need")
    row = Assistance(
        dossier=locked.dossier, case=locked, concern_id=locked.concern_id, service_type=need.service_type,
        within=need.within, need=need.need, giver=need.giver, planned_by=by, previous=need.previous,
    )  # fmt: skip
    row.clean_fields(exclude=["dossier", "case", "concern", "giver", "planned_by", "previous"])
    row.save(force_insert=True)
    if locked.status in CASE.moves["respond"].sources:
        start_response(locked, by=by)
    clocks.start(locked.dossier, GIVE, _subject(row, locked), locked.urgency, locked.unit, user=need.giver)
    note_event(locked, "assistance_planned", by=by)
    trail.record("assistance.planned", dossier=locked.dossier_id, subject=row.pk, service_type=need.service_type)
    return row


def _locked(row: Assistance, verb: str, by: User) -> tuple[Assistance, Case, Move]:
    case = _case(row.case, by)
    locked: Assistance = Assistance.objects.select_for_update(of=("self",)).get(pk=row.pk)
    locked.dossier = case.dossier
    return locked, case, ASSISTANCE.check(verb, locked.status)


def _saved(row: Assistance, *fields: str) -> Assistance:
    row.clean_fields(exclude=["dossier", "case", "concern", "giver", "planned_by", "given_by", "previous", "need"])
    row.save(update_fields=["status", *fields])
    return row


@transaction.atomic
def give_assistance(row: Assistance, given_at: datetime, words: str, *, by: User) -> Assistance:
    """It was given, then, by this person; ``words`` say what and how much. Next the person is asked what came of it."""
    locked, case, move = _locked(row, "give", by)
    if given_at > timezone.now():
        raise Refused("assistance.future", _("This is still to come."), "given_at")
    locked.status, locked.given_at, locked.given_by = str(move.target), given_at, by
    locked.given_words = words or None
    clocks.stop(locked.pk, GIVE)
    clocks.start(case.dossier, ASK, _subject(locked, case), case.urgency, case.unit, user=locked.giver)
    note_event(case, "assistance_given", by=by)
    trail.record("assistance.given", dossier=case.dossier_id, subject=locked.pk)
    return _saved(locked, "given_at", "given_by", "given_words")


@transaction.atomic
def answer_assistance(row: Assistance, outcome: str, said: str, *, by: User) -> Assistance:
    """What came of it, in the person's word; that nobody could be asked is an answer too, and says so."""
    locked, case, move = _locked(row, "answer", by)
    if outcome not in NeedOutcome.values:
        raise Refused("assistance.outcome", _("Choose what came of it."), "outcome")
    locked.status, locked.outcome, locked.said = str(move.target), outcome, said or None
    locked.ended_at = timezone.now()
    clocks.stop(locked.pk, ASK)
    note_event(case, "assistance_answered", by=by)
    trail.record("assistance.answered", dossier=case.dossier_id, subject=locked.pk, outcome=outcome)
    return _saved(locked, "outcome", "said", "ended_at")


@transaction.atomic
def not_give_assistance(row: Assistance, why_not: str, *, by: User) -> Assistance:
    """It is not given by us, for a reason of the closed list: the need has an answer."""
    locked, case, move = _locked(row, "not_give", by)
    if why_not not in WhyNot.values:
        raise Refused("assistance.why_not", _("Choose why it is not given."), "why_not")
    locked.status, locked.why_not, locked.ended_at = str(move.target), why_not, timezone.now()
    clocks.stop(locked.pk, GIVE)
    note_event(case, "assistance_not_given", by=by)
    trail.record("assistance.not_given", dossier=case.dossier_id, subject=locked.pk, reason=why_not)
    return _saved(locked, "why_not", "ended_at")


def follow_needs(moved: tuple[Case, User]) -> None:
    """The case has another owner: what the former one had to give is the new one's to do."""
    case, former = moved
    rows = Assistance.objects.filter(
        case=case, giver=former, status__in=(AssistanceStatus.PLANNED, AssistanceStatus.GIVEN)
    )
    for row in rows:
        for clock in Clock.objects.running().filter(subject_id=row.pk, user=former):
            clocks.hand_over(clock, user=case.owner)
    rows.update(giver=case.owner)
