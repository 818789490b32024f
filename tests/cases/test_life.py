"""The whole life of a case: whatever anybody does in whatever order, the table holds, in Python and in PostgreSQL (R-46)."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases import actions
from cases.actions.closing import Ending
from cases.models import Case, Closure
from cases.states import CASE, CASE_RETURNS, OPEN, CaseStatus
from consent.vocabulary import Purpose
from foundation.core.acting import acting
from foundation.core.errors import Forbidden, Refused, WrongState
from foundation.dossiers.models import Clock
from tests import factories

pytestmark = pytest.mark.django_db
LEGAL = CASE.pairs(CASE_RETURNS)
STATES = sorted(CaseStatus.values)


def fresh(case) -> Case:
    return Case.objects.select_related("dossier", "unit").get(pk=case.pk)


def soon():
    return timezone.now() + timedelta(days=3)


def _step(case, by):
    actions.end_step(actions.add_step(case, "One step", "owner", by=by), "do", by=by)


def _agree(case, by):
    asked = Closure.objects.filter(case=case, status="asked").first()
    if asked is not None:
        actions.agree_closure(asked, by=by)


def _withdraw(case, by):
    with transaction.atomic():
        actions.ask_right(case, factories.Asking("objection", "known", words="Stop"), by=by)


VERBS = {
    "accept": lambda c, by: actions.accept(c, by=by),
    "assess": lambda c, by: actions.mark_assessed(c),
    "plan": lambda c, by: actions.add_step(c, "A step that stays open", "person", by=by),
    "do": _step,
    "nothing": lambda c, by: actions.plan_nothing(c, "Not wanted", by=by),
    "respond": lambda c, by: actions.start_response(c, by=by),
    "finish": lambda c, by: actions.finish_response(c, by=by),
    "wait": lambda c, by: actions.wait(c, "thinking", soon(), by=by),
    "go on": lambda c, by: actions.go_on(c, by=by),
    "emergency": lambda c, by: actions.set_urgency(c, "emergency", by=by),
    "calm": lambda c, by: actions.set_urgency(c, "normal", by=by, reason="It is over"),
    "object": _withdraw,
    "close": lambda c, by: actions.ask_closure(c, Ending("duplicate", "same"), by=by),
    "agree": _agree,
    "reopen": lambda c, by: actions.reopen(c, "Came back", by=by),
    "note": lambda c, by: actions.add_note(c, by=by, text="A word"),
}


def checked(case: Case) -> None:
    """What must hold after every step."""
    running = Clock.objects.running().filter(subject_id=case.pk)
    assert not running.filter(urgency="emergency", paused_at__isnull=False).exists(), (
        "an emergency's clock stands still"
    )
    assert (case.closed_at is not None) == (case.status == CaseStatus.CLOSED)
    if case.status == CaseStatus.CLOSED:
        assert not running.exists()
        assert Closure.objects.filter(case=case, status="closed").exists()
    if case.status == CaseStatus.NEW:
        assert running.filter(code="owner").exists(), "somebody must take it on"


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(st.tuples(st.sampled_from(sorted(VERBS)), st.booleans()), min_size=6, max_size=16))
def test_whatever_anybody_does_the_case_moves_by_the_table(house, steps):
    owner, lead = house.people["caseworker"], house.people["focal_point"]
    with transaction.atomic():
        case = factories.case(house, category="other")
        for verb, by_lead in steps:
            by = lead if by_lead else owner
            with acting(by.pk):
                before = fresh(case)
                try:
                    with transaction.atomic():
                        VERBS[verb](before, by)
                except (WrongState, Forbidden, Refused):
                    assert fresh(case).status == before.status, (verb, "was refused and moved all the same")
                after = fresh(case)
                assert after.status == before.status or (before.status, after.status) in LEGAL, verb
                checked(after)
        transaction.set_rollback(True)


def walked(house, case: Case, state: str) -> None:
    """Bring a case there by the real actions."""
    owner = house.people["caseworker"]
    ways = {
        "new": ("do", "close", "reopen"), "accepted": (), "assessed": ("assess",), "planned": ("plan",), "in_response": ("do",),
        "follow_up": ("do", "finish"), "on_hold": ("wait",), "restricted": ("object",), "closed": ("do", "close"),
    }  # fmt: skip
    with acting(owner.pk):
        for verb in ways[state]:
            VERBS[verb](fresh(case), owner)
        assert fresh(case).status == state


@pytest.mark.parametrize("state", [s for s in STATES if s != CaseStatus.ERASED])
def test_the_database_refuses_every_other_move_from_anywhere(house, state):
    """Illegal moves from shell and SQL are refused with the reason, by the table's own triggers."""
    case = factories.case(house, category="other")
    walked(house, case, state)
    with acting(house.people["focal_point"].pk):
        for target in set(STATES) - {state}:
            columns: dict[str, Any] = {"status": target, "waits_for": "thinking", "came_from": "accepted"}
            columns["closed_at"] = timezone.now() if target == CaseStatus.CLOSED else None
            if state == CaseStatus.CLOSED:
                columns |= {"reopened_at": timezone.now()}
            moved, why = True, ""
            try:
                with transaction.atomic():
                    assert Case.objects.filter(pk=case.pk).update(**columns) == 1
                    transaction.set_rollback(True)
            except DatabaseError as error:
                moved, why = False, str(error)
            may = (state, target) in LEGAL and target != CaseStatus.CLOSED
            assert moved == may, (state, target, why)
            assert moved or "Invalid transition" in why or "closed for a reason" in why, why


def test_waiting_stops_clocks_and_going_on_gives_back_the_time_but_never_an_emergencys(house):
    owner = house.people["caseworker"]
    case = factories.case(house, category="other")
    factories.decide(house, case, Purpose.FOLLOW_UP_CONTACT, case.unit_id, fields=["safe_contact"])
    with acting(owner.pk):
        actions.plan_follow_up(fresh(case), by=owner, due_at=soon())
        actions.wait(fresh(case), "away", soon(), by=owner)
        clocks = {clock.code: clock for clock in Clock.objects.running().filter(subject_id=case.pk)}
        assert set(clocks) == {"follow_up", "waiting"}
        assert (clocks["follow_up"].paused_at is None, clocks["waiting"].paused_at) == (False, None)
        actions.set_urgency(fresh(case), "emergency", by=owner)
        assert not Clock.objects.running().filter(subject_id=case.pk, paused_at__isnull=False).exists()
        actions.go_on(fresh(case), by=owner)
        assert fresh(case).status == "accepted"
        actions.wait(fresh(case), "away", soon(), by=owner)
        assert not Clock.objects.running().filter(subject_id=case.pk, paused_at__isnull=False).exists()


def test_clocks_follow_the_urgency_from_when_they_began(house):
    lead, heir = house.people["focal_point"], house.people["deputy"]
    case = factories.case(house, category="other")
    with acting(lead.pk):
        actions.assign(fresh(case), heir, by=lead)
        slow = Clock.objects.running().get(subject_id=case.pk, code="owner")
        with pytest.raises(Refused):
            actions.set_urgency(actions.set_urgency(fresh(case), "emergency", by=lead), "normal", by=lead)
        fast = Clock.objects.running().get(subject_id=case.pk, code="owner")
        assert (fast.rank, fast.started_at) == (0, slow.started_at)
        assert fast.due_at == fast.started_at + timedelta(hours=1)


def test_every_open_state_can_be_closed_and_only_a_closed_case_is_reopened():
    assert CASE.moves["close"].sources == OPEN
    assert CASE.moves["reopen"].sources == {CaseStatus.CLOSED}
    assert CASE.moves["erase"].sources == set(STATES) - {CaseStatus.ERASED}
