"""Your day: in order of need, then of time, and nothing else (R-29)."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from foundation.core.acting import acting
from foundation.dossiers.models import Clock
from tests import factories
from tests.cases import walk


def test_emergencies_stand_first_with_word_and_due_time(volunteer, focal_point, browse, events):
    client = browse(volunteer)
    normal = walk.agreed(client)
    urgent = walk.agreed(client, words={"category": "detention_or_arrest"})
    emergency = walk.agreed(client, danger={"flags": ["death_threat_72h"]})
    page = browse(focal_point).get("/").content.decode()
    assert "3 things wait for you, the most pressing first." in page
    places = [page.index(walk.url("concern", pk)) for pk in (emergency, urgent, normal)]
    assert places == sorted(places)
    assert page.count("Triage the concern") == 3
    assert "Due in 60 min" in page
    assert "landlord" not in page
    assert ("work.listed", {"n": 3}) in events


def test_the_owner_of_a_case_is_asked_to_accept_it(volunteer, focal_point, caseworker, browse):
    pk = walk.agreed(browse(volunteer))
    browse(focal_point).post(walk.url("triage", pk), {**walk.TRIAGE, "owner": caseworker.pk})
    page = browse(caseworker).get("/").content.decode()
    assert "Accept the case" in page
    assert "1 case<" in page
    assert "Nothing is waiting for you" in browse(focal_point).get("/").content.decode()


def test_nothing_waits_for_a_volunteer_and_the_page_says_what_to_do(volunteer, browse):
    page = browse(volunteer).get("/").content.decode()
    assert "Nothing is waiting for you" in page
    assert "Record a concern" in page


@pytest.mark.parametrize("who", ["administrator", "data_officer"])
def test_who_looks_after_the_system_is_told_that_cases_are_closed(who, request, volunteer, browse):
    walk.agreed(browse(volunteer))
    page = browse(request.getfixturevalue(who)).get("/").content.decode()
    assert "Concerns and cases are not open to you" in page
    assert not re.search(r"/(concerns|cases)/[0-9a-f-]{36}", page)
    assert 'href="/concerns/"' not in page


def test_the_number_of_queries_does_not_depend_on_the_rows(house, volunteer, focal_point, browse):
    lead, client = browse(focal_point), browse(volunteer)
    lead.get("/")
    with CaptureQueriesContext(connection) as empty:
        lead.get("/")
    for _ in range(4):
        walk.agreed(client)
    with CaptureQueriesContext(connection) as full:
        lead.get("/")
    assert len(full) == len(empty) <= 10
    with CaptureQueriesContext(connection) as listed:
        lead.get("/concerns/")
    assert len(listed) <= 9


def test_a_partner_worker_sees_what_waits_for_the_partner(house, partner_worker, browse):
    referral = factories.sent(house)
    with acting(partner_worker.pk):
        codes = set(Clock.objects.running().filter(subject_id=referral.pk).values_list("code", flat=True))
    page = browse(partner_worker).get("/").content.decode()
    assert codes
    assert f"/inbox/{referral.pk}/" in page
    assert factories.NAME not in page


def test_the_team_says_who_is_away_and_who_stands_in(house, focal_point, caseworker, browse):
    page = browse(caseworker).get("/").content.decode()
    assert "Ilan Dorn" in page
    assert "Anouk Tall can stand in for you." in browse(focal_point).get("/").content.decode()
    browse(focal_point).post(
        "/you/away/", {"appointment": focal_point.appointments.get().pk, "until": "2099-01-01T10:00"}
    )
    assert "away until" in browse(caseworker).get("/").content.decode()


def test_signed_out_people_see_the_sign_in(client, db):
    assert client.get("/")["Location"] == "/accounts/login/?next=/"
