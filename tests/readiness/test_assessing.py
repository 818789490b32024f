"""Two people on each assessment and each training, in the rules and in the tables (HS-20, R-45, R-59)."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from foundation.core.acting import acting
from foundation.core.errors import Forbidden, Refused, WrongState
from foundation.core.machines import COURIER
from foundation.outbox.models import Message
from foundation.readiness import actions
from foundation.readiness.actions import reminding
from foundation.readiness.models import ReadinessAssessment, ReadinessItem, Training
from foundation.readiness.states import READINESS
from tests import door

WRITERS = ("manager", "focal_point", "deputy", "data_officer")


def today(days: int = 0):
    return timezone.localdate() + timedelta(days=days)


def answer(house, days: int = 30, evidence: str = "Page 4 of the binder.", who: str = "focal_point") -> actions.Answer:
    return actions.Answer(True, evidence, house.people[who], today(days))


@pytest.fixture
def draft(house) -> ReadinessAssessment:
    return door.acts(house.people["focal_point"], actions.begin, house.units["harbour"])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.sampled_from(sorted(READINESS.moves)), st.sampled_from(WRITERS)), max_size=8))
def test_hs_20_no_walk_puts_an_assessment_in_force_that_one_person_alone_wrote_and_approved(house, steps):
    verbs = {"submit": actions.submit, "drop": actions.drop, "approve": actions.approve, "give_back": actions.give_back}
    with transaction.atomic():
        lead = house.people["focal_point"]
        row = door.acts(lead, actions.begin, house.units["harbour"])
        with acting(lead.pk):
            actions.fill(row, "P5", answer(house), by=lead)
        for verb, who in ((verb, who) for verb, who in steps if verb in verbs):
            before, by = ReadinessAssessment.objects.get(pk=row.pk).state, house.people[who]
            with acting(by.pk):
                try:
                    row = verbs[verb](row, by=by)
                except (Refused, Forbidden, WrongState):
                    continue
            assert before in READINESS.moves[verb].sources
        row = ReadinessAssessment.objects.get(pk=row.pk)
        if row.state == "approved":
            assert row.decided_by_id not in (row.drafted_by_id, row.submitted_by_id)
            assert row.decided_by in (house.people["manager"], house.people["data_officer"])
            assert row.valid_until == today(365)
        transaction.set_rollback(True)


def test_who_wrote_it_does_not_approve_it_and_a_caseworker_or_another_branch_does_nothing(house, draft):
    lead, manager = house.people["focal_point"], house.people["manager"]
    door.acts(lead, actions.fill, draft, "P5", answer(house))
    for who in ("caseworker", "volunteer", "outsider", "administrator", "partner_worker"):
        with pytest.raises(Forbidden):
            door.acts(house.people[who], actions.submit, draft)
    door.acts(manager, actions.submit, draft)
    with pytest.raises(Refused, match=r"readiness\.same_person"):
        door.acts(manager, actions.approve, draft)
    assert door.acts(house.people["data_officer"], actions.approve, draft).is_in_force


def test_the_database_refuses_what_the_rules_refuse(house, draft):
    """Illegal moves from a shell and from SQL (issue 5, bad input)."""
    door.acts(house.people["focal_point"], actions.fill, draft, "P5", answer(house))
    lead, officer, rows = house.people["focal_point"], house.people["data_officer"], ReadinessAssessment.objects
    alone = {"state": "approved", "decided_at": timezone.now(), "valid_until": today(9), "submitted_at": timezone.now()}
    tries = (
        lambda: rows.filter(pk=draft.pk).update(**alone, decided_by=officer, submitted_by=lead),  # a step is left out
        lambda: rows.create(unit=house.units["old"], drafted_by=lead, decided_by=lead, submitted_by=lead, **alone),
        lambda: rows.create(unit=house.units["harbour"], drafted_by=officer),
        lambda: ReadinessItem.objects.filter(assessment=draft).delete(),
        lambda: Training.objects.create(
            user=lead, competence="safeguarding", held_on=today(-9), valid_until=today(9), evidence="x", recorded_by=lead
        ),
    )  # fmt: skip
    for attempt in tries:
        with pytest.raises(DatabaseError), transaction.atomic():
            attempt()
    door.acts(lead, actions.submit, draft)
    with pytest.raises(DatabaseError), transaction.atomic():
        ReadinessItem.objects.filter(assessment=draft).update(evidence="Something else.")
    other = ReadinessAssessment.objects.create(unit=house.units["old"], drafted_by=lead)
    with pytest.raises(DatabaseError), transaction.atomic():
        ReadinessItem.objects.filter(assessment=draft).update(assessment=other)


@pytest.mark.parametrize(
    ("code", "more", "problem"),
    [
        ("P5", {"days": 400}, "until"), ("P12", {"days": 40}, "until"), ("P5", {"days": -1}, "until"),
        ("P5", {"evidence": "  "}, "evidence"), ("P5", {"who": "partner_worker"}, "owner"), ("P2", {}, "item"),
    ],
)  # fmt: skip
def test_evidence_has_words_an_owner_of_the_society_and_a_day_that_is_not_too_far(house, draft, code, more, problem):
    with pytest.raises(Refused, match=rf"readiness\.{problem}"):
        door.acts(house.people["focal_point"], actions.fill, draft, code, answer(house, **more))


def test_nothing_that_waits_or_counts_is_filled_in(house, draft):
    lead = house.people["focal_point"]
    door.acts(lead, actions.fill, draft, "P5", answer(house))
    door.acts(lead, actions.submit, draft)
    with pytest.raises(WrongState):
        door.acts(lead, actions.fill, draft, "P5", answer(house))
    door.acts(house.people["manager"], actions.give_back, draft)
    assert door.acts(lead, actions.fill, draft, "P5", answer(house)).is_met


def test_a_new_assessment_begins_with_what_counts_and_the_former_one_gives_way(house):
    manager = house.people["manager"]
    former = ReadinessAssessment.objects.get(unit=house.units["coast"], state="approved")
    row = door.acts(manager, actions.begin, house.units["coast"])
    assert row.items.count() == former.items.count()
    assert door.acts(manager, actions.begin, house.units["coast"]) == row, "one is written at a time"
    door.acts(manager, actions.submit, row)
    door.acts(house.people["data_officer"], actions.approve, row)
    former.refresh_from_db()
    assert former.state == "replaced"


def told() -> set[int]:
    rows = Message.objects.filter(event="readiness.ending", channel="notice")
    return set(rows.values_list("recipient", flat=True))


def test_after_twelve_months_it_has_expired_and_everybody_was_told_before_once(house, time_machine_at):
    """R-45: expiring; W-19."""
    with time_machine_at(days=340):
        reminding.sweep()
        with COURIER.at_work():
            first, n = told(), Message.objects.filter(event="readiness.ending").count()
        assert house.people["manager"].pk in first
        reminding.sweep()
        with COURIER.at_work():
            assert Message.objects.filter(event="readiness.ending").count() == n
    with time_machine_at(days=366):
        reminding.sweep()
    assert ReadinessAssessment.objects.get(unit=house.units["coast"]).state == "expired"


def test_hs_20_a_training_is_recorded_by_one_and_confirmed_by_another_and_neither_had_it(house):
    worker, manager, officer = (house.people[who] for who in ("caseworker", "manager", "data_officer"))
    held = actions.Held("child_protection", today(-3), today(300), "Certificate 12")
    with pytest.raises(Refused, match=r"training\.oneself"):
        door.acts(manager, actions.record, manager, held)
    with pytest.raises(Forbidden):
        door.acts(house.people["focal_point"], actions.record, worker, held)
    row = door.acts(manager, actions.record, worker, held)
    with pytest.raises(Refused, match=r"training\.competence"):
        door.acts(manager, actions.record, worker, held)
    for who in (manager, worker):
        with pytest.raises(Refused, match=r"training\.same_person"):
            door.acts(who, actions.confirm, row)
    with pytest.raises(Forbidden):
        door.acts(house.people["outsider"], actions.confirm, row)
    assert door.acts(officer, actions.confirm, row).state == "confirmed"
    with pytest.raises(WrongState):
        door.acts(officer, actions.confirm, row)


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ({"held_on": 1}, "held_on"), ({"valid_until": 1200}, "valid_until"), ({"valid_until": -5}, "valid_until"),
        ({"evidence": " "}, "evidence"), ({"competence": "magic"}, "competence"),
    ],
)  # fmt: skip
def test_a_training_says_when_until_when_and_what_shows_it(house, more, problem):
    values = {"competence": "child_protection", "held_on": -3, "valid_until": 300, "evidence": "Certificate 12", **more}
    days = {name: today(values[name]) for name in ("held_on", "valid_until")}
    with pytest.raises(Refused, match=rf"training\.{problem}"):
        door.acts(
            house.people["manager"], actions.record, house.people["caseworker"], actions.Held(**{**values, **days})
        )
