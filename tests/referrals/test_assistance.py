"""Element c: what our own services give because of a concern (R-42, R-17, R-49, R-55; W-06; P10)."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases import actions as cases
from cases.closing import vetoes
from cases.models import Case
from consent.models import Decision
from foundation.core.acting import acting
from foundation.core.errors import Forbidden, Refused, WrongState
from foundation.dossiers.models import Clock
from referrals import actions, assisting, capacity
from referrals.assistance_terms import ASSISTANCE, AssistanceStatus
from referrals.models import Assistance, CapacityDeclaration
from tests import factories

HOPE = "Two nights in a safe bed; she says 'not the north hall'"


@pytest.fixture
def case(house):
    return factories.case(house)


def planned(house, case, **more):
    return factories.assistance(house, case, need=HOPE, **more)


def given_now(house, row):
    with acting(house.people["caseworker"].pk):
        fresh = Assistance.objects.get(pk=row.pk)
        return actions.give_assistance(fresh, timezone.now(), "Two nights", by=house.people["caseworker"])


def clocks(row):
    return set(Clock.objects.running().filter(subject_id=row.pk).values_list("code", flat=True))


def test_a_need_is_planned_given_and_answered_in_the_persons_word(house, case):
    """R-42: plan → given → outcome, by whom and when, with its clocks; the case is in response."""
    row = planned(house, case)
    with acting(house.people["caseworker"].pk):
        assert Case.objects.get(pk=case.pk).status == "in_response"
        assert clocks(row) == {"assist"}
    row = given_now(house, row)
    with acting(house.people["caseworker"].pk):
        assert clocks(row) == {"assist_outcome"}
        actions.answer_assistance(row, "partly", "I slept", by=house.people["caseworker"])
        found = Assistance.objects.get(pk=row.pk)
        assert (found.status, found.outcome, found.said, found.given_words) == (
            "answered",
            "partly",
            "I slept",
            "Two nights",
        )
        assert found.given_by == house.people["caseworker"]
        assert clocks(row) == set()


def test_the_need_arises_from_the_concern_of_its_case_or_the_database_refuses(house, case):
    """R-42, past every action: another case's concern, or another folder."""
    other = factories.case(house)
    row = planned(house, case)
    sql = """UPDATE referrals_assistance SET concern_id = %s WHERE id = %s"""
    refused = pytest.raises(DatabaseError, match="arises_from_the_concern")
    with acting(house.people["caseworker"].pk), refused, transaction.atomic():
        transaction.get_connection().cursor().execute("SET CONSTRAINTS ALL IMMEDIATE")
        transaction.get_connection().cursor().execute(sql, [other.concern_id, row.pk])


def test_what_our_services_do_not_give_leads_to_a_partner(house, case):
    """§7.5: each service type is mapped to our own (c) or to a partner (b)."""
    with pytest.raises(Refused) as refused:
        planned(house, case, service_type="legal_assistance")
    assert refused.value.code == "assistance.not_ours"


def test_help_is_no_price_for_consent(house, case):
    """R-55: the person takes everything back; the case rests, and help is planned and given all the same."""
    by = house.people["caseworker"]
    with acting(by.pk):
        from consent import actions as consent

        decision = Decision.objects.active().filter(purpose="internal_escalation").get()
        consent.withdraw(decision, by=by)
        assert Case.objects.get(pk=case.pk).status == "restricted"
    row = planned(house, case)
    assert given_now(house, row).status == AssistanceStatus.GIVEN
    with acting(by.pk):
        assert Case.objects.get(pk=case.pk).status == "restricted", "and the case goes on resting"


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(verbs=st.lists(st.sampled_from(["give", "answer", "not_give"]), max_size=4))
def test_any_sequence_of_steps_follows_the_table(house, case, verbs):
    row, by = planned(house, case), house.people["caseworker"]
    state: str | None = AssistanceStatus.PLANNED
    steps = {
        "give": lambda r: actions.give_assistance(r, timezone.now(), "x", by=by),
        "answer": lambda r: actions.answer_assistance(r, "met", "", by=by),
        "not_give": lambda r: actions.not_give_assistance(r, "not_wanted", by=by),
    }
    with acting(by.pk):
        for verb in verbs:
            move = ASSISTANCE.moves[verb]
            if state in move.sources:
                steps[verb](row)
                state = move.target
            else:
                with pytest.raises(WrongState):
                    steps[verb](row)
            assert Assistance.objects.get(pk=row.pk).status == state


def test_an_illegal_move_is_refused_by_the_database_too(house, case):
    row = planned(house, case)
    with acting(house.people["caseworker"].pk), pytest.raises(DatabaseError), transaction.atomic():
        Assistance.objects.filter(pk=row.pk).update(status="answered", outcome="met")


def test_words_of_a_need_are_sealed_and_no_outsider_sees_the_row(house, case):
    row = planned(house, case)
    with acting(house.people["outsider"].pk):
        assert not Assistance.objects.filter(pk=row.pk).exists()
    with acting(house.people["caseworker"].pk), transaction.atomic(), transaction.get_connection().cursor() as cursor:
        cursor.execute("SELECT need FROM referrals_assistance WHERE id = %s", [row.pk])
        assert b"north hall" not in bytes(cursor.fetchone()[0])


def test_what_was_to_be_given_goes_with_the_case_to_its_next_owner(house, case):
    row = planned(house, case)
    lead = house.people["focal_point"]
    with acting(lead.pk):
        cases.assign(Case.objects.get(pk=case.pk), lead, by=lead)
        assert Assistance.objects.get(pk=row.pk).giver == lead
        assert Clock.objects.running().get(subject_id=row.pk).user == lead


def test_a_unit_that_is_not_ready_plans_nothing_but_in_an_emergency(house, case):
    """HS-09, P10: the declaration is over, the gate is shut and says what is missing; an emergency goes through."""
    with acting(house.people["manager"].pk):
        CapacityDeclaration.objects.filter(state="approved").update(state="replaced")
    with pytest.raises(Refused) as refused:
        planned(house, case)
    assert refused.value.code == "readiness.missing"
    assert "P10" in refused.value.message
    with acting(house.people["caseworker"].pk):
        Case.objects.filter(pk=case.pk).update(urgency="emergency")
    assert planned(house, case).status == "planned"


def test_a_case_is_not_closed_while_a_need_has_no_answer(house, case):
    """HS-18: planned or given, and nobody said what came of it."""
    row = planned(house, case)
    with acting(house.people["caseworker"].pk):
        assert [v.code for v in vetoes(Case.objects.get(pk=case.pk))].count("assistance.open") == 1
        actions.not_give_assistance(row, "met_elsewhere", by=house.people["caseworker"])
        assert "assistance.open" not in [v.code for v in vetoes(Case.objects.get(pk=case.pk))]


# --- capacity


def test_what_is_declared_is_the_evidence_of_readiness_and_its_end_shuts_the_gate(house):
    """P10."""
    unit = house.units["harbour"]
    assert capacity.evidence(unit).is_met
    with time_machine.travel(timezone.now() + timedelta(days=200)):
        found = capacity.evidence(unit)
    assert (found.is_met, found.url) == (False, reverse("referrals:capacity"))


def test_nobody_approves_the_capacity_that_they_declared(house):
    """R-17, P10: two people, in the action and in the table."""
    row, by = factories.capacity(house), house.people["focal_point"]
    with acting(by.pk):
        with pytest.raises(Forbidden):
            actions.approve_capacity(row, by=by)
        with pytest.raises(DatabaseError, match="capacity_needs_another_person"), transaction.atomic():
            CapacityDeclaration.objects.filter(pk=row.pk).update(state="approved", decided_by=by)


def test_the_case_page_warns_while_we_give_nothing_and_asked_nobody(house, browse):
    """W-06, and it ends with a declaration, a plan, or a reason why not."""
    case = factories.case(house, category="mines_weapons")
    caseworker, url = browse(house.people["caseworker"]), reverse("cases:case", args=[case.pk])
    warning = "Nobody gives what is needed yet"
    assert warning in caseworker.get(url).content.decode()
    row, manager = factories.capacity(house, lines={"mines_weapons": ["mhpss"]}), house.people["manager"]
    with acting(manager.pk):
        actions.approve_capacity(row, by=manager)
    assert warning not in caseworker.get(url).content.decode()
    with acting(manager.pk):
        assert CapacityDeclaration.objects.in_force().count() == 1
    page = caseworker.get(reverse("referrals:assist", args=[case.pk])).content.decode()
    assert "Declared by the unit for such a concern" in page


def test_a_reason_why_nothing_is_given_is_an_answer(house, case):
    row = planned(house, case)
    with acting(house.people["caseworker"].pk):
        actions.not_give_assistance(row, "no_capacity", by=house.people["caseworker"])
        fresh = Case.objects.select_related("unit", "concern", "dossier").get(pk=case.pk)
        assert not assisting.lacks_answer(fresh, assisting.rows_of(fresh))


# --- pages


def test_the_pages_lead_from_the_plan_to_the_persons_word(house, case, browse):
    """R-49: mental health support and feedback are one link away."""
    caseworker = browse(house.people["caseworker"])
    shown = caseworker.get(reverse("referrals:assistance", args=[case.pk])).content.decode()
    assert "type=mhpss" in shown
    assert "/rights/feedback/" in shown
    url = reverse("referrals:assist", args=[case.pk])
    assert caseworker.post(url, {}).status_code == 422
    me = house.people["caseworker"].pk
    filled = {"need": HOPE, "service_type": "mhpss", "within": "hsp", "giver": me}
    assert caseworker.post(url, filled).status_code == 302
    with acting(me):
        row = Assistance.objects.get(case=case.pk)
    give = reverse("referrals:give_help", args=[row.pk])
    assert caseworker.get(give).status_code == 200
    moment = timezone.localtime() - timedelta(minutes=5)
    local = moment.astimezone(ZoneInfo("Europe/Kyiv"))
    assert (
        caseworker.post(give, {"given_at": local.strftime("%Y-%m-%dT%H:%M"), "words": "Two nights"}).status_code == 302
    )
    answer = reverse("referrals:answer_help", args=[row.pk])
    assert caseworker.post(answer, {"outcome": "partly", "said": "I slept"}).status_code == 302
    page = caseworker.get(reverse("referrals:assistance", args=[case.pk])).content.decode()
    assert "I slept" in page
    assert f"after={row.pk}" in page
    assert "Partly met" in caseworker.get(reverse("cases:case", args=[case.pk])).content.decode()


def test_a_unit_declares_on_its_page_and_another_person_approves(house, browse):
    focal_point, manager_client = browse(house.people["focal_point"]), browse(house.people["manager"])
    unit, today = house.units["harbour"], timezone.localdate()
    url = reverse("referrals:capacity_declare", args=[unit.pk])
    filled = {"valid_from": today, "valid_until": today + timedelta(30), "risk-neglect_abandonment": ["food"]}
    assert focal_point.post(url, filled).status_code == 302
    row = CapacityDeclaration.objects.get(state="proposed")
    assert focal_point.post(reverse("referrals:capacity_approve", args=[row.pk])).status_code == 403
    assert manager_client.post(reverse("referrals:capacity_approve", args=[row.pk])).status_code == 302
    assert "In force" in focal_point.get(reverse("referrals:capacity")).content.decode()
