"""Two people answer one referral in the same moment, a thousand times: one wins, the other is told (proof 15)."""

import threading
from collections import Counter
from queue import SimpleQueue
from typing import Any
from uuid import UUID

import pytest
from django.db import connections, transaction

from cases.models import Case
from foundation.accounts.models import User
from foundation.core.acting import acting
from foundation.core.errors import WrongState
from foundation.dossiers import clerk
from referrals import actions
from referrals.models import Disclosure, Referral, ReferralMove
from tests import factories
from tests.referrals.walking import SERVICE

N_ROUNDS = 500
PAIRS = (("accept", "accept"), ("accept", "decline"), ("decline", "decline"))
REPLIES = {"accept": actions.Reply(), "decline": actions.Reply(reason="no_capacity")}


class Answerer(threading.Thread):
    """A person with a connection of their own, who answers whatever they are handed, as soon as the other is ready."""

    def __init__(self, who: User, ready: threading.Barrier) -> None:
        super().__init__(daemon=True)
        self.who, self.ready = who, ready
        self.asked: SimpleQueue[tuple[UUID, str] | None] = SimpleQueue()
        self.said: SimpleQueue[str] = SimpleQueue()

    def run(self) -> None:
        """Until handed nothing."""
        try:
            while (job := self.asked.get()) is not None:
                self.said.put(self.answer(*job))
        finally:
            connections.close_all()

    def answer(self, pk: UUID, verb: str) -> str:
        """``won`` or the code of the refusal."""
        try:
            with acting(self.who.pk), transaction.atomic():
                seen = Referral.objects.get(pk=pk)
                self.ready.wait(20)
                actions.act_as_recipient(seen, verb, REPLIES[verb], by=self.who)
        except WrongState as refusal:
            return refusal.code
        return "won"


def offered(house: factories.House, case: Case) -> UUID:
    """Another referral, agreed, approved and sent."""
    return factories.sent(house, case, house.services[SERVICE]).pk


@pytest.mark.slow
@pytest.mark.proof("race")
@pytest.mark.parametrize("half", ["first", "second"])  # side by side on two cores
@pytest.mark.django_db(transaction=True)
def test_two_people_answer_a_referral_a_thousand_times_and_one_wins_each_time(half: str, figure: Any):
    with transaction.atomic():
        house = factories.house()
        case = factories.case(house)
    ready = threading.Barrier(2)
    both = [Answerer(who, ready) for who in (house.people["partner_worker"], house.machine("Quayside Legal Clinic"))]
    for one in both:
        one.start()
    said: Counter[tuple[str, ...]] = Counter()
    for number in range(N_ROUNDS):
        with transaction.atomic():
            pk = offered(house, case)
        for one, verb in zip(both, PAIRS[number % len(PAIRS)], strict=True):
            one.asked.put((pk, verb))
        answers = [one.said.get(timeout=30) for one in both]
        said[tuple(sorted(answers))] += 1
        assert_told_once(pk)
    for one in both:
        one.asked.put(None)
    assert said == {("state.not_from_here", "won"): N_ROUNDS}
    figure(
        f"{half} half: {N_ROUNDS:,} referrals answered by two at once: {N_ROUNDS:,} winners, {N_ROUNDS:,} refusals, 0 doubled"
    )


def assert_told_once(pk: UUID) -> None:
    """One move, and a release of each tier only if it was accepted."""
    with clerk.as_clerk():
        moves = list(
            ReferralMove.objects.filter(referral=pk, verb__in=["accept", "decline"]).values_list("verb", flat=True)
        )
        tiers = list(Disclosure.objects.filter(referral=pk).values_list("tier", flat=True))
    assert len(moves) == 1
    assert sorted(tiers) == ([0, 1, 2] if moves == ["accept"] else [0])
