"""The person's answer to passing it on: their own, recorded by who explained it, never chosen before (HS-02, HS-03)."""

import pytest

from cases.actions.concern import escalation_decision
from cases.models import Concern
from consent.models import Person
from foundation.core.acting import acting
from tests.cases import walk


@pytest.fixture
def client(volunteer, browse):
    return browse(volunteer)


@pytest.fixture
def pk(client):
    found = walk.start(client)
    walk.fill_in(client, found, "limits", "where", "danger", "words")
    return found


def decision(volunteer, pk):
    with acting(volunteer.pk):
        return escalation_decision(Concern.objects.get(pk=pk))


@pytest.mark.parametrize("missing", ["answer", "mode", "interpreter"])
def test_every_part_of_the_answer_is_asked_for(missing, client, volunteer, pk):
    response = walk.answer(client, "agreement", pk, **{missing: ""})
    assert response.status_code == 422
    assert decision(volunteer, pk) is None


@pytest.mark.parametrize("answer", ["not_asked", "granted_for_everything", "on"])
def test_there_is_no_answer_but_yes_and_no(answer, client, volunteer, pk):
    assert walk.answer(client, "agreement", pk, answer=answer).status_code == 422
    assert decision(volunteer, pk) is None


def test_a_yes_names_the_unit_the_notice_and_who_explained(client, volunteer, pk, house):
    walk.fill_in(client, pk, "agreement")
    found = decision(volunteer, pk)
    assert (found.purpose, found.recipient_id) == ("internal_escalation", house.units["harbour"].pk)
    with acting(volunteer.pk):
        assert (found.consent.held_by, found.consent.notice.version) == (volunteer, 2)


def test_a_safe_contact_is_asked_only_after_a_yes(client, volunteer, pk):
    walk.fill_in(client, pk, "agreement", agreement={"answer": "refused", "reason": "fear_of_reprisal"})
    assert client.get(walk.url("contact", pk))["Location"] == walk.url("agreement", pk)
    posted = client.post(walk.url("contact", pk), {**walk.ANSWERS["contact"], "revision": 5})
    assert posted["Location"] == walk.url("agreement", pk)
    with acting(volunteer.pk):
        assert Person.objects.get(concerns=pk).safe_contact is None


def test_a_reason_is_kept_with_a_refusal_and_not_with_a_yes(client, volunteer, pk):
    walk.fill_in(client, pk, "agreement", agreement={"answer": "granted", "reason": "stigma"})
    assert decision(volunteer, pk).reason == ""
    walk.fill_in(client, pk, "agreement", agreement={"answer": "refused", "reason": "stigma"})
    assert (decision(volunteer, pk).answer, decision(volunteer, pk).reason) == ("refused", "stigma")


def test_family_and_children_are_not_offered_as_interpreters(client, pk):
    page = client.get(walk.url("agreement", pk)).content.decode().lower()
    assert "a child" not in page.split("<main")[1]
    assert walk.answer(client, "agreement", pk, interpreter="family").status_code == 422
