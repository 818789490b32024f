"""The life-cycle of a referral: the table holds in Python and in PostgreSQL, and nothing is read without a decision."""

import re
from contextlib import suppress
from datetime import timedelta
from itertools import pairwise

import pytest
from django.db import DatabaseError, connection, connections, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from cases.models import Case
from consent import actions as consent
from consent.models import Decision
from consent.vocabulary import Purpose
from foundation.core.acting import acting
from foundation.core.errors import DomainError, Forbidden, Gone, Refused, WrongState
from foundation.core.limits import SLA_DEFAULTS
from foundation.dossiers import clerk
from foundation.dossiers.models import Clock, DossierKey
from referrals import actions
from referrals.api.representation import TIERS, available_actions, whole
from referrals.models import Disclosure, Message, Partner, Referral, ReferralMove, Service
from referrals.states import LIFE, NEEDS, NOBODY, PARTNER, RETURNS, SYSTEM, TERMINAL, WITH_PARTNER, diagram, tiers_open
from referrals.vocabulary import FIELDS, Status
from tests import factories
from tests.referrals.walking import APPROVERS, PATHS, REFERRERS, SERVICE, actor_of, step, walked

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
            assert after.version == before.version + 1
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
                    n = Referral.objects.filter(pk=referral.pk).update(status=target)
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
        assert {verb.replace("-", "_") for verb in available_actions(Referral(status=state))} == {
            verb for verb, row in LIFE.moves.items() if state in row.sources and PARTNER in row.sides
        }


# --- HS-01, HS-10, HS-20 and the tiers


def test_a_person_who_refused_is_referred_nowhere(house, case, caseworker):
    """HS-01, HS-05."""
    service = house.services[SERVICE]
    factories.decide(house, case, Purpose.EXTERNAL_REFERRAL, service.pk, "refused", fields=service.offered_fields)
    draft = factories.prepared(house, case, service)
    assert draft.fields == []
    with acting(caseworker.pk), pytest.raises(Refused) as refused:
        actions.submit(draft, by=caseworker)
    assert refused.value.code == "consent.missing"


def test_a_person_who_was_not_asked_is_referred_nowhere(house, case, caseworker):
    draft = factories.prepared(house, case, house.services[SERVICE])
    with acting(caseworker.pk), pytest.raises(Refused):
        actions.submit(draft, by=caseworker)


SPOILED = {
    "expired": {"valid_from": timezone.now() - timedelta(days=91), "valid_until": timezone.now() - timedelta(days=1)},
    "not begun": {"valid_from": timezone.now() + timedelta(days=1)},
    "withdrawn": {"withdrawn_at": timezone.now() + timedelta(days=1)},
    "replaced": {"superseded_at": timezone.now()},
    "for less": {"fields": ["alias"]},
    "for nothing": {"fields": []},
    "refused": {"answer": "refused"},
    "not asked": {"answer": "not_asked"},
    "for another purpose": {"purpose": Purpose.RFL_TRACING},
}


def spoil(house, referral, how: str) -> None:
    """Change the decision behind a referral, whatever the actions would say."""
    with acting(house.people["caseworker"].pk):
        assert Decision.objects.filter(pk=referral.decision_id).update(**SPOILED[how]) == 1


@pytest.mark.parametrize("how", sorted(SPOILED))
def test_nothing_is_sent_without_a_decision_that_covers_it(house, case, how):
    """HS-01 at the moment of sending, after everything was fine when it was submitted."""
    referral = walked(house, case, Status.AWAITING_APPROVAL)
    spoil(house, referral, how)
    with pytest.raises(Refused) as refused:
        step(house, referral.pk, "send")
    assert refused.value.code == "consent.missing"
    with clerk.as_clerk():
        after = Referral.objects.get(pk=referral.pk)
        assert (after.status, after.sent_at) == (Status.AWAITING_APPROVAL, None)
        assert not Disclosure.objects.filter(referral=referral).exists()
    with acting(house.machine("Quayside Legal Clinic").pk):
        assert not Referral.objects.exists()


def test_a_decision_for_another_service_of_the_same_partner_does_not_count(house, case):
    """HS-01: one recipient, one service."""
    referral = walked(house, case, Status.AWAITING_APPROVAL)
    other = house.services["Advice before a removal"]
    with acting(house.people["caseworker"].pk):
        Decision.objects.filter(pk=referral.decision_id).update(recipient_id=other.pk)
    with pytest.raises(Refused):
        step(house, referral.pk, "send")


@pytest.mark.parametrize("how", sorted(SPOILED))
@pytest.mark.parametrize("state", [Status.SENT, Status.ACCEPTED])
def test_nothing_is_read_once_the_decision_does_not_cover_it_any_more(house, case, how, state):
    """HS-01 at each later read."""
    referral = walked(house, case, state)
    machine = house.machine("Quayside Legal Clinic")
    with acting(machine.pk):
        assert whole(Referral.objects.get(pk=referral.pk), machine)["preview"]
    spoil(house, referral, how)
    with acting(machine.pk), pytest.raises(Gone) as gone:
        whole(Referral.objects.get(pk=referral.pk), machine)
    assert gone.value.code == "consent.expired"


@pytest.mark.parametrize("how", ["expired", "for less", "replaced"])
def test_nothing_is_accepted_once_the_decision_has_ended(house, case, how):
    referral = walked(house, case, Status.SENT)
    spoil(house, referral, how)
    with pytest.raises(Gone):
        step(house, referral.pk, "accept")


def test_a_new_attempt_needs_new_consent(house, case, caseworker):
    """Scenario 3: declined for want of capacity; the agreement that led there does not lead there again."""
    first = walked(house, case, Status.DECLINED)
    second = factories.prepared(house, case, first.service)
    with acting(caseworker.pk), pytest.raises(Refused) as refused:
        actions.submit(second, by=caseworker)
    assert refused.value.code == "consent.used"
    factories.agreed(house, case, first.service)
    third = factories.prepared(house, case, first.service)
    assert step(house, step(house, third.pk, "submit").pk, "send").status == Status.SENT


CLOSED = {
    "partner suspended": (Partner, {"status": "suspended"}, "receiver.agreement"),
    "partnership ended": (Partner, {"status": "ended"}, "receiver.agreement"),
    "not yet a partner": (Partner, {"status": "proposed"}, "receiver.agreement"),
    "agreement over": (Partner, {"agreement_until": timezone.localdate() - timedelta(days=1)}, "receiver.agreement"),
    "service closed": (Service, {"is_active": False}, "receiver.service"),
    "not verified for too long": (Service, {"verified_on": timezone.localdate() - timedelta(days=181)}, "receiver.service"),
    "agreement for less": (Partner, {"max_tier": 0}, "receiver.tier"),
    "the service needs less": (Service, {"needs": ["alias"]}, "receiver.tier"),
}  # fmt: skip


def close(how: str) -> str:
    model, change, code = CLOSED[how]
    service = Service.objects.get(name=SERVICE)
    model.objects.filter(pk=service.pk if model is Service else service.partner_id).update(**change)
    return code


@pytest.mark.parametrize("how", sorted(CLOSED))
@pytest.mark.parametrize("verb", ["submit", "send"])
def test_a_recipient_that_may_not_receive_gets_nothing(house, case, how, verb):
    """HS-10: active, agreement in date, service active and verified, tier within the agreement."""
    referral = walked(house, case, Status.AWAITING_APPROVAL if verb == "send" else Status.DRAFT)
    code = close(how)
    with pytest.raises(Refused) as refused:
        step(house, referral.pk, verb)
    assert refused.value.code == code


@pytest.mark.parametrize("days", [0, 180])
def test_the_last_day_still_counts(house, case, days):
    Partner.objects.update(agreement_until=timezone.localdate())
    Service.objects.update(verified_on=timezone.localdate() - timedelta(days=days))
    assert walked(house, case, Status.SENT).status == Status.SENT


def test_nobody_approves_what_he_asked_for(house, case, focal_point):
    """HS-20, in the policy and in the database."""
    service = house.services[SERVICE]
    factories.agreed(house, case, service)
    with acting(focal_point.pk):
        mine = actions.prepare(Case.objects.get(pk=case.pk), service, actions.Offer("Help"), by=focal_point)
        mine = actions.submit(mine, by=focal_point)
        for verb in ("send", "return_to_draft", "mark_error"):
            with pytest.raises(Forbidden), transaction.atomic():
                getattr(actions, verb)(mine, by=focal_point)
        with pytest.raises(DatabaseError, match="approver_is_another_person"), transaction.atomic():
            Referral.objects.filter(pk=mine.pk).update(approved_by=focal_point)


@pytest.mark.parametrize(
    "seat", ["caseworker", "volunteer", "outsider", "administrator", "data_officer", "partner_worker"]
)
def test_only_a_lead_of_the_folder_sends(house, case, seat):
    referral = walked(house, case, Status.AWAITING_APPROVAL)
    with pytest.raises((Forbidden, Referral.DoesNotExist)):
        step(house, referral.pk, "send", by=house.people[seat])


def test_consent_for_contact_alone_keeps_the_need_out_of_the_package(house, case):
    """Scenario 7: the person agreed to T1 only; T2 is not frozen, not encrypted for the partner, not released."""
    service = house.services[SERVICE]
    tier_one = [code for code in service.offered_fields if FIELDS[code][0] <= 1]
    factories.agreed(house, case, service, tier_one)
    referral = factories.prepared(house, case, service)
    for verb in ("submit", "send", "accept"):
        referral = step(house, referral.pk, verb)
    machine = house.machine("Quayside Legal Clinic")
    with acting(machine.pk):
        seen = Referral.objects.get(pk=referral.pk)
        assert set(seen.package) <= set(tier_one)
        assert "reason" not in seen.package
        shown = whole(seen, machine)
        assert shown["need"] is None
        assert shown["contact"]["alias"] == factories.NAME
        assert set(Disclosure.objects.filter(referral=seen).values_list("tier", flat=True)) == {0, 1}


def test_what_is_withheld_is_not_in_the_package(house, case):
    service = house.services[SERVICE]
    factories.agreed(house, case, service)
    referral = factories.prepared(house, case, service, withheld=["safe_contact"])
    for verb in ("submit", "send", "accept"):
        referral = step(house, referral.pk, verb)
    machine = house.machine("Quayside Legal Clinic")
    with acting(machine.pk):
        assert "safe_contact" not in Referral.objects.get(pk=referral.pk).package


def test_a_retry_reads_the_frozen_package(house, case, caseworker):
    """Laws of the loop 8: what changed since was not sent."""
    referral = walked(house, case, Status.ACCEPTED)
    with acting(caseworker.pk):
        consent.change_person(Case.objects.get(pk=case.pk).person, by=caseworker, alias="Somebody else")
    machine = house.machine("Quayside Legal Clinic")
    with acting(machine.pk):
        assert whole(Referral.objects.get(pk=referral.pk), machine)["contact"]["alias"] == factories.NAME


def test_an_emergency_may_release_the_contact_with_the_offer(house):
    """domain.md §5.3: T1 together with T0, if the consent covers it; each release is written down."""
    case = factories.case(house, flags=["death_threat_72h"])
    referral = walked(house, case, Status.SENT)
    machine = house.machine("Quayside Legal Clinic")
    with acting(machine.pk):
        shown = whole(Referral.objects.get(pk=referral.pk), machine)
        assert shown["contact"]["alias"] == factories.NAME
        assert shown["need"] is None
        assert set(Disclosure.objects.values_list("tier", flat=True)) == {0, 1}


def test_a_referral_is_verified_once_and_then_nobody_must_act(house, case, caseworker):
    referral = walked(house, case, Status.COMPLETED)
    with acting(caseworker.pk):
        done = actions.verify(Referral.objects.get(pk=referral.pk), "She has her papers.", by=caseworker)
        assert done.needs_action_by == NOBODY
        assert not Clock.objects.running().filter(subject_id=referral.pk).exists()
        with pytest.raises(WrongState):
            actions.verify(done, "again", by=caseworker)


def test_nothing_expires_while_the_partner_has_time(house, case, caseworker):
    """HS-24: a clock proposes, a person confirms, and not before."""
    referral = walked(house, case, Status.SENT)
    with acting(caseworker.pk), pytest.raises(WrongState, match="too_early"):
        actions.expire(Referral.objects.get(pk=referral.pk), by=caseworker)


@pytest.mark.parametrize(
    ("verb", "reply", "code"),
    [
        ("decline", {"reason": ""}, "receiver.reason"), ("decline", {"reason": "bored"}, "receiver.reason"),
        ("ask", {"text": " \n"}, "receiver.text"),
    ],
)  # fmt: skip
def test_an_answer_of_the_recipient_is_coded_or_said(house, case, verb, reply, code):
    referral = walked(house, case, Status.SENT)
    with pytest.raises(Refused) as refused:
        step(house, referral.pk, verb, **reply)
    assert refused.value.code == code


def test_a_question_is_encrypted_in_the_package(house, case):
    referral = walked(house, case, Status.INFO_REQUESTED)
    with acting(house.people["caseworker"].pk):
        assert Message.objects.get(referral=referral).text == "Which papers?"


def test_sending_locks_the_decision_before_the_referral_as_a_withdrawal_does(house, case):
    """Otherwise the two could wait for each other, and PostgreSQL would kill one: perhaps the withdrawal."""
    referral = walked(house, case, Status.AWAITING_APPROVAL)
    with CaptureQueriesContext(connection) as queries:
        step(house, referral.pk, "send")
    locks = [q["sql"] for q in queries if "FOR UPDATE" in q["sql"]]
    tables = [re.search(r'FROM "(\w+)"', text).group(1) for text in locks]
    assert tables[:2] == ["consent_decision", "referrals_referral"]
    with CaptureQueriesContext(connection) as queries, acting(house.people["caseworker"].pk):
        consent.withdraw(Decision.objects.get(pk=referral.decision_id), by=house.people["caseworker"])
    locks = [q["sql"] for q in queries if "FOR UPDATE" in q["sql"]]
    tables = [re.search(r'FROM "(\w+)"', text).group(1) for text in locks]
    assert tables.index("consent_decision") < tables.index("referrals_referral")


# --- generated walks


class Walk(RuleBasedStateMachine):
    """Random verbs of all sides, withdrawals, expiries and new conversations, in any order."""

    house: factories.House
    case: Case
    read: set[str]

    @initialize(state=st.sampled_from([Status.SENT, Status.ACCEPTED, *STATES]))
    def begin(self, state):
        self.point = transaction.savepoint()
        self.pk = walked(self.house, self.case, state).pk
        self.machine = self.house.machine("Quayside Legal Clinic")

    def teardown(self):
        if hasattr(self, "point"):
            transaction.savepoint_rollback(self.point)

    @rule(verb=st.sampled_from(VERBS))
    def take(self, verb):
        with suppress(DomainError, Referral.DoesNotExist), transaction.atomic():
            step(self.house, self.pk, verb)

    @rule(verb=st.sampled_from(["submit", "send", "accept", "start"]))
    def go_on(self, verb):
        self.take(verb)

    @rule(end=st.sampled_from(["withdraw", "expired", "for less"]), chance=st.integers(0, 3))
    def end(self, end, chance):
        worker = self.house.people["caseworker"]
        if chance:
            return
        with acting(worker.pk):
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
        factories.decide(self.house, self.case, Purpose.EXTERNAL_REFERRAL, service.pk, answer, fields=wanted)

    @invariant()
    def nothing_is_read_without_a_covering_decision_at_this_instant(self):
        if not hasattr(self, "pk"):
            return
        with acting(self.machine.pk):
            seen = Referral.objects.filter(pk=self.pk).first()
            if seen is None:
                return
            try:
                shown = whole(seen, self.machine)
            except Gone:
                return
            told = {code for name in TIERS.values() for code in (shown[name] or {})}
            released = {f for d in Disclosure.objects.filter(referral=seen) for f in d.fields}
        with acting(self.house.people["caseworker"].pk):
            decision = Decision.objects.get(pk=seen.decision_id)
            assert not told or decision.covers(Purpose.EXTERNAL_REFERRAL, seen.service_id, told)
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


def test_no_walk_reads_without_a_decision_or_ends_in_a_dead_end(house, case):
    machine = type("OneWalk", (Walk,), {"house": house, "case": case, "read": set()})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=20,
            stateful_step_count=8,
            derandomize=True,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
        ),
    )
    assert machine.read >= {Status.SENT, Status.ACCEPTED}, "the positive control: the walks do read"


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
