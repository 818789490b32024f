"""Closing a case, and opening it again (R-46; HS-18, HS-19, HS-20; scenario 15)."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from cases import actions, closing
from cases.actions.closing import Ending
from cases.models import Case, CaseNote, Closure, FollowUp
from cases.states import CaseStatus
from consent.covering import covers
from consent.models import Keeping
from consent.vocabulary import Purpose
from foundation.core.acting import acting
from foundation.core.errors import Forbidden, Refused
from foundation.dossiers.models import Clock
from referrals.models import Referral, referral_reference
from tests import factories

pytestmark = pytest.mark.django_db
SAID = Ending("goals_met_risk_reduced", "safer", unfollowed="She calls us if something changes.")


def fresh(case):
    return Case.objects.select_related("dossier").get(pk=case.pk)


def settled(case, owner):
    """A step was agreed and done: the concern has an answer."""
    with acting(owner.pk):
        step = actions.add_step(fresh(case), "Ask for the papers together", "owner", by=owner)
        actions.end_step(step, "do", by=owner)
        return fresh(case)


@pytest.fixture
def owner(house):
    return house.people["caseworker"]


@pytest.fixture
def lead(house):
    return house.people["focal_point"]


@pytest.fixture
def plain(house, owner):
    """An adult, nothing pressing, answered."""
    return settled(factories.case(house, category="other"), owner)


def closed(case, owner):
    with acting(owner.pk):
        actions.ask_closure(case, SAID, by=owner)
        return fresh(case)


def test_plain_case_is_closed_by_its_owner_and_everything_stops(house, plain, owner):
    with acting(owner.pk):
        done = actions.ask_closure(plain, SAID, by=owner)
        case = fresh(plain)
        assert (case.status, done.needs_second, done.record_class) == (CaseStatus.CLOSED, False, "case_adult")
        assert not Clock.objects.running().filter(subject_id=case.pk).exists()
        assert Keeping.objects.get(dossier=case.dossier_id).since == case.closed_at


def test_each_veto_is_a_sentence_with_a_link_and_stops_the_closing_hs18(house, owner):
    case = factories.case(house, category="other")
    with acting(owner.pk):
        found = {veto.code: veto for veto in closing.vetoes(fresh(case))}
        assert set(found) == {"concern.unanswered"}
        assert found["concern.unanswered"].url.startswith("/")
        with pytest.raises(Refused) as caught:
            actions.ask_closure(fresh(case), SAID, by=owner)
        assert caught.value.code == "case.not_settled"
        actions.add_step(fresh(case), "Call the landlord together", "owner", by=owner)
        assert [veto.code for veto in closing.vetoes(fresh(case))] == ["plan.open"]
        actions.set_urgency(fresh(case), "emergency", by=owner)
        assert "emergency" in {veto.code for veto in closing.vetoes(fresh(case))}


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (Ending("because", "safer"), "closure.reason"),
        (Ending("duplicate", "better"), "closure.result"),
        (Ending("duplicate", "unknown", " "), "closure.because"),
        (Ending("relocated", "safer", unfollowed=" "), "closure.unfollowed"),
        (Ending("no_contact_after_n_attempts", "unknown", "never reached"), "closure.not_sought"),
    ],
)
def test_a_closure_says_why_and_what_has_changed_hs19(plain, owner, said, code):
    with acting(owner.pk), pytest.raises(Refused) as caught:
        actions.ask_closure(plain, said, by=owner)
    assert caught.value.code == code


def test_closing_with_no_follow_up_agreed_needs_a_reason_which_is_kept_w18(house, plain, owner):
    """W-18: a warning that goes on with a recorded reason."""
    with acting(owner.pk):
        done = actions.ask_closure(plain, SAID, by=owner)
        kept = Closure.objects.get(pk=done.pk)
        kept.dossier = plain.dossier
        assert kept.unfollowed == "She calls us if something changes."


def test_where_a_follow_up_was_agreed_or_nobody_can_be_asked_no_reason_is_needed_w18(house, plain, owner, browse):
    with acting(owner.pk):
        assert actions.ask_closure(plain, Ending("deceased", "unknown", "She died."), by=owner).status == "closed"
    other = settled(factories.case(house, category="other"), owner)
    factories.decide(house, other, Purpose.FOLLOW_UP_CONTACT, other.unit_id, fields=["safe_contact"])
    at = reverse("cases:close", args=[other.pk])
    assert "No follow-up was agreed. Why?" in browse(owner).get(at).content.decode()
    with acting(owner.pk):
        actions.plan_follow_up(fresh(other), by=owner, due_at=timezone.now() + timedelta(days=3))
    client = browse(owner)
    assert "No follow-up was agreed. Why?" not in client.get(at).content.decode()
    assert client.post(at, {"reason": "relocated", "result": "same"})["Location"] == reverse(
        "cases:case", args=[other.pk]
    )


def test_the_page_asks_why_no_follow_up_was_agreed_and_keeps_what_was_typed_w18(plain, owner, browse):
    client, at = browse(owner), reverse("cases:close", args=[plain.pk])
    page = client.post(at, {"reason": "relocated", "result": "same", "words": "Call the sister first."})
    assert page.status_code == 422
    assert "Write why no follow-up was agreed." in page.content.decode()
    assert "Call the sister first." in page.content.decode()


def test_nobody_reached_counts_only_after_three_attempts_over_thirty_days(house, plain, owner):
    said = Ending("no_contact_after_n_attempts", "unknown", "Nobody answered the phone")
    now = timezone.now()
    with acting(owner.pk):

        def tried(days, result="not_reached"):
            at = now - timedelta(days=days)
            FollowUp(dossier=plain.dossier, case=plain, planned_by=owner, due_at=at, done_at=at, result=result).save(
                force_insert=True
            )

        for days in (50, 40, 39):
            tried(days)
        tried(35, "reached")
        for days in (31, 12):
            tried(days)
        with pytest.raises(Refused):
            actions.ask_closure(fresh(plain), said, by=owner)
        tried(0.5)
        assert actions.ask_closure(fresh(plain), said, by=owner).status == "closed"


@pytest.mark.parametrize(
    "world", [{"age": 9}, {"age": None}, {"category": "sexual_or_gender_based"}, {"flags": ["death_threat_72h"]}]
)
def test_child_gbv_and_pressing_cases_need_another_person_hs19_hs20(house, owner, lead, world):
    case = settled(factories.case(house, **{"category": "other", **world}), owner)
    with acting(owner.pk):
        if fresh(case).urgency == "emergency":
            actions.set_urgency(fresh(case), "normal", by=owner, reason="The danger is over")
        asked = actions.ask_closure(fresh(case), SAID, by=owner)
        assert (asked.status, fresh(case).status) == ("asked", "in_response")
        with pytest.raises(Refused) as caught:
            actions.agree_closure(asked, by=owner)
        assert caught.value.code == "closure.same_person"
    with acting(lead.pk):
        actions.agree_closure(Closure.objects.get(pk=asked.pk), by=lead)
        assert fresh(case).status == CaseStatus.CLOSED


def test_what_comes_up_while_the_second_person_thinks_is_asked_again_hs18(house, owner, lead):
    case = settled(factories.case(house, age=9, category="other"), owner)
    with acting(owner.pk):
        asked = actions.ask_closure(fresh(case), SAID, by=owner)
        actions.add_step(fresh(case), "One more thing", "owner", by=owner)
    with acting(lead.pk):
        with pytest.raises(Refused) as caught:
            actions.agree_closure(Closure.objects.get(pk=asked.pk), by=lead)
        assert caught.value.code == "case.not_settled"
        actions.return_closure(Closure.objects.get(pk=asked.pk), "One step is open", by=lead)
        assert Closure.objects.get(pk=asked.pk).status == "returned"
        assert not Clock.objects.running().filter(subject_id=case.pk, code="closing").exists()


def test_database_refuses_what_the_actions_refuse(house, owner):
    """Illegal moves from shell and SQL: no closing without a closure, none of a child's case alone, no change afterwards."""
    case = settled(factories.case(house, age=9, category="sexual_or_gender_based"), owner)
    with acting(owner.pk):
        now = timezone.now()
        rows = Case.objects.filter(pk=case.pk)
        for change in (
            {"status": "closed", "closed_at": now},
            {"status": "new"},
            {"status": "closed"},
            {"status": "on_hold"},
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                rows.update(**change)
        alone = {
            "reason": "duplicate",
            "result": "safer",
            "record_class": "case_child",
            "asked_by": owner,
            "status": "closed",
        }
        with pytest.raises(IntegrityError), transaction.atomic():
            Closure(dossier=case.dossier, case=case, needs_second=True, **alone).save(force_insert=True)
        Closure(dossier=case.dossier, case=case, needs_second=False, **alone).save(force_insert=True)
        with pytest.raises(DatabaseError, match="by two people"), transaction.atomic():
            rows.update(status="closed", closed_at=now)


def test_a_closed_case_cannot_be_changed_by_page_shell_or_sql(house, plain, owner, lead):
    case = closed(plain, owner)
    with acting(lead.pk):
        for act in (
            lambda: actions.add_note(case, by=lead, text="more"),
            lambda: actions.assign(case, lead, by=lead),
            lambda: actions.add_step(case, "more", "owner", by=lead),
            lambda: actions.plan_follow_up(case, by=lead, due_at=timezone.now() + timedelta(days=1)),
            lambda: actions.set_urgency(case, "urgent", by=lead),
        ):
            with pytest.raises(Forbidden):
                act()
        for change in (
            {"owner": lead},
            {"urgency": "emergency"},
            {"closed_at": timezone.now()},
            {"status": "in_response", "closed_at": None},
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                Case.objects.filter(pk=case.pk).update(**change)
        for row in (
            CaseNote(dossier=case.dossier, case=case, author=lead, text="more"),
            FollowUp(dossier=case.dossier, case=case, planned_by=lead, due_at=timezone.now()),
        ):
            with pytest.raises(DatabaseError, match="closed case"), transaction.atomic():
                row.save(force_insert=True)


def test_nothing_is_offered_to_a_partner_from_a_closed_case_not_even_by_sql(house, plain, owner):
    referral = factories.sent(house, factories.case(house))
    case = closed(plain, owner)
    with acting(owner.pk):
        row = Referral.objects.get(pk=referral.pk)
        row.pk, row.reference, row.case_id, row.status = uuid4(), referral_reference(), case.pk, "draft"
        with pytest.raises(DatabaseError, match="closed case"), transaction.atomic():
            row.save(force_insert=True)


def test_referrals_keep_a_case_open_until_somebody_asked_the_person_hs18(house, owner):
    """A referral that runs, and a decision of the partner that nobody has answered, each with its reference and a link."""
    case = factories.case(house, category="other")
    referral = factories.sent(house, case)
    with acting(owner.pk):
        found = {veto.code: veto for veto in closing.vetoes(fresh(case))}
        assert set(found) == {"referral.running"}, "the referral itself is the answer to the concern (R-46)"
        assert referral.reference in found["referral.running"].what
        assert str(referral.pk) in found["referral.running"].url


def test_reopening_begins_anew_resets_clocks_and_needs_fresh_consent_scenario_15(house, plain, owner):
    factories.decide(house, plain, Purpose.FOLLOW_UP_CONTACT, plain.unit_id, fields=["safe_contact"])
    with acting(owner.pk):
        assert covers(plain.person_id, Purpose.FOLLOW_UP_CONTACT, plain.unit_id, ["safe_contact"])
    case = closed(plain, owner)
    with acting(owner.pk):
        with pytest.raises(Refused):
            actions.reopen(case, " ", by=owner)
        case = actions.reopen(case, "She came back to the service point", by=owner)
        assert (case.status, case.closed_at, case.waits_for_owner) == ("new", None, True)
        running = Clock.objects.running().get(subject_id=case.pk)
        assert (running.code, running.n_reminders, running.started_at >= case.reopened_at) == ("owner", 0, True)
        for purpose, fields in (
            (Purpose.FOLLOW_UP_CONTACT, ["safe_contact"]),
            (Purpose.INTERNAL_ESCALATION, ["alias"]),
        ):
            assert covers(case.person_id, purpose, case.unit_id, fields) is None, (
                "what was agreed before covers nothing"
            )
        with pytest.raises(Refused) as caught:
            actions.plan_follow_up(case, by=owner, due_at=timezone.now() + timedelta(days=1))
        assert caught.value.code == "follow_up.consent"
        assert [veto.code for veto in closing.vetoes(case)] == ["concern.unanswered"], (
            "an earlier answer is none any more"
        )
    factories.decide(house, case, Purpose.FOLLOW_UP_CONTACT, case.unit_id, fields=["safe_contact"])
    with acting(owner.pk):
        actions.accept(case, by=owner)
        assert actions.plan_follow_up(fresh(case), by=owner, due_at=timezone.now() + timedelta(days=1))


def test_only_who_holds_a_seat_there_reopens(house, plain, owner):
    case = closed(plain, owner)
    with acting(house.people["volunteer"].pk) as _:
        assert not Case.objects.filter(pk=case.pk).exists()
    with acting(owner.pk):
        actions.reopen(fresh(case), "once", by=owner)
        with pytest.raises(Forbidden):
            actions.reopen(fresh(case), "twice", by=owner)
