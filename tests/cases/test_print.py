"""A case on paper: asked for here, least of all on it, footer, reference, trail (safety.md §4; PS-7)."""

import json
import re

import pytest

from tests import factories
from tests.audit import owner

PARTS = {"parts": ["steps"], "reason": "visit"}


@pytest.fixture
def case(house):
    return factories.case(house)


def html(answer) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def test_the_sheet_shows_the_code_and_what_was_asked_for_and_nobodys_name(case, caseworker, browse):
    client, url = browse(caseworker), f"/cases/{case.pk}/print/"
    assert "Paper cannot be locked" in html(client.get(url))
    page = html(client.post(url, PARTS))
    body = page.split("<main")[1].split("</main>")[0]
    assert "amp-paper" in page
    assert case.code in body
    for word in (factories.NAME, factories.PHONE, "My papers back", factories.WORDS):
        assert word not in page, word
    assert "Printed by Sefa Maru" in page
    assert "Destroy after use" in page
    assert re.search(r'class="amp-code" dir="ltr">\w{3}-\w{3}-\w<', page.split("amp-print")[1]), "the sheet's reference"


def test_more_stands_on_it_where_more_was_asked_for(case, caseworker, browse):
    every = {"parts": ["steps", "wishes", "consent", "history"], "reason": "meeting"}
    page = html(browse(caseworker).post(f"/cases/{case.pk}/print/", every))
    assert "My papers back" in page
    assert "Pass this on to the protection focal point" in page
    assert "Case opened" in page
    assert factories.NAME not in page


@pytest.mark.parametrize("wrong", [{"parts": []}, {"reason": ""}, {"parts": ["contact"]}, {"reason": "because"}])
def test_no_sheet_without_parts_and_a_reason(case, caseworker, browse, wrong):
    answer = browse(caseworker).post(f"/cases/{case.pk}/print/", {**PARTS, **wrong})
    assert answer.status_code == 422
    assert "Printed by" not in html(answer).split("<main")[1].split("</main>")[0]


@pytest.mark.parametrize("who", ["volunteer", "outsider", "partner_worker", "data_officer", "administrator"])
def test_who_does_not_work_on_it_prints_nothing(house, case, browse, who):
    client = browse(house.people[who])
    assert client.get(f"/cases/{case.pk}/print/").status_code == 404
    assert client.post(f"/cases/{case.pk}/print/", PARTS).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_the_sheet_stands_in_the_trail_under_its_reference(browse):
    from django.db import transaction

    house = factories.house()
    with transaction.atomic():
        case = factories.case(house)
    page = html(browse(house.people["caseworker"]).post(f"/cases/{case.pk}/print/", PARTS))
    ((text,),) = owner.rows(
        "SELECT data::text FROM trail.event WHERE verb = 'case.printed' AND dossier = %s", case.dossier_id
    )
    data = json.loads(text)
    assert data["parts"] == ["steps"]
    assert data["reason"] == "visit"
    assert data["reference"] in page.split("amp-print")[1]


def test_other_pages_come_out_empty(case, caseworker, browse):
    page = html(browse(caseworker).get(f"/cases/{case.pk}/"))
    assert "amp-paper" not in page
    assert "This page is not meant for paper." in page
