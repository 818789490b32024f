"""Consent that grows old or ends: the owner is reminded in time, and told when it has ended (W-07; domain.md §5.4).

What an expiry does needs no sweep: each read asks the decision itself, and one that is over allows nothing (HS-01).
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from cases.models import Case
from cases.policy import WORKERS
from cases.states import SHUT
from consent.models import Decision
from consent.standing import DecisionState, asked_again_by, of_decision, soonest
from consent.vocabulary import Answer
from foundation.accounts.models import Appointment, User
from foundation.core.acting import acting
from foundation.dossiers import clocks
from foundation.dossiers.models import Clock
from foundation.outbox import delivery

CLOCK = "consent"
OVER_FOR = timedelta(days=7)
"""So long the sweep still finds a consent that has ended; it tells about each of them once."""


def sweep() -> int:
    """Remind every owner of what needs asking again; returns how many cases. Each in their own name: nobody else may look."""
    held = Appointment.objects.in_force().filter(seat__role__in=WORKERS, user__is_active=True, user__is_machine=False)
    owners = User.objects.filter(pk__in=held.values("user")).order_by("pk")
    return sum(_of(owner) for owner in owners)


def _of(owner: User) -> int:
    with acting(owner.pk):
        return remind(by=owner)


@transaction.atomic
def remind(*, by: User) -> int:
    """Put the cases whose consent is old or ends on the work list of ``by``, take off those that were settled."""
    now = timezone.now()
    by_case = _worth_a_look(by, now)
    for decisions in by_case.values():
        _tell_what_ended(decisions, by, now)
    due = {pk: at for pk, rows in by_case.items() if (at := asked_again_by(rows, now)) is not None}
    running = set(Clock.objects.running().filter(user=by, code=CLOCK).values_list("subject_id", flat=True))
    for pk in running - set(due):
        clocks.stop(pk, CLOCK)
    for case in Case.objects.filter(pk__in=set(due) - running).select_related("dossier", "unit"):
        subject = clocks.Subject("case", case.pk, case.code)
        clocks.start(case.dossier, CLOCK, subject, "normal", case.unit, user=by, due=due[case.pk])
    return len(due)


def _worth_a_look(owner: User, now: datetime) -> dict[UUID, list[Decision]]:
    """By case of this owner: agreements that are old, end soon or ended lately."""
    cases = Case.objects.filter(owner=owner).exclude(status__in=SHUT)
    people = dict(cases.values_list("person_id", "pk"))
    oldest, latest = soonest(now)
    rows = Decision.objects.filter(
        Q(valid_until__lte=latest) | Q(valid_from__lte=oldest),
        person__in=people, answer=Answer.GRANTED, valid_until__gt=now - OVER_FOR, withdrawn_at=None, superseded_at=None,
    )  # fmt: skip
    found: dict[UUID, list[Decision]] = {}
    for row in rows.order_by("valid_until"):
        found.setdefault(people[row.person_id], []).append(row)
    return found


def _tell_what_ended(decisions: Iterable[Decision], owner: User, now: datetime) -> None:
    """Once for each; the slot makes every later sweep harmless."""
    for decision in decisions:
        if of_decision(decision, now) == DecisionState.EXPIRED:
            delivery.tell([owner], "consent.ended", f"consent-ended:{decision.pk}")
