"""Colleagues are asked for advice: who, what, what they said, and whether the person knows (R-22). It decides nothing."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from cases import actions
from cases.actions.closing import Ending
from cases.models import Case, CaseNote, Conference
from foundation.core.acting import acting
from foundation.core.errors import Forbidden, Refused
from tests import factories

pytestmark = pytest.mark.django_db
WORDS = {"who": "The lawyer and two caseworkers", "question": "Is the shelter safe?", "advice": "Ask her first."}


@pytest.fixture
def case(house):
    return factories.case(house, category="other")


def fresh(case):
    return Case.objects.select_related("dossier", "unit").get(pk=case.pk)


def at(case) -> str:
    return reverse("cases:conferences", args=[case.pk])


def said(**changes):
    return {"held_on": timezone.localdate().isoformat(), **WORDS, **changes}


def test_r_22_what_was_asked_and_advised_is_kept_with_whether_the_person_knows(house, case, browse, events):
    owner, lead = house.people["caseworker"], house.people["focal_point"]
    client = browse(owner)
    assert client.post(at(case), said(is_person_asked="on"))["Location"] == at(case)
    page = browse(lead).get(at(case)).content.decode()
    for words in (*WORDS.values(), owner.name, "The person knows of it."):
        assert words in page, words
    with acting(owner.pk):
        kept = Conference.objects.get()
        assert (kept.case_id, kept.written_by, kept.is_person_asked) == (case.pk, owner, True)
        assert CaseNote.objects.filter(case=case, event="conference").count() == 1
    assert ("case.conferred", {"dossier": case.dossier_id, "subject": kept.pk}) in events
    client.post(at(case), said(question="Who goes with her?"))
    assert "The person was not told." in client.get(at(case)).content.decode()


def test_r_22_advice_decides_nothing(house, case):
    """The case is as it was: its state, its urgency, its owner, its plan."""
    owner = house.people["caseworker"]
    with acting(owner.pk):
        before = Case.objects.filter(pk=case.pk).values("status", "urgency", "owner", "unit").get()
        actions.confer(fresh(case), timezone.localdate(), {**WORDS, "is_person_asked": False}, by=owner)
        assert Case.objects.filter(pk=case.pk).values("status", "urgency", "owner", "unit").get() == before


@pytest.mark.parametrize("missing", ["held_on", *WORDS])
def test_r_22_whatever_is_missing_what_was_typed_stays(house, case, browse, missing):
    answer = browse(house.people["caseworker"]).post(at(case), said(**{missing: " "}))
    page = answer.content.decode()
    assert answer.status_code == 422
    for name, words in WORDS.items():
        assert (words in page) == (name != missing), name
    with acting(house.people["caseworker"].pk):
        assert not Conference.objects.exists()


def test_r_22_a_conference_that_is_still_to_come_is_none(house, case, browse):
    tomorrow = timezone.localdate() + timedelta(days=2)
    answer = browse(house.people["caseworker"]).post(at(case), said(held_on=tomorrow.isoformat()))
    assert answer.status_code == 422
    assert WORDS["advice"] in answer.content.decode()
    owner = house.people["caseworker"]
    with acting(owner.pk), pytest.raises(Refused) as caught:
        actions.confer(fresh(case), tomorrow, {**WORDS, "is_person_asked": True}, by=owner)
    assert (caught.value.code, caught.value.field) == ("conference.future", "held_on")


@pytest.mark.parametrize("who", ["volunteer", "outsider", "partner_worker", "administrator", "data_officer"])
def test_r_22_nobody_else_reads_or_writes_it(house, case, browse, who):
    owner = house.people["caseworker"]
    with acting(owner.pk):
        actions.confer(fresh(case), timezone.localdate(), {**WORDS, "is_person_asked": False}, by=owner)
    client = browse(house.people[who])
    for answer in (client.get(at(case)), client.post(at(case), said())):
        assert answer.status_code in (403, 404), who
        assert WORDS["advice"] not in answer.content.decode()
    with acting(house.people[who].pk):
        assert not Conference.objects.exists(), "the second wall"


def test_r_22_of_a_closed_case_it_is_read_and_nothing_is_added(house, case, browse):
    owner = house.people["caseworker"]
    with acting(owner.pk):
        actions.confer(fresh(case), timezone.localdate(), {**WORDS, "is_person_asked": False}, by=owner)
        actions.plan_nothing(fresh(case), "Not wanted", by=owner)
        actions.ask_closure(fresh(case), Ending("duplicate", "same"), by=owner)
        with pytest.raises(Forbidden):
            actions.confer(fresh(case), timezone.localdate(), {**WORDS, "is_person_asked": False}, by=owner)
    client = browse(owner)
    page = client.get(at(case)).content.decode()
    assert WORDS["advice"] in page
    assert 'name="advice"' not in page
    assert client.post(at(case), said(advice="More")).status_code == 403
