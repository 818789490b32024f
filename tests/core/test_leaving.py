"""Leaving without a trace, as far as the server decides it (safety.md §1, "person coerced at a checkpoint"; HS-17)."""

from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core import checks
from django.utils import timezone

from foundation.core import leaving

LEFT, KEPT = '"cache", "cookies", "storage"', '"cache", "storage"'


def ended(response) -> set[str]:
    """The cookies that the answer ends."""
    return {name for name, morsel in response.cookies.items() if morsel["max-age"] == 0}


@pytest.fixture
def client(browse, volunteer):
    found = browse(volunteer)
    found.cookies["l"], found.cookies["c"] = "ru", "x" * 32
    return found


def test_leaving_ends_the_session_on_the_server_and_everything_in_the_browser(client):
    response = client.get("/leave/")
    assert (response.status_code, response["Location"]) == (302, settings.LEAVE_TO)
    assert response["Clear-Site-Data"] == LEFT
    assert ended(response) == {"s", "c", "l"}
    assert Session.objects.count() == 0


def test_leaving_works_for_who_was_signed_out_meanwhile(client):
    client.get("/leave/")
    assert client.get("/leave/")["Clear-Site-Data"] == LEFT


def test_signing_out_ends_all_but_the_language(client):
    response = client.post("/accounts/logout/")
    assert response["Clear-Site-Data"] == KEPT
    assert ended(response) == {"s", "c"}
    assert client.cookies["l"].value == "ru"
    assert Session.objects.count() == 0


def test_a_session_that_ran_out_leaves_the_other_tabs_the_cookie_that_lets_them_say_what_they_hold(client):
    client.get("/")
    with time_machine.travel(timezone.now() + settings.SESSION_IDLE + timedelta(minutes=1)):
        response = client.get("/concerns/")
    assert response["Clear-Site-Data"] == KEPT
    assert "c" not in ended(response)


def test_other_pages_end_nothing(client):
    response = client.get("/")
    assert "Clear-Site-Data" not in response
    assert ended(response) == set()


@pytest.mark.parametrize("said", [{"Sec-Purpose": "prefetch;prerender"}, {"Purpose": "prefetch"}])
def test_a_page_fetched_in_advance_ends_reads_and_records_nothing(client, said):
    for path in ("/", "/leave/"):
        response = client.get(path, headers=said)
        assert (response.status_code, response.content) == (503, b"")
    assert Session.objects.count() == 1
    assert client.get("/").status_code == 200


def test_an_installation_may_lead_elsewhere_or_nowhere(client, settings):
    settings.LEAVE_TO = "https://weather.example/"
    assert client.get("/leave/")["Location"] == "https://weather.example/"
    settings.LEAVE_TO = ""
    assert client.get("/leave/")["Location"] == "/left/"
    body = client.get("/left/").content.decode()
    assert "Amparo" not in body
    assert "<body></body>" in body


@pytest.mark.parametrize("url", ["http://news.example/", "javascript:alert(1)", "/cases/", settings.URL])
def test_an_address_that_is_no_way_out_stops_the_start(settings, url):
    settings.LEAVE_TO, settings.URL = url, "https://amparo.example"
    assert [problem.id for problem in leaving.leads_elsewhere()] == ["core.E001"]


def test_no_way_out_is_refused_before_anybody_needs_it():
    assert leaving.leads_elsewhere in checks.registry.registry.registered_checks


def test_the_ways_out_stand_on_every_page_at_the_same_place(client):
    assert f'href="/leave/" data-to="{settings.LEAVE_TO}" rel="noreferrer"' in client.get("/").content.decode()
    assert 'class="amp-exit" href="/leave/"' in client.get("/", headers={"Host": "elsewhere.example"}).content.decode()
    help_ = client.get("/help/leaving/", headers={"Accept-Language": "en"}).content.decode()
    assert "Чего это не может" in help_, "the client reads Russian"
