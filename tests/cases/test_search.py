"""Finding a case: by code, or by name in any spelling and script, inside what is open to the actor (safety.md §2)."""

import pytest
from django.core.cache import cache
from django.urls import reverse

from cases import search
from foundation.core.acting import acting
from tests import factories

URL = "/search/"


@pytest.fixture(autouse=True)
def _nobody_has_searched_yet(house):
    cache.delete_many([f"search:{person.pk}" for person in house.people.values()])


@pytest.fixture
def case(house):
    return factories.case(house)


@pytest.mark.parametrize("term", ["mohammed", "محمد", "Мохаммед", "Al-Zahra", "zahra moham", "MUHAMMAD"])
def test_a_name_is_found_in_every_spelling(term, case, caseworker, browse):
    page = browse(caseworker).post(URL, {"term": term}).content.decode()
    assert case.code in page
    assert factories.NAME in page


def test_a_code_leads_to_the_case_however_it_was_typed(case, caseworker, browse):
    response = browse(caseworker).post(URL, {"term": f" {case.code.lower().replace('-', ' ')} "})
    assert response["Location"] == reverse("cases:case", args=[case.pk])


def test_another_unit_finds_nothing_by_name_nor_by_code(case, outsider, browse):
    client = browse(outsider)
    for term in ("Mohammed", case.code):
        response = client.post(URL, {"term": term})
        assert response.status_code == 200
        assert case.code not in response.content.decode().split("No case that is open to you")[1]


@pytest.mark.parametrize("who", ["volunteer", "administrator", "data_officer", "partner_worker"])
def test_others_do_not_search(who, request, case, browse):
    client = browse(request.getfixturevalue(who))
    assert client.get(URL).status_code == 403
    assert client.post(URL, {"term": "Mohammed"}).status_code == 403


def test_the_term_is_never_in_an_address_and_in_the_trail_only_as_a_keyed_hash(case, caseworker, browse, events):
    client = browse(caseworker)
    assert factories.NAME not in client.get(URL, {"term": "Mohammed"}).content.decode()
    client.post(URL, {"term": "Mohammed"})
    data = dict(events)["case.searched"]
    assert data["n"] == 1
    assert len(data["term"]) == 16
    assert "mohammed" not in str(events).lower()
    assert search.term_hash("MOHAMMED") == data["term"] != search.term_hash("Mohammad")


@pytest.mark.parametrize("term", ["", "   ", "\x00", "x" * 121])
def test_what_is_no_term_is_an_error(term, case, caseworker, browse):
    response = browse(caseworker).post(URL, {"term": term})
    assert response.status_code == 422


@pytest.mark.parametrize("term", ["😟", "%", "'; DROP TABLE cases_case; --", "\u202eMoh", "﷽"])
def test_odd_terms_find_nothing_or_somebody_and_break_nothing(term, case, caseworker, browse):
    assert browse(caseworker).post(URL, {"term": term}).status_code == 200


def test_more_than_thirty_in_a_minute_are_refused(case, caseworker, focal_point, browse):
    client = browse(caseworker)
    answers = [client.post(URL, {"term": "x"}).status_code for _ in range(31)]
    assert answers == [200] * 30 + [429]
    assert browse(focal_point).post(URL, {"term": "x"}).status_code == 200


def test_the_best_match_stands_first_and_each_case_once(house, caseworker, focal_point):
    factories.case(house, alias="Mohammad Ali")
    factories.case(house, alias="Mohammed Ali")
    with acting(focal_point.pk):
        hits = search.find(focal_point, "Mohammed")
        assert [hit.name for hit in hits] == ["Mohammed Ali", "Mohammad Ali"]
        assert [hit.rank for hit in hits] == [0, 2]
        assert search.find(focal_point, "Mohammed", limit=1) == hits[:1]
