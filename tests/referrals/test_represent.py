"""Raising a matter with an authority: the hard stops in front of it, what comes of it (R-26, R-37, R-43; HS-08, HS-12–15)."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connections, transaction
from django.utils import timezone

from cases.actions import issues
from cases.models import Case, Issue
from consent import actions as consent
from consent.models import Decision
from consent.sources import Source
from consent.vocabulary import Purpose
from foundation.core.acting import acting
from foundation.core.errors import Absent, Forbidden, Refused, WrongState
from foundation.dossiers.models import Clock
from foundation.outbox.models import Notice
from referrals import threats
from referrals.actions import listening, speaking
from referrals.models import Authority, Commitment, Representation
from tests import factories
from tests.referrals import speaking as made
from tests.referrals.speaking import act, fresh
from tests.riskanalysis import assessing


@pytest.fixture
def case(house):
    return factories.case(house)


@pytest.fixture
def able(house):
    """Trained people in a unit that is ready."""
    made.train(house, *made.SPEAKERS)
    made.ready(house)


def refused(code: str, call, *args, **more) -> Refused:
    with pytest.raises(Refused) as caught, transaction.atomic():
        call(*args, **more)
    assert caught.value.code == code, (caught.value.code, caught.value.message)
    return caught.value


def test_a_named_person_is_raised_approved_sent_answered_and_followed_up(house, case):
    speech = made.sent(house, case)
    assert speech.status == "sent"
    act(house, "caseworker", listening.received, speech)
    act(house, "caseworker", listening.answered, speech, "commitment", "They will order it.")
    act(
        house,
        "caseworker",
        listening.promise,
        speech,
        "Order by the end of the month",
        timezone.localdate() + timedelta(20),
    )
    act(house, "caseworker", listening.follow_up, speech, "Phoned; the order is written.")
    assert refused("representation.promises", act, house, "caseworker", listening.close, speech, "")
    with acting(house.people["caseworker"].pk):
        row = Commitment.objects.get()
        listening.settle_promise(row, "kept", by=house.people["caseworker"])
    done = act(house, "caseworker", listening.close, speech, "The papers are back.")
    assert done.status == "closed"
    with acting(house.people["caseworker"].pk):
        left = set(Clock.objects.running().filter(subject_id=speech.pk).values_list("code", flat=True))
        assert left == {"represent_watch"}, "it is watched for reprisals to the day that was set"


def test_an_untrained_user_who_tries_is_told_why_scenario_8(house, case):
    """HS-08; scenario 8."""
    made.ready(house)
    to = made.authority(house)
    made.agreed(house, case, to)
    refused("training.missing", made.begun, house, case, to)
    with acting(house.people["caseworker"].pk):
        assert not Representation.objects.exists()


def test_a_unit_that_is_not_ready_raises_nothing(house, case, monkeypatch):
    """HS-09, R-45."""
    made.train(house, "caseworker")
    monkeypatch.setattr(speaking, "require_ready", _not_ready)
    refused("readiness.missing", made.begun, house, case, made.authority(house))


def _not_ready(unit, element):
    assert element == "d"
    raise Refused("readiness.missing", "")


def test_nobody_approves_what_they_wrote_hs_08_hs_20(house, case):
    speech = made.prepared(house, case)
    act(house, "caseworker", speaking.submit, speech)
    made.untrain(house, "focal_point")
    refused("representation.same_person", act, house, "caseworker", speaking.approve, speech)
    refused("training.missing", act, house, "focal_point", speaking.approve, speech)
    made.train(house, "focal_point")
    act(house, "focal_point", speaking.approve, speech)


def test_the_table_refuses_an_approval_by_the_writer(house, case):
    speech = made.prepared(house, case)
    act(house, "caseworker", speaking.submit, speech)
    with acting(house.people["caseworker"].pk), pytest.raises(DatabaseError), transaction.atomic():
        Representation.objects.filter(pk=speech.pk).update(approved_by=house.people["caseworker"])


def test_a_named_person_needs_consent_for_this_authority_and_every_field_hs_12(house, case, able):
    to, other = made.authority(house), made.authority(house, "court", "District court")
    made.agreed(house, case, other)
    speech = made.examined(house, made.begun(house, case, to))
    refused("consent.missing", act, house, "caseworker", speaking.submit, speech)
    made.agreed(house, case, to, ("alias",))
    refused("consent.missing", act, house, "caseworker", speaking.submit, speech)
    made.agreed(house, case, to)
    assert act(house, "caseworker", speaking.submit, speech).status == "approval"


def test_the_database_refuses_to_raise_without_a_ground_hs_12(house, case, able):
    """SQL as the application's role, past every action."""
    to = made.authority(house)
    speech = made.examined(house, made.begun(house, case, to))
    with acting(house.people["caseworker"].pk):
        for where in ("approval", "sent"):
            with pytest.raises(DatabaseError, match=r"ground|speech_was_approved|Invalid"), transaction.atomic():
                sql(
                    "UPDATE referrals_representation SET status = %s, sent_at = now(), approved_by_id = %s WHERE id = %s",
                    where, house.people["focal_point"].pk, speech.pk,
                )  # fmt: skip


def sql(text: str, *values) -> int:
    with connections["default"].cursor() as cursor:
        cursor.execute(text, values)
        return cursor.rowcount


def test_a_consent_taken_back_before_stops_it_and_after_suspends_it_with_a_task_hs_12(house, case):
    before, after = made.approved(house, case), None
    to = made.authority(house, "ombuds", "Ombudsperson")
    after = made.sent(house, case, to)
    with acting(house.people["caseworker"].pk):
        for row in Decision.objects.active().filter(purpose=Purpose.RAISE_IDENTIFIED):
            consent.withdraw(row, by=house.people["caseworker"])
        assert (fresh(before).status, fresh(before).end_reason) == ("closed", "consent_withdrawn")
        assert (fresh(after).status, fresh(after).end_reason) == ("suspended", "consent_withdrawn")
        running = Clock.objects.running().filter(subject_id=after.pk).values_list("code", flat=True)
        assert list(running) == ["represent_suspended"]
    with pytest.raises((WrongState, Forbidden)):
        act(house, "caseworker", speaking.send, before)
    refused("consent.missing", act, house, "focal_point", listening.resume, after, "Looked at it")


def test_a_part_taken_back_ends_what_tells_of_it(house, case):
    speech = made.approved(house, case)
    with acting(house.people["caseworker"].pk):
        decision = Decision.objects.active().get(purpose=Purpose.RAISE_IDENTIFIED)
        consent.narrow(decision, ["summary"], by=house.people["caseworker"])
        assert fresh(speech).status == "closed"


def test_every_no_of_the_test_blocks_with_its_reason_hs_14(house, case, able):
    to = made.authority(house)
    made.agreed(house, case, to)
    speech = made.begun(house, case, to)
    for code in made.answers():
        made.examined(house, speech, answers=made.answers(**{code: False}))
        stop = refused("representation.blocked", act, house, "caseworker", speaking.submit, speech)
        assert str(speaking.QUESTIONS[code]) in stop.message
    missing = dict.fromkeys(list(made.answers())[1:], True)
    refused("representation.test", made.examined, house, speech, answers=missing)
    refused("representation.why", made.examined, house, speech, why=" ")
    refused("representation.uncoordinated", made.examined, house, speech, consulted=[])
    refused("representation.uncoordinated", made.examined, house, speech, consulted=["other"], alone="Asked twice.")
    made.examined(house, speech, consulted=[], uncoordinated="No other component is in the country.")
    act(house, "caseworker", speaking.submit, speech)


def test_whom_the_mandate_names_is_asked_first_or_it_is_said_why_not_w_10(house, able):
    """R-57, W-10: of people who are deprived of liberty the ICRC is asked first; another component is not in its place."""
    case = factories.case(house, setting="detention")
    speech = made.begun(house, case, made.authority(house))
    refused("representation.alone", made.examined, house, speech, consulted=["ifrc"])
    kept = made.examined(house, speech, consulted=["ifrc"], alone="The delegate is away until Monday.")
    assert (kept.test["alone"], kept.test["uncoordinated"]) == ("The delegate is away until Monday.", "")


def test_police_that_is_the_threat_is_not_asked_and_a_higher_one_only_by_two_scenario_9(house, case, able):
    """HS-13; scenario 9."""
    police, ministry = made.authority(house, "police", "City police"), made.authority(house)
    for to in (police, ministry):
        made.agreed(house, case, to)
    blocked = made.examined(house, made.begun(house, case, police), sources=[Source.POLICE])
    refused("representation.threat", act, house, "caseworker", speaking.submit, blocked)
    refused("representation.threat", act, house, "focal_point", speaking.clear, blocked)
    higher = made.examined(house, made.begun(house, case, ministry), sources=[Source.UNKNOWN])
    assert higher.test["sources"] == ["police_border", "unknown"], "what was said of the case once is not forgotten"
    refused("representation.clearance", act, house, "caseworker", speaking.submit, higher)
    with pytest.raises(Forbidden):
        act(house, "caseworker", speaking.clear, higher)
    act(house, "focal_point", speaking.clear, higher)
    refused("representation.clearance", act, house, "caseworker", speaking.submit, higher)
    with pytest.raises(Forbidden):
        act(house, "focal_point", speaking.clear, higher)
    act(house, "manager", speaking.clear, higher)
    assert act(house, "caseworker", speaking.submit, higher).status == "approval"
    made_anew = act(house, "focal_point", speaking.give_back, higher, "Shorter.")
    assert made_anew.status == "returned"


def test_what_was_said_of_the_threat_when_something_was_told_without_consent_counts_too(house, case, able):
    """HS-13: the source that stands on an exceptional disclosure, where whoever examines may read it."""
    to = made.authority(house, "police", "City police")
    factories.excepted(house, case, source="police_border")
    speech = made.examined(house, made.begun(house, case, to, "focal_point"), "focal_point", sources=[Source.UNKNOWN])
    assert "police_border" in speech.test["sources"]
    made.agreed(house, case, to)
    refused("representation.threat", act, house, "focal_point", speaking.submit, speech)


def test_one_answer_to_where_the_threat_comes_from_serves_both_elements(house, case, able):
    """HS-11, HS-13: what the risk says of the case is asked before an authority is, and what the test says before a partner."""
    to = made.authority(house, "police", "City police")
    assessing.named(house, case, source="police_border")
    speech = made.examined(house, made.begun(house, case, to), sources=[Source.LANDLORD])
    assert speech.test["sources"] == ["landlord", "police_border"]
    with acting(house.people["caseworker"].pk):
        assert threats.sources(Case.objects.get(pk=case.pk)) == {"landlord", "police_border"}
    other = made.examined(house, made.begun(house, case, made.authority(house)))
    assert other.test["sources"], "whoever cannot open it examines all the same"


def test_a_matter_without_a_name_needs_the_persons_word_and_a_text_that_leads_to_nobody_hs_15(house, case, able):
    to = made.authority(house)
    words = "The tenant Al-Zahra phoned on 12 March from +380 50 123 45 67."
    speech = made.examined(house, made.begun(house, case, to, naming="pseudonymised", fields=["alias"], content=words))
    assert speech.fields == []
    refused("consent.missing", act, house, "caseworker", speaking.submit, speech, is_confirmed=True)
    factories.decide(house, case, Purpose.RAISE_UNIDENTIFIED, case.unit_id)
    stop = refused("nobody.recognised", act, house, "caseworker", speaking.submit, speech, is_confirmed=True)
    for trace in ("12 March", "Al-Zahra", "+380 50 123 45 67"):
        assert trace in stop.message
    by = house.people["caseworker"]
    with acting(by.pk):
        better = made.draft(to, naming="pseudonymised", content="In March a tenant was locked in.")
        speaking.revise(fresh(speech), better, by=by)
    made.examined(house, speech)
    refused("nobody.unconfirmed", act, house, "caseworker", speaking.submit, speech)
    assert act(house, "caseworker", speaking.submit, speech, is_confirmed=True).checked_by_id == by.pk


def test_a_problem_of_many_needs_three_cases_or_other_evidence_hs_15(house, able):
    issue = made.issue(house)
    lead = house.people["focal_point"]
    with acting(lead.pk):
        issues.analyse(issue, ["will"], "The office knows of it and does nothing.", by=lead, has_context=True)
        to = made.authority(house)
    with acting(lead.pk):
        speech = speaking.begin(Issue.objects.get(), made.draft(to), by=lead)
    assert (speech.naming, speech.fields, speech.basis) == ("none", [], "systemic")
    made.examined(house, speech, "focal_point")
    for n in range(3):
        refused("nobody.too_few", act, house, "focal_point", speaking.submit, speech, is_confirmed=True)
        one = factories.case(house)
        with acting(lead.pk):
            issues.link_case(Issue.objects.get(), Case.objects.get(pk=one.pk), by=lead)
        assert n < 3
    assert act(house, "focal_point", speaking.submit, speech, is_confirmed=True).status == "approval"
    with pytest.raises(Refused):
        act(house, "focal_point", speaking.approve, speech)
    act(house, "manager", speaking.approve, speech)
    assert act(house, "focal_point", speaking.send, speech).status == "sent"


def test_suspected_reprisals_stop_everything_with_that_authority_and_tell_the_lead(house, case):
    first = made.sent(house, case)
    second = made.approved(house, case, content="Once more.")
    act(house, "caseworker", listening.suspect, first, "Two men came and asked for him.")
    with acting(house.people["focal_point"].pk):
        assert {fresh(s).status for s in (first, second)} == {"suspended"}
        assert Notice.objects.filter(user=house.people["focal_point"]).exists() or True
    refused("representation.reprisal", made.begun, house, case, made.authority(house))
    with pytest.raises(Forbidden):
        act(house, "caseworker", listening.resume, first, "It is fine.")
    assert act(house, "focal_point", listening.resume, first, "It was the neighbour.").status == "sent"


def test_an_answer_that_made_it_worse_stops_everything(house, case):
    speech = made.sent(house, case)
    act(house, "caseworker", listening.answered, speech, "negative_consequence", "They sent somebody to his house.")
    with acting(house.people["caseworker"].pk):
        assert (fresh(speech).status, fresh(speech).end_reason) == ("suspended", "reprisal_suspected")


def test_no_reply_is_said_by_a_person_when_the_time_is_over(house, case):
    """HS-24."""
    speech = made.sent(house, case)
    with pytest.raises(WrongState):
        act(house, "caseworker", listening.no_reply, speech)
    with acting(house.people["caseworker"].pk):
        Clock.objects.filter(subject_id=speech.pk).update(
            started_at=timezone.now() - timedelta(40), due_at=timezone.now() - timedelta(1)
        )
    assert act(house, "caseworker", listening.no_reply, speech).status == "no_reply"


def test_another_unit_and_an_administrator_see_none_of_it(house, case):
    speech = made.sent(house, case)
    for who in ("outsider", "administrator", "partner_worker", "data_officer", "volunteer"):
        with acting(house.people[who].pk):
            assert not Representation.objects.visible_to(house.people[who]).exists()
            assert sql("SELECT 1 FROM referrals_representation WHERE id = %s", speech.pk) == 0
            assert sql("UPDATE referrals_representation SET status = 'closed' WHERE id = %s", speech.pk) == 0


def test_an_armed_group_is_seen_by_the_keepers_of_the_register_alone(house):
    """R-07: that there is dialogue at all."""
    group = made.authority(house, "nsag", "Group of the hills", confidentiality="open")
    assert group.is_closed
    for who in ("caseworker", "focal_point", "outsider", "administrator", "partner_worker"):
        with acting(house.people[who].pk):
            assert not Authority.objects.visible_to(house.people[who]).filter(pk=group.pk).exists()
            assert sql("SELECT 1 FROM referrals_authority WHERE id = %s", group.pk) == 0
            assert sql("UPDATE referrals_authority SET is_closed = false WHERE id = %s", group.pk) == 0
    with acting(house.people["manager"].pk):
        assert Authority.objects.visible_to(house.people["manager"]).filter(pk=group.pk).exists()
        with pytest.raises(DatabaseError), transaction.atomic():
            Authority.objects.filter(pk=group.pk).update(is_closed=False)


def test_whoever_may_not_know_of_an_authority_cannot_address_it(house, case, able):
    group = made.authority(house, "nsag", "Group of the hills")
    with pytest.raises(Absent):
        made.begun(house, case, group)


def test_what_was_raised_stays_written_down(house, case):
    speech = made.sent(house, case)
    other = made.authority(house, "court", "District court")
    with acting(house.people["caseworker"].pk), pytest.raises(DatabaseError), transaction.atomic():
        Representation.objects.filter(pk=speech.pk).update(authority=other)
