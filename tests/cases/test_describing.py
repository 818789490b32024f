"""Said when there is time: context (R-03), rights at stake (R-10), what a step is for (R-02), adapting help (R-06, W-20)."""

import json
import re

import pytest
from django.db import connections
from django.urls import reverse

from cases import actions, adapting
from cases.actions.describing import set_context, set_functioning
from cases.models import Case, CaseNote, PlanStep
from cases.vocabulary import Context
from foundation.core.acting import acting
from foundation.core.errors import Forbidden, Refused
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(house):
    return house.people["caseworker"]


@pytest.fixture
def case(house):
    return factories.case(house, category="other")


def fresh(case):
    return Case.objects.select_related("dossier", "unit", "person", "concern").get(pk=case.pk)


def of(name: str, case) -> str:
    return reverse(f"cases:{name}", args=[case.pk])


def raw(table: str, column: str) -> str:
    with connections["default"].cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {table}")
        return json.dumps([bytes(row[0] or b"").hex() if isinstance(row[0], (bytes, memoryview)) else row[0] for row in
                           cursor.fetchall()])  # fmt: skip


# --- context and rights


def test_r_03_a_context_can_be_said_none_in_particular_included_and_is_seen_on_the_case(case, owner, browse):
    client = browse(owner)
    assert of("case_context", case) in client.get(of("case", case)).content.decode()
    assert "no_specific_crisis" in client.get(of("case_context", case)).content.decode()
    said = {"context": "no_specific_crisis", "rights": ["identity", "remedy"]}
    assert client.post(of("case_context", case), said)["Location"] == of("case", case)
    page = client.get(of("case", case)).content.decode()
    for words in ("No crisis in particular", "Papers and legal status", "Justice and redress", "coercion"):
        assert words in page, words
    assert " checked" in client.get(of("case_context", case)).content.decode(), "what was said stands in the form"


def test_r_03_r_10_both_are_optional_and_closed_lists(case, owner, browse):
    client = browse(owner)
    assert client.post(of("case_context", case), {}).status_code == 302
    assert client.post(of("case_context", case), {"context": "war"}).status_code == 422
    with acting(owner.pk):
        for wrong in (("war", []), ("", ["everything"])):
            with pytest.raises(Refused):
                set_context(fresh(case), *wrong, by=owner)
        assert set(Context.values) >= {"disaster", "armed_conflict", "no_specific_crisis"}
        assert fresh(case).classification["harm_forms"], "the kind of harm stays as triage said"


def test_r_03_a_dump_does_not_say_the_context(case, owner):
    with acting(owner.pk):
        set_context(fresh(case), "armed_conflict", ["liberty"], by=owner)
        kept = raw("cases_case", "classification::text")
    assert "armed_conflict" not in kept
    assert "liberty" not in kept


@pytest.mark.parametrize("who", ["volunteer", "outsider", "partner_worker", "administrator", "data_officer"])
def test_nobody_else_describes_a_case(house, case, browse, who):
    client = browse(house.people[who])
    for name in ("case_context", "case_functioning"):
        assert client.get(of(name, case)).status_code in (403, 404), name
        assert client.post(of(name, case), {"context": "disaster", "seeing": "lot"}).status_code in (403, 404), name


# --- what a step is for


def test_r_02_a_step_says_what_it_is_for_more_than_one_possible_and_none_needed(case, owner, browse):
    client, at = browse(owner), of("case_plan", case)
    said = {"what": "Write to the landlord with the lawyer", "doer": "partner"}
    assert client.post(at, {**said, "kinds": ["responsive", "environment_building"]}).status_code == 302
    assert client.post(at, {**said, "what": "Drink tea together"}).status_code == 302
    page = client.get(at).content.decode()
    assert page.count("To change what lets it happen") == 2, "once in the form, once with the step"
    with acting(owner.pk):
        assert sorted(len(step.kinds or []) for step in PlanStep.objects.with_key().filter(case=case)) == [0, 2]
        assert "responsive" not in raw("cases_planstep", "kinds::text")
        with pytest.raises(Refused):
            actions.add_step(fresh(case), "Walk", "owner", kinds=["heroic"], by=owner)


# --- the six questions


def test_r_06_six_questions_with_four_answers_are_asked_as_they_are_worded(case, owner, browse):
    page = browse(owner).get(of("case_functioning", case)).content.decode()
    assert len(adapting.QUESTIONS) == 6
    for code, words in adapting.QUESTIONS.items():
        assert str(words) in page
        for answer in ("none", "some", "lot", "cannot", "declined"):
            assert f'name="{code}" value="{answer}"' in page, (code, answer)
    assert " checked" not in page, "nothing is chosen beforehand"


def test_r_06_the_answers_say_how_to_help_and_are_a_name_for_nobody(case, owner, browse):
    client, at = browse(owner), of("case_functioning", case)
    assert client.post(at, {"walking": "lot", "seeing": "none", "hearing": "declined"})["Location"] == at
    page = client.get(at).content.decode()
    assert "Step-free access" in page.split("What may help")[1]
    assert "Sign language" not in page, "who does not want to say is not taken for somebody with a difficulty"
    for name in ("case", "case_person", "case_history"):
        shown = client.get(of(name, case)).content.decode().lower()
        assert "a lot of difficulty" not in shown, name
        assert "disab" not in shown, name
    with acting(owner.pk):
        assert adapting.known(fresh(case)) == {"walking": "lot", "seeing": "none", "hearing": "declined"}
        assert "walking" not in raw("consent_person", "profile::text")


def test_r_06_the_person_page_keeps_the_answers_and_the_person_gets_them_in_a_copy(house, case, owner, browse):
    client = browse(owner)
    client.post(of("case_functioning", case), {"hearing": "some"})
    client.post(of("case_person", case), {"alias": "Mariam", "age_band": "18-59"})
    with acting(owner.pk):
        assert adapting.known(fresh(case)) == {"hearing": "some"}
        from cases.rights_copy import _known

        rows = {str(row["key"]): str(row["value"]) for row in _known(fresh(case))}
    assert rows[str(adapting.QUESTIONS["hearing"])] == "Yes – some difficulty"
    assert client.post(of("case_functioning", case), {}).status_code == 302
    with acting(owner.pk):
        assert adapting.known(fresh(case)) == {}, "what is taken back is gone"


def test_r_06_a_child_is_not_asked_the_questions_for_adults(house, owner, browse):
    case = factories.case(house, age=9, category="other")
    page = browse(owner).get(of("case_functioning", case)).content.decode()
    assert "These questions are for adults" in page
    assert 'name="seeing"' not in page
    with acting(owner.pk), pytest.raises(Refused) as caught:
        set_functioning(fresh(case), {"seeing": "lot"}, by=owner)
    assert caught.value.code == "functioning.child"


@pytest.mark.parametrize("setting", ["detention", "border"])
def test_w_20_in_a_hard_setting_asking_needs_a_reason_that_stands_in_the_history(house, owner, browse, setting):
    case = factories.case(house, category="other", setting=setting)
    client, at = browse(owner), of("case_functioning", case)
    assert "Is it needed here?" in client.get(at).content.decode()
    refused = client.post(at, {"walking": "lot"})
    assert refused.status_code == 422
    assert "Write why it is asked here" in refused.content.decode()
    assert re.search(r'value="lot"[^>]* checked', refused.content.decode()), "what was chosen stays"
    assert client.post(at, {"walking": "lot", "reason": "A lift for the visit"}).status_code == 302
    with acting(owner.pk):
        notes = CaseNote.objects.with_key().filter(case=case, event="asked_where_hard")
        assert [note.text for note in notes] == ["A lift for the visit"]
    assert client.post(at, {}).status_code == 302, "taking it back needs no reason"


def test_w_20_elsewhere_no_reason_is_asked(case, owner, browse):
    page = browse(owner).get(of("case_functioning", case)).content.decode()
    assert "Is it needed here?" not in page
    assert 'name="reason"' not in page


def test_who_does_not_work_on_it_cannot_write_it_by_the_action_either(house, case):
    outsider = house.people["volunteer"]
    with acting(outsider.pk), pytest.raises((Forbidden, Case.DoesNotExist)):
        set_context(case, "disaster", by=outsider)
