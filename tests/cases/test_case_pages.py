"""The pages of a case, through HTTP."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.models import Case, CaseNote
from consent import actions as consent
from consent.models import Person
from foundation.core.acting import acting
from tests import factories

PAGES = ("case", "case_history", "case_notes", "case_person", "case_contact", "case_consent", "follow_up")


@pytest.fixture
def case(house):
    return factories.case(house)


def url(name, case):
    return reverse(f"cases:{name}", args=[case.pk])


def bare(response):
    """The page without what each request carries: its own token, its minute and the address that was asked for."""
    text = response.content.decode().replace(response.wsgi_request.path, "")
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"|Printed by [^<]*', "", text)


def test_the_list_shows_what_one_can_open_and_nothing_else(browse, caseworker, outsider, case):
    page = browse(caseworker).get(reverse("cases:cases")).content.decode()
    assert case.code in page
    assert factories.NAME in page
    page = browse(outsider).get(reverse("cases:cases")).content.decode()
    assert case.code not in page
    assert factories.NAME not in page


def test_the_overview_puts_the_persons_wishes_first(browse, caseworker, case):
    """R-28; what is not told stays masked on a shared screen."""
    page = browse(caseworker).get(url("case", case)).content.decode()
    assert "My papers back. No police." in page
    assert "Phone ending 67" in page
    assert factories.PHONE not in page
    assert "Who can see this case?" in page
    assert "Ilan Dorn" in page
    assert "<title>Case – Amparo</title>" in page


@pytest.mark.parametrize("name", PAGES)
def test_nobody_else_can_tell_that_it_exists(browse, outsider, administrator, partner_worker, volunteer, case, name):
    """A4.8: hidden and unknown are the same bytes."""
    unknown = browse(outsider).get(reverse(f"cases:{name}", args=["00000000-0000-4000-8000-000000000000"]))
    assert unknown.status_code == 404
    assert bare(browse(outsider).get(url(name, case))) == bare(unknown)
    for other in (administrator, partner_worker, volunteer):
        assert browse(other).get(url(name, case)).status_code == 404


def test_opening_a_case_stands_in_the_trail(browse, caseworker, data_officer, case, settings):
    from foundation.audit import trail

    written = []
    original = trail.record

    def record(verb, **data):
        written.append(verb)
        return original(verb, **data)

    trail.record = record
    try:
        browse(caseworker).get(url("case", case))
        browse(caseworker).get(reverse("cases:cases"))
    finally:
        trail.record = original
    assert {"case.read", "case.listed"} <= set(written)


def test_the_contact_is_shown_on_request_only(browse, caseworker, case):
    client = browse(caseworker)
    assert factories.PHONE not in client.get(url("case_contact", case)).content.decode()
    assert factories.PHONE in client.post(url("case_contact", case)).content.decode()


def test_a_note_is_kept_and_an_empty_one_refused(browse, caseworker, case):
    client = browse(caseworker)
    assert client.post(url("case_notes", case), {"text": "  "}).status_code == 422
    assert client.post(url("case_notes", case), {"text": "Phoned, all well <b>"}).status_code == 302
    page = client.get(url("case_notes", case)).content.decode()
    assert "Phoned, all well &lt;b&gt;" in page


def test_a_note_that_is_too_long_is_kept_for_mending(browse, caseworker, case):
    response = browse(caseworker).post(url("case_notes", case), {"text": "x" * 4001})
    assert response.status_code == 422
    assert "x" * 4001 in response.content.decode()


def test_a_follow_up_needs_the_consent_to_be_contacted(house, browse, caseworker, case):
    client, page = browse(caseworker), url("follow_up", case)
    refused = client.post(page, {"due_at": "2099-01-01T10:00"})
    assert refused.status_code == 422
    assert "has not agreed to be contacted" in refused.content.decode()
    factories.decide(house, case, "follow_up_contact", case.unit_id, fields=["safe_contact"])
    assert client.post(page, {"due_at": "2099-01-01T10:00"}).status_code == 302
    assert "say how it went" in client.get(url("case", case)).content.decode()
    assert client.post(page, {"result": "reached", "text": "She is well"}).status_code == 302
    assert "She is well" in client.get(url("case", case)).content.decode()


def test_the_time_of_a_follow_up_is_the_units(house, browse, caseworker, case):
    factories.decide(house, case, "follow_up_contact", case.unit_id, fields=["safe_contact"])
    browse(caseworker).post(url("follow_up", case), {"due_at": "2099-01-01T10:00"})
    with acting(caseworker.pk):
        due = case.follow_ups.get().due_at
    assert due.isoformat().startswith("2099-01-01T08:00"), "Kyiv is two hours ahead in winter"


def test_what_is_known_of_the_person_can_be_changed(browse, caseworker, case):
    client = browse(caseworker)
    data = {"alias": "Mira", "age_band": "18-59", "gender": "female", "languages": ["ar"], "interpreter": "woman",
            "access": ["step_free"], "district": "North", "method": "phone", "value": "+380670000041",
            "may_leave_message": "no"}  # fmt: skip
    assert client.post(url("case_person", case), data).status_code == 302
    with acting(caseworker.pk):
        person = Person.objects.get(pk=case.person_id)
        assert person.facts["interpreter"] == "woman"
        assert person.contact["may_leave_message"] is False
        assert person.alias == "Mira"
    page = client.get(url("case", case)).content.decode()
    assert "Mira" in page
    assert "Phone ending 41" in page
    shown = client.get(url("case_person", case)).content.decode()
    assert 'value="+380670000041"' in shown


def test_the_owner_takes_the_case_on(house, browse, caseworker, focal_point):
    case = factories.case(house)
    client = browse(caseworker)
    assert client.post(url("accept", case)).status_code == 409, "accepted already"
    assert client.get(url("accept", case)).status_code == 405
    assert browse(focal_point).post(url("accept", case)).status_code in (403, 409)


def test_a_lead_gives_the_case_to_another_owner(house, browse, caseworker, focal_point, case):
    deputy = house.people["deputy"]
    assert browse(caseworker).post(url("assign", case), {"owner": deputy.pk}).status_code == 403
    lead = browse(focal_point)
    assert lead.post(url("assign", case), {"owner": house.people["administrator"].pk}).status_code == 422
    assert lead.post(url("assign", case), {"owner": deputy.pk}).status_code == 302
    assert browse(caseworker).get(url("case", case)).status_code == 404
    with acting(deputy.pk):
        assert Case.objects.get(pk=case.pk).owner == deputy


def test_the_number_of_queries_does_not_grow_with_the_story(house, browse, caseworker, case):
    client = browse(caseworker)
    client.get(url("case", case))
    with CaptureQueriesContext(connection) as before:
        client.get(url("case", case))
    factories.sent(house, case)
    with CaptureQueriesContext(connection) as one:
        client.get(url("case", case))
    factories.sent(house, case, house.services["Advice before a removal"])
    with acting(caseworker.pk):
        for number in range(5):
            CaseNote(dossier=case.dossier, case=case, author=caseworker, text=f"note {number}").save(force_insert=True)
    with CaptureQueriesContext(connection) as many:
        client.get(url("case", case))
    assert len(many) == len(one)
    assert len(one) <= len(before) + 3
    assert len(one) <= 27


def test_how_to_reach_the_person_is_not_shown_to_use_what_they_refused_or_took_back(house, browse, caseworker, case):
    """HS-05: a refusal and a withdrawal shut it; before they were asked, what they told the focal point counts."""
    client, page = browse(caseworker), url("case_contact", case)
    assert factories.PHONE in client.post(page).content.decode()
    agreed = factories.decide(house, case, "follow_up_contact", case.unit_id, fields=["safe_contact"])
    assert factories.PHONE in client.post(page).content.decode()
    with acting(caseworker.pk):
        consent.withdraw(agreed.decisions.get(), by=caseworker)
    shut = client.post(page)
    assert shut.status_code == 409
    assert factories.PHONE not in shut.content.decode()
    assert "not any more" in client.get(page).content.decode()
    factories.decide(house, case, "follow_up_contact", case.unit_id, "refused", fields=["safe_contact"])
    assert factories.PHONE not in client.post(page).content.decode()
