"""Generated walks through the life-cycle of a referral, by everybody in any order and at once (proof 4; HS-01)."""

import threading
from collections import Counter
from contextlib import suppress
from itertools import pairwise
from typing import Any

import pytest
from django.db import connections, transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from cases.models import Case
from consent import actions as consent
from consent.covering import covers
from consent.models import Decision
from consent.vocabulary import Purpose
from foundation.core.acting import acting
from foundation.core.errors import DomainError, Gone, WrongState
from foundation.dossiers import clerk
from foundation.dossiers.models import Clock
from referrals.api.representation import TIERS, whole
from referrals.models import Disclosure, Referral, ReferralMove
from referrals.states import LIFE, RETURNS, SERVING, TERMINAL
from referrals.vocabulary import Status
from tests import factories
from tests.referrals.test_grounds import SPOILED
from tests.referrals.walking import SERVICE, step, walked

pytestmark = pytest.mark.proof("life-cycle")

LEGAL = LIFE.pairs(RETURNS)
VERBS = [verb for verb in LIFE.moves if verb != "withdraw"]
STATES = sorted(Status.values)


class Walk(RuleBasedStateMachine):
    """Random verbs of all sides, withdrawals, expiries and new conversations, in any order."""

    house: factories.House
    case: Case
    read: set[str]
    done: "Counter[str]"

    @initialize(state=st.sampled_from([Status.SENT, Status.ACCEPTED, *STATES]))
    def begin(self, state):
        self.point = self.mark()
        with transaction.atomic():
            self.pk = walked(self.house, self.case, state).pk
        self.machine = self.house.machine("Quayside Legal Clinic")

    def mark(self) -> Any:
        """Where to return to when the walk is over."""
        return transaction.savepoint()

    def teardown(self):
        if hasattr(self, "point"):
            transaction.savepoint_rollback(self.point)

    @rule(verb=st.sampled_from(VERBS))
    def take(self, verb):
        self.done["tried"] += 1
        with suppress(DomainError, Referral.DoesNotExist), transaction.atomic():
            step(self.house, self.pk, verb)
            self.done["moved"] += 1

    @rule(data=st.data())
    def go_on(self, data):
        """A step that the table allows from here: most walks then go far."""
        self.take(data.draw(st.sampled_from(self.allowed() or VERBS)))

    def allowed(self) -> list[str]:
        """The verbs that lead on from where the referral is."""
        with clerk.as_clerk():
            status = Referral.objects.get(pk=self.pk).status
        return [verb for verb in VERBS if status in LIFE.moves[verb].sources]

    @rule(end=st.sampled_from(["withdraw", "expired", "for less"]), chance=st.integers(0, 3))
    def end(self, end, chance):
        worker = self.house.people["caseworker"]
        if chance:
            return
        with acting(worker.pk), transaction.atomic():
            decision = Referral.objects.get(pk=self.pk).decision
            if end == "withdraw":
                with suppress(WrongState), transaction.atomic():
                    consent.withdraw(decision, by=worker)
            else:
                Decision.objects.filter(pk=decision.pk).update(**SPOILED[end])

    @rule(fields=st.sampled_from([None, ["alias", "urgency"]]), answer=st.sampled_from(["granted", "refused"]))
    def ask_again(self, fields, answer):
        service = self.house.services[SERVICE]
        wanted = service.offered_fields if fields is None else fields
        with transaction.atomic():
            factories.decide(self.house, self.case, Purpose.EXTERNAL_REFERRAL, service.pk, answer, fields=wanted)

    @invariant()
    def nothing_is_read_without_a_covering_decision_at_this_instant(self):
        if not hasattr(self, "pk"):
            return
        with acting(self.machine.pk), transaction.atomic():
            seen = Referral.objects.filter(pk=self.pk).first()
            if seen is None:
                return
            try:
                shown = whole(seen, self.machine)
            except Gone:
                return
            told = {code for name in TIERS.values() for code in (shown[name] or {})}
            released = {f for d in Disclosure.objects.filter(referral=seen) for f in d.fields}
        with acting(self.house.people["caseworker"].pk), transaction.atomic():
            ground = covers(self.case.person_id, Purpose.EXTERNAL_REFERRAL, seen.service_id, told)
            assert not told or (ground is not None and ground.id == seen.decision_id)
        assert told <= released, "each release is a Disclosure row"
        self.read |= {seen.status} if told else set()

    @invariant()
    def who_must_act_can(self):
        if not hasattr(self, "pk"):
            return
        with clerk.as_clerk():
            seen = Referral.objects.get(pk=self.pk)
            if seen.status not in TERMINAL:
                assert LIFE.verbs(seen.status, seen.needs_action_by)
                assert Clock.objects.running().filter(subject_id=self.pk).exists()
            elif seen.recalled_at and not seen.confirmation:
                assert Clock.objects.running().filter(subject_id=self.pk, code="withdrawal_confirm").exists()


class Frozen(Walk):
    """The same, with objections that freeze what was agreed, and let it go on."""

    @rule(is_frozen=st.booleans())
    def freeze(self, is_frozen):
        """An objection freezes what was agreed, or is decided and lets it go on."""
        with acting(self.house.people["caseworker"].pk), transaction.atomic():
            moment = timezone.now() if is_frozen else None
            Decision.objects.filter(person=self.case.person_id).update(suspended_at=moment)


def walk(kind: type[Walk], house: factories.House, case: Case, n_walks: int, n_steps: int) -> Any:
    """Run generated walks; returns what they did and saw."""
    machine: Any = type("OneWalk", (kind,), {"house": house, "case": case, "read": set(), "done": Counter()})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=n_walks, stateful_step_count=n_steps, derandomize=True, deadline=None,
            suppress_health_check=list(HealthCheck), database=None,
        ),
    )  # fmt: skip
    return machine


@pytest.fixture
def case(house):
    return factories.case(house)


def test_no_walk_reads_without_a_decision_or_ends_in_a_dead_end(house, case, figure):
    machine = walk(Frozen, house, case, 20, 8)
    assert machine.read >= {Status.SENT, Status.ACCEPTED}, "the positive control: the walks do read"
    done = machine.done
    figure(f"one after the other: {done['tried']} steps tried, {done['moved']} taken, no read without a decision")


class Crowd(Walk):
    """The same, with two people on connections of their own who act in the same moment."""

    def mark(self) -> Any:
        """Nothing is undone: what is at work at once must be committed."""
        return None

    def teardown(self):
        """Stays."""

    @rule(one=st.sampled_from(VERBS), other=st.sampled_from([*VERBS, "withdraw"]))
    def at_once(self, one, other):
        ready = threading.Barrier(2)
        moved: list[str] = []
        threads = [threading.Thread(target=self.act, args=(verb, ready, moved)) for verb in (one, other)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.done["pairs"] += 1
        self.done["both moved"] += len(moved) == 2

    @rule(data=st.data())
    def allowed_at_once(self, data):
        """Two steps that both could be taken from here: at most one finds the referral where it was."""
        allowed = st.sampled_from(self.allowed() or VERBS)
        self.at_once(data.draw(allowed), data.draw(allowed))

    def act(self, verb: str, ready: threading.Barrier, moved: list[str]) -> None:
        """One verb, in a thread; ``moved`` says that it was carried out."""
        try:
            ready.wait(20)
            with suppress(DomainError, Referral.DoesNotExist), transaction.atomic():
                self.withdraw() if verb == "withdraw" else step(self.house, self.pk, verb)
                moved.append(verb)
        finally:
            connections.close_all()

    def withdraw(self) -> None:
        """The person takes the decision back."""
        worker = self.house.people["caseworker"]
        with acting(worker.pk), transaction.atomic():
            decision = Referral.objects.get(pk=self.pk).decision
            if decision is not None:
                consent.withdraw(decision, by=worker)

    @invariant()
    def the_moves_are_one_chain_along_the_table(self):
        if not hasattr(self, "pk"):
            return
        with clerk.as_clerk():
            seen = Referral.objects.get(pk=self.pk)
            moves = list(ReferralMove.objects.filter(referral=self.pk).order_by("at"))
        pairs = [(move.from_status, move.to_status) for move in moves]
        assert set(pairs) <= LEGAL
        assert all(one[1] == following[0] for one, following in pairwise(pairs)), pairs
        assert seen.status == (pairs[-1][1] if pairs else Status.DRAFT)
        assert all(move.lasted.total_seconds() >= 0 for move in moves)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_no_walk_of_two_at_once_breaks_the_chain_or_reads_without_a_decision(figure):
    with transaction.atomic():
        house = factories.house()
        case = factories.case(house)
    machine = walk(Crowd, house, case, 30, 10)
    done = machine.done
    assert machine.read & SERVING, "the positive control: the walks do read what was accepted"
    assert done["pairs"] > 50
    figure(f"two at once: {done['pairs']} pairs of verbs ({done['both moved']} times both moved, one after the other)")
