"""Who decides with a child, or for an adult who cannot (domain.md §5.5–5.6; HS-04, W-11, scenarios 5 and 6)."""

import json
from datetime import timedelta

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from cases.actions import capacity
from cases.models import Case
from cases.states import CaseStatus
from consent import actions as consent
from consent import age_tables
from consent.actions.capacity import Voices
from consent.capacity import Ability, Outcome
from consent.models import (
    AgeTable,
    BestInterestNote,
    CapacityAssessment,
    Caregiver,
    ConsentBasis,
    Decision,
    NoticeVersion,
)
from consent.vocabulary import Answer, Element, NoteStatus, Purpose, RecipientKind
from foundation.core.acting import acting
from foundation.core.errors import Refused, WrongState
from foundation.core.policy import fetch
from referrals import actions as referrals
from referrals.models import Referral
from tests import factories

WORDS = {
    "options": "Shelter, or staying with the aunt.", "views": "I do not want to go home.",
    "safety": "At home she is not safe.", "decision": "The shelter tonight.",
}  # fmt: skip
FOUND = {"doubt": "confused", "support": ["plain_words", "time_place"], **dict.fromkeys(Ability.values, "yes")}


def child(house, age) -> Case:
    return factories.case(house, age=age)


def fresh(case) -> Case:
    found = Case.objects.select_related("dossier", "unit", "person").get(pk=case.pk)
    found.person.dossier = found.dossier
    return found


def decide(house, case, voices=None, answer=Answer.GRANTED, purpose=Purpose.EXTERNAL_REFERRAL):
    """The conversation of the case's owner about one line."""
    by, service = house.people["caseworker"], house.services["Safe shelter"]
    kind = RecipientKind.SERVICE if purpose == Purpose.EXTERNAL_REFERRAL else RecipientKind.UNIT
    recipient = service.pk if kind == RecipientKind.SERVICE else case.unit_id
    line = consent.Asked(purpose, kind, recipient, answer, fields=service.offered_fields)
    how = {
        "language": "en", "mode": "verbal", "interpreter": "none", "is_private": True,
        "elements": list(Element.values), "asked_by_person": False,
    }  # fmt: skip
    with acting(by.pk), transaction.atomic():
        return consent.record(
            fresh(case).person,
            [line],
            by=by,
            explained_by=by,
            notice=NoticeVersion.current("en"),
            how=how,
            voices=voices,
        )


def caregiver(house, case, name="Auntie", relationship="relative") -> Caregiver:
    by = house.people["caseworker"]
    with acting(by.pk):
        return capacity.add_caregiver(fresh(case), relationship, name, by=by)


def flagged(house, case, one) -> None:
    by = house.people["caseworker"]
    with acting(by.pk):
        capacity.flag_caregiver(fresh(case), Caregiver.objects.get(pk=one.pk), by=by)


def noted(house, case, purposes=(Purpose.EXTERNAL_REFERRAL,), is_agreed=True) -> BestInterestNote:
    owner, lead = house.people["caseworker"], house.people["focal_point"]
    with acting(owner.pk):
        note = capacity.write_note(fresh(case), list(purposes), WORDS, by=owner)
    with acting(lead.pk):
        return capacity.answer_note(fresh(case), note, is_agreed, by=lead)


def refused(house, case, voices=None, **more) -> str:
    with pytest.raises(Refused) as stop:
        decide(house, case, voices, **more)
    with acting(house.people["caseworker"].pk):
        active = Decision.objects.active().filter(person=case.person_id).exclude(purpose=Purpose.INTERNAL_ESCALATION)
        assert not active.exists()
    return stop.value.code


def test_an_adult_decides_alone_and_the_version_that_was_applied_is_kept(house):
    case = child(house, 34)
    made = decide(house, case)
    with acting(house.people["caseworker"].pk):
        basis = ConsentBasis.objects.select_related("table").get(consent=made)
        assert (basis.said, basis.table, basis.caregiver_id) == ({"kind": "alone"}, AgeTable.current(), None)


def test_an_unknown_age_is_treated_as_a_child(house):
    """HS-04: the hint is to ask the age, not to guess it."""
    case = child(house, None)
    assert refused(house, case) == "consent.age_unknown"
    assert refused(house, case, Voices(child="agrees")) == "consent.caregiver_agrees"
    with acting(house.people["caseworker"].pk):
        capacity.say_age(fresh(case), 19, by=house.people["caseworker"])
    assert decide(house, case)


@pytest.mark.parametrize(
    ("age", "said", "code"),
    [
        (3, {}, "child_explained"), (3, {"child": "explained"}, "caregiver_agrees"),
        (9, {"child": "explained"}, "child_agrees"), (9, {"child": "agrees"}, "caregiver_agrees"),
        (9, {"child": "refuses", "caregiver_says": "agrees"}, "child_refuses"),
        (13, {"child": "agrees", "caregiver_says": "refuses"}, "caregiver_agrees"),
        (16, {"child": "agrees"}, "child_permits"),
        (16, {"child": "agrees", "is_permitted": True}, "caregiver_agrees"),
        (16, {"child": "agrees", "is_permitted": False, "caregiver_says": "agrees"}, "caregiver_not_permitted"),
    ],
)  # fmt: skip
def test_what_is_missing_stops_it_and_is_said_by_its_code(house, age, said, code):
    """HS-04, the combinations of the table one by one."""
    case = child(house, age)
    one = caregiver(house, case) if "caregiver_says" in said else None
    assert refused(house, case, Voices(caregiver=one, **said)) == f"consent.{code}"


@pytest.mark.parametrize(
    ("age", "said"),
    [
        (3, {"child": "explained", "caregiver_says": "agrees"}), (9, {"child": "agrees", "caregiver_says": "agrees"}),
        (13, {"child": "agrees", "caregiver_says": "agrees"}),
        (16, {"child": "agrees", "is_permitted": True, "caregiver_says": "agrees"}),
    ],
)  # fmt: skip
def test_what_the_table_asks_is_enough(house, age, said):
    case = child(house, age)
    made = decide(house, case, Voices(caregiver=caregiver(house, case), **said))
    with acting(house.people["caseworker"].pk):
        assert ConsentBasis.objects.get(consent=made).said["kind"] == "combination"


def test_a_child_of_nine_with_an_abusive_caregiver(house):
    """Scenario 5, HS-04: what rests on the caregiver ends with the cascade, the caregiver is shut out, two people decide."""
    case, by, service = child(house, 9), house.people["caseworker"], house.services["Safe shelter"]
    father = caregiver(house, case, "Papa", "father")
    decide(house, case, Voices(child="agrees", caregiver=father, caregiver_says="agrees"))
    decide(house, case, Voices(child="agrees", caregiver=father, caregiver_says="agrees"), purpose=Purpose.RECORD_CASE)
    referral = factories.prepared(house, case, service)
    with acting(by.pk):
        referrals.submit(Referral.objects.get(pk=referral.pk), by=by)
        consent.change_person(
            fresh(case).person, by=by, safe_contact={"method": "through", "value": "Papa", "safe_times": "evening"}
        )
    flagged(house, case, father)
    with acting(by.pk):
        assert Referral.objects.get(pk=referral.pk).status == "cancelled"
        left = Decision.objects.active().filter(person=case.person_id)
        assert set(left.values_list("purpose", flat=True)) == {Purpose.INTERNAL_ESCALATION}
        assert fresh(case).person.contact == {}
        assert fresh(case).status != CaseStatus.RESTRICTED, "a caregiver who harms does not freeze the child's case"
        with pytest.raises(Refused) as stop:
            consent.change_person(fresh(case).person, by=by, safe_contact={"method": "through", "value": "Mama"})
        assert (stop.value.code, stop.value.field) == ("contact.excluded", "method")
    voices = Voices(child="agrees", caregiver=father, caregiver_says="agrees")
    with acting(by.pk):
        voices = Voices(child="agrees", caregiver=Caregiver.objects.get(pk=father.pk), caregiver_says="agrees")
    assert refused(house, case, voices) == "consent.caregiver_excluded"
    assert refused(house, case, Voices(child="agrees")) == "consent.caregiver_agrees"
    noted(house, case)
    assert refused(house, case, voices) == "consent.caregiver_excluded", "nor with a best-interest decision"
    decide(house, case, Voices(child="agrees"))
    again = factories.prepared(house, case, service)
    with acting(by.pk):
        referrals.submit(Referral.objects.get(pk=again.pk), by=by)
    with acting(house.people["focal_point"].pk):
        sent = referrals.send(Referral.objects.get(pk=again.pk), by=house.people["focal_point"])
        assert sent.status == "sent"


def test_a_caregiver_who_was_shut_out_does_not_come_back_under_another_entry(house):
    case = child(house, 9)
    one = caregiver(house, case, "Papa Ali", "father")
    flagged(house, case, one)
    with pytest.raises(Refused) as stop:
        caregiver(house, case, "  papa   ALI ", "father")
    assert stop.value.code == "caregiver.excluded"
    with pytest.raises(WrongState):
        flagged(house, case, one)
    assert caregiver(house, case, "Mama", "mother")


def test_a_child_of_sixteen_who_wants_nobody_at_home_to_know(house):
    """Scenario 6: the child's own consent is enough, and no caregiver has a part in it."""
    case = child(house, 16)
    made = decide(house, case, Voices(child="agrees", is_permitted=False))
    with acting(house.people["caseworker"].pk):
        basis = ConsentBasis.objects.get(consent=made)
        assert basis.caregiver_id is None
        assert basis.said == {"kind": "combination", "child": "agrees", "permitted": False}


def test_the_refusal_of_a_child_is_lifted_by_two_people_and_not_by_one(house, caseworker):
    case = child(house, 12)
    one = caregiver(house, case)
    voices = Voices(child="refuses", caregiver=one, caregiver_says="agrees")
    assert refused(house, case, voices) == "consent.child_refuses"
    with acting(caseworker.pk):
        note = capacity.write_note(fresh(case), [Purpose.EXTERNAL_REFERRAL], WORDS, by=caseworker)
        with pytest.raises(Refused) as same:
            capacity.answer_note(fresh(case), note, True, by=caseworker)
    assert same.value.code == "best_interest.same_person"
    assert refused(house, case, voices) == "consent.child_refuses"
    with acting(house.people["focal_point"].pk):
        capacity.answer_note(fresh(case), note, True, by=house.people["focal_point"])
    made = decide(house, case, voices)
    with acting(caseworker.pk):
        basis = ConsentBasis.objects.get(consent=made)
        assert (basis.note_id, basis.said["kind"]) == (note.pk, "best_interest")


def test_a_best_interest_decision_counts_for_its_purposes_and_its_time_only(house):
    case = child(house, 9)
    noted(house, case, [Purpose.RECORD_CASE])
    assert refused(house, case, Voices(child="agrees")) == "consent.caregiver_agrees"
    noted(house, case, is_agreed=False)
    assert refused(house, case, Voices(child="agrees")) == "consent.caregiver_agrees"
    noted(house, case)
    with time_machine.travel(timezone.now() + timedelta(days=31)):
        assert refused(house, case, Voices(child="agrees")) == "consent.caregiver_agrees"
    assert refused(house, case, Voices()) == "consent.child_explained", "no decision spares the child an explanation"
    assert decide(house, case, Voices(child="agrees"))


def test_a_refusal_or_a_withdrawal_needs_nobody_else(house, caseworker):
    """HS-05: a child says no alone, whoever agreed before."""
    case = child(house, 7)
    decide(house, case, Voices(child="agrees", caregiver=caregiver(house, case), caregiver_says="agrees"))
    decide(house, case, answer=Answer.REFUSED)
    with acting(caseworker.pk):
        assert not Decision.objects.active().filter(person=case.person_id, purpose=Purpose.EXTERNAL_REFERRAL).exists()


def test_passing_on_inside_asks_no_caregiver_so_that_nobody_keeps_a_child_from_the_focal_point(house, caseworker):
    case = child(house, None)
    made = decide(house, case, purpose=Purpose.INTERNAL_ESCALATION)
    with acting(caseworker.pk):
        assert ConsentBasis.objects.get(consent=made).said["kind"] == "inside"


def test_a_caregiver_of_another_child_is_none_of_this_one(house):
    case, other = child(house, 9), child(house, 9)
    theirs = caregiver(house, other)
    voices = Voices(child="agrees", caregiver=theirs, caregiver_says="agrees")
    assert refused(house, case, voices) == "consent.caregiver"


@pytest.mark.parametrize("part", list(WORDS))
def test_a_best_interest_decision_has_all_its_parts(house, caseworker, part):
    case = child(house, 9)
    with acting(caseworker.pk), pytest.raises(Refused) as stop:
        capacity.write_note(fresh(case), [Purpose.EXTERNAL_REFERRAL], {**WORDS, part: " "}, by=caseworker)
    assert stop.value.field == part


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("consent_bestinterestnote", "status = 'agreed'"),
        ("consent_bestinterestnote", "status = 'agreed', answered_by_id = written_by_id"),
        ("consent_bestinterestnote", 'purposes = \'["record_case", "lessons_advocacy_story"]\''),
        ("consent_agetable", "rules = '{}'"),
    ],
)
def test_the_database_itself_refuses_a_short_cut(house, caseworker, table, change):
    case = child(house, 9)
    with acting(caseworker.pk):
        capacity.write_note(fresh(case), [Purpose.EXTERNAL_REFERRAL], WORDS, by=caseworker)
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE {table} SET {change}")


def test_an_outsider_and_a_reporter_see_nothing_of_it(house):
    case = child(house, 9)
    one, note = caregiver(house, case), noted(house, case)
    for who in ("outsider", "volunteer", "data_officer", "partner_worker"):
        with acting(house.people[who].pk):
            assert not Caregiver.objects.filter(pk=one.pk).exists()
            assert not BestInterestNote.objects.filter(pk=note.pk).exists()
            assert not ConsentBasis.objects.all().exists()
    with acting(house.people["focal_point"].pk):
        assert fetch(house.people["focal_point"], BestInterestNote, note.pk).status == NoteStatus.AGREED


# --- adults


def test_a_disability_is_no_reason_to_doubt(house, caseworker):
    """W-11."""
    case = child(house, 40)
    with acting(caseworker.pk), pytest.raises(Refused) as stop:
        capacity.assess(fresh(case), Purpose.EXTERNAL_REFERRAL, {**FOUND, "doubt": "disability"}, "", by=caseworker)
    assert (stop.value.code, stop.value.field) == ("capacity.disability", "doubt")
    with acting(caseworker.pk):
        assert not CapacityAssessment.objects.exists()


def test_support_comes_first(house, caseworker):
    case = child(house, 40)
    with acting(caseworker.pk), pytest.raises(Refused) as stop:
        capacity.assess(fresh(case), Purpose.EXTERNAL_REFERRAL, {**FOUND, "support": []}, "", by=caseworker)
    assert stop.value.field == "support"


def test_who_cannot_decide_one_thing_decides_all_others_and_for_a_while_only(house, caseworker):
    """Decision-specific and time-limited (§5.6); substitute only by a legal representative."""
    case = child(house, 40)
    with acting(caseworker.pk):
        found = {**FOUND, Ability.WEIGH: "no"}
        with pytest.raises(Refused) as stop:
            capacity.assess(fresh(case), Purpose.EXTERNAL_REFERRAL, found, "", by=caseworker)
        assert stop.value.field == "words"
        row = capacity.assess(fresh(case), Purpose.EXTERNAL_REFERRAL, found, "Tried twice.", by=caseworker)
        assert row.outcome == Outcome.CANNOT
    assert refused(house, case) == "consent.cannot_decide"
    assert decide(house, case, purpose=Purpose.RECORD_CASE)
    made = decide(house, case, Voices(representative="R. Marin, court order"))
    with acting(caseworker.pk):
        assert ConsentBasis.objects.get(consent=made).said["kind"] == "representative"
    with time_machine.travel(timezone.now() + timedelta(days=31)):
        assert decide(house, case)


def test_a_later_assessment_replaces_the_earlier_one(house, caseworker):
    case = child(house, 40)
    with acting(caseworker.pk):
        capacity.assess(
            fresh(case), Purpose.EXTERNAL_REFERRAL, {**FOUND, Ability.RETAIN: "no"}, "Very tired.", by=caseworker
        )
        capacity.assess(
            fresh(case), Purpose.EXTERNAL_REFERRAL, {**FOUND, Ability.RETAIN: "with_support"}, "", by=caseworker
        )
    assert decide(house, case)


def test_a_doubt_without_an_assessment_warns_and_goes_on_with_a_reason(house, caseworker):
    """W-11."""
    case = child(house, 40)
    assert refused(house, case, Voices(is_doubted=True)) == "consent.doubted"
    made = decide(house, case, Voices(is_doubted=True, doubt_reason="She was tired and explained it back rightly."))
    with acting(caseworker.pk):
        assert "explained it back" in ConsentBasis.objects.get(consent=made).said["doubt"]


# --- the table of a country


def test_a_country_has_a_table_of_its_own_in_versions(house, settings, tmp_path):
    settings.AGE_TABLE_COUNTRY = "XA"
    assert AgeTable.current().country == ""
    rows = [{"from": 0, "to": 15, "child": "assent", "caregiver": "consent"}]
    file = tmp_path / "table.json"
    for version, last in ((1, 15), (2, 13)):
        rows[0]["to"] = last
        file.write_text(json.dumps({"country": "XA", "version": version, "source": "Act 7", "rows": rows}))
        call_command("age_table_publish", str(file))
    assert (AgeTable.current().country, AgeTable.current().version) == ("XA", 2)
    assert decide(house, child(house, 14))
    file.write_text(json.dumps({"country": "XA", "version": 2, "source": "Act 7", "rows": [{**rows[0], "to": 9}]}))
    with pytest.raises(CommandError, match="give the new ones a new version"):
        call_command("age_table_publish", str(file))
    file.write_text("[]")
    with pytest.raises(CommandError):
        call_command("age_table_publish", str(file))


def test_publishing_what_ships_twice_changes_nothing(db):
    age_tables.install()
    n = AgeTable.objects.count()
    age_tables.install()
    assert AgeTable.objects.count() == n >= 1
