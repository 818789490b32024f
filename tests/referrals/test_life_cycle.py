"""The life-cycle of a referral: the table holds in Python and in PostgreSQL, and nothing is read without a decision."""

import re
from itertools import pairwise

import pytest
from django.db import DatabaseError, connections, transaction
from django.utils import timezone

from foundation.core.acting import acting
from foundation.core.errors import Forbidden, WrongState
from foundation.core.limits import SLA_DEFAULTS
from foundation.dossiers import clerk
from foundation.dossiers.models import Clock, DossierKey
from referrals import actions
from referrals.api.representation import available_actions
from referrals.attempting import ENOUGH
from referrals.models import Disclosure, Referral, ReferralMove
from referrals.states import LIFE, NEEDS, NOBODY, PARTNER, RETURNS, SYSTEM, TERMINAL, WITH_PARTNER, diagram, tiers_open
from referrals.vocabulary import Status
from tests import factories
from tests.referrals.walking import APPROVERS, PATHS, REFERRERS, actor_of, step, walked

LEGAL = LIFE.pairs(RETURNS)
VERBS = [verb for verb in LIFE.moves if verb != "withdraw"]
STATES = sorted(Status.values)


@pytest.fixture
def case(house):
    return factories.case(house)


# --- the table itself


def test_every_state_is_reached_and_walked():
    assert set(PATHS) == set(STATES)
    reached = {Status.DRAFT} | {target for _source, target in LEGAL}
    assert reached == set(STATES)


def test_no_state_is_a_dead_end():
    """Laws of the loop 1: silence is never an end state. Who must act has a verb and a clock."""
    for state in STATES:
        need = NEEDS[state]
        if state in TERMINAL:
            assert not [verb for verb in VERBS if state in LIFE.moves[verb].sources]
            continue
        assert LIFE.verbs(state, need.side), f"{state}: {need.side} must act and cannot"
        assert need.clocks, f"{state}: nothing runs out"
        assert need.side != NOBODY


def test_every_clock_has_a_limit_for_every_urgency():
    codes = {code for need in NEEDS.values() for code, _side in need.clocks}
    assert codes | {"withdrawal_confirm", "withdrawal_phone"} <= set(SLA_DEFAULTS)


def test_an_end_that_needs_somebody_says_until_when():
    for state in TERMINAL:
        assert bool(NEEDS[state].clocks) == (NEEDS[state].side != NOBODY)


def test_every_open_state_can_be_withdrawn_by_the_system_alone():
    withdraw = LIFE.moves["withdraw"]
    assert withdraw.sources == set(STATES) - TERMINAL
    assert withdraw.sides == {SYSTEM}


def test_the_recipient_is_shown_nothing_before_sending_and_after_the_end():
    for urgency in ("emergency", "urgent", "normal"):
        for state in STATES:
            limit = tiers_open(state, urgency)
            assert (limit >= 0) == (state in WITH_PARTNER)
            assert limit <= 2, "T3 waits for its own request"
    assert tiers_open(Status.SENT, "normal") == tiers_open(Status.SENT, "urgent") == 0
    assert tiers_open(Status.SENT, "emergency") == 1


def test_the_drawn_diagram_shows_every_move():
    drawn = set(re.findall(r"(\w+) --> (\w+):", diagram()))
    assert drawn == LEGAL
    assert {line.split()[0] for line in diagram().splitlines() if line.endswith("[*]")} == set(TERMINAL)


# --- every verb from every state, and every pair of states in the database


@pytest.mark.parametrize("state", STATES)
def test_every_verb_moves_by_the_table_or_is_refused(house, case, state):
    referral = walked(house, case, state)
    with clerk.as_clerk():
        before = Referral.objects.get(pk=referral.pk)
        moves = ReferralMove.objects.filter(referral=referral).count()
    for verb in VERBS:
        row = LIFE.moves[verb]
        point = transaction.savepoint()
        if state in row.sources:
            after = step(house, referral.pk, verb)
            assert after.status == (row.target or before.came_from), (state, verb)
            n_tries = ENOUGH - before.tries if verb == "unable_to_reach" else 0
            assert after.version == before.version + n_tries + 1
        else:
            with pytest.raises((WrongState, Forbidden, Referral.DoesNotExist)) as refused, transaction.atomic():
                step(house, referral.pk, verb)
            if refused.type is not WrongState:
                assert before.sent_at is None, (state, verb, "only what was never sent is hidden from the recipient")
            with clerk.as_clerk():
                assert Referral.objects.get(pk=referral.pk).version == before.version
                assert ReferralMove.objects.filter(referral=referral).count() == moves
        transaction.savepoint_rollback(point)


@pytest.mark.parametrize("state", STATES)
def test_the_database_refuses_every_other_move_from_anywhere(house, case, state):
    """``pgtrigger.FSM``: a shell, a migration, a forgotten guard cannot do it either."""
    referral = walked(house, case, state)
    with acting(house.people["focal_point"].pk):
        for target in set(STATES) - {state}:
            n, moved = 1, True
            try:
                with transaction.atomic():
                    n = Referral.objects.filter(pk=referral.pk).update(status=target, tries=3)
                    transaction.set_rollback(True)
            except DatabaseError:
                moved = False
            assert moved == ((state, target) in LEGAL), (state, target)
            assert n == 1


@pytest.mark.parametrize("state", STATES)
def test_the_clocks_and_the_next_to_act_follow_the_state(house, case, state):
    referral = walked(house, case, state)
    with clerk.as_clerk():
        running = Clock.objects.running().filter(subject_id=referral.pk)
        assert set(running.values_list("code", flat=True)) == {code for code, _side in NEEDS[state].clocks}
        assert Referral.objects.get(pk=referral.pk).needs_action_by == NEEDS[state].side
        for clock in running:
            assert clock.due_at > timezone.now()


@pytest.mark.parametrize("state", STATES)
def test_access_shrinks_by_itself(house, case, state):
    """Laws of the loop 4: after decline, end, cancel or expiry the recipient follows without the key."""
    referral = walked(house, case, state)
    machine = house.machine("Quayside Legal Clinic")
    with acting(machine.pk):
        seen = Referral.objects.filter(pk=referral.pk).first()
        assert (seen is not None) == (referral.sent_at is not None)
        assert DossierKey.objects.filter(dossier=referral.dossier_id).exists() == (state in WITH_PARTNER)
        if seen is not None:
            assert seen.is_open == (state in WITH_PARTNER)


def test_a_move_is_kept_with_actor_times_and_how_long_the_state_lasted(house, case):
    referral = walked(house, case, Status.INFO_REQUESTED)
    step(house, referral.pk, "answer")
    with clerk.as_clerk():
        moves = list(ReferralMove.objects.filter(referral=referral).order_by("at"))
    assert [move.verb for move in moves] == ["submit", "send", "ask", "answer"]
    assert moves[-1].to_status == Status.SENT, "back to where the question came from"
    for one, following in pairwise(moves):
        assert one.to_status == following.from_status
        assert following.lasted == following.at - one.at
    assert moves[1].actor == house.people["focal_point"]
    assert [move.side for move in moves] == ["referrer", "approver", "partner", "referrer"]


@pytest.mark.parametrize("first", ["acknowledge", None])
def test_an_answer_leads_back_to_where_the_question_was_asked(house, case, first):
    referral = walked(house, case, Status.SENT)
    if first:
        step(house, referral.pk, first)
    step(house, referral.pk, "ask")
    assert step(house, referral.pk, "answer").status == (Status.ACKNOWLEDGED if first else Status.SENT)


@pytest.mark.parametrize("verb", sorted(APPROVERS | REFERRERS | {"verify", "revise"}))
def test_the_recipient_takes_no_step_of_the_referring_side(house, case, verb):
    referral = walked(house, case, Status.SENT)
    machine = house.machine("Quayside Legal Clinic")
    with acting(machine.pk):
        seen = Referral.objects.get(pk=referral.pk)
        more = {"answer": ("x",), "advise": ("x",), "cancel": ("person_moved",), "verify": ("x",),
                "revise": (actions.Offer("x"),)}.get(verb, ())  # fmt: skip
        with pytest.raises((Forbidden, WrongState)), transaction.atomic():
            getattr(actions, verb)(seen, *more, by=machine)
    with acting(machine.pk), pytest.raises(WrongState):
        actions.act_as_recipient(seen, verb, actions.Reply(), by=machine) if verb in LIFE.moves else _wrong()


def _wrong():
    raise WrongState("x", "x")


@pytest.mark.parametrize("verb", ["acknowledge", "accept", "decline"])
@pytest.mark.parametrize("seat", ["caseworker", "focal_point"])
def test_the_referring_side_takes_no_step_of_the_recipient(house, case, verb, seat):
    referral = walked(house, case, Status.SENT)
    with pytest.raises(Forbidden):
        step(house, referral.pk, verb, by=house.people[seat])


def test_what_is_available_is_what_the_guard_allows(house, case):
    """The API's available actions are the same table."""
    for state in (Status.SENT, Status.ACCEPTED, Status.ON_HOLD):
        said = {verb.replace("-", "_") for verb in available_actions(Referral(status=state, tries=3))}
        assert said - {"attempt", "appointment", "request_item"} == {
            verb for verb, row in LIFE.moves.items() if state in row.sources and PARTNER in row.sides
        }


# --- two at once


@pytest.mark.django_db(transaction=True)
def test_of_two_workers_who_accept_at_once_one_wins():
    """Proof 15 in small: the second is told that it has moved on, and nothing is released twice."""
    import threading

    with transaction.atomic():
        house = factories.house()
        referral = factories.sent(house)
    people = [house.people["partner_worker"], house.machine("Quayside Legal Clinic")] * 2
    start, won, lost = threading.Barrier(len(people)), [], []

    def accept(worker):
        try:
            with acting(worker.pk), transaction.atomic():
                seen = Referral.objects.get(pk=referral.pk)
                start.wait(10)
                actions.act_as_recipient(seen, "accept", actions.Reply(), by=worker)
                won.append(worker)
        except WrongState:
            lost.append(worker)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=accept, args=(worker,)) for worker in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(won), len(lost)) == (1, 3)
    with clerk.as_clerk():
        assert ReferralMove.objects.filter(referral=referral, verb="accept").count() == 1
        assert Disclosure.objects.filter(referral=referral).count() == 3
        assert Referral.objects.get(pk=referral.pk).version == 4
    assert actor_of(house, "accept") in people
