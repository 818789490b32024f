"""Who may call the partner API, and for how long."""

import re
import time
from base64 import b64encode
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from oauth2_provider.models import get_access_token_model

from foundation.accounts.models import Appointment
from foundation.core.breaker import CACHE
from referrals.api.throttles import PartnerRate, TokenRate
from referrals.models import Partner
from tests import partner

FORM = "application/x-www-form-urlencoded"
URL = "/api/v1/oauth/token"


@pytest.fixture
def facts(house):
    return house.clients["Quayside Legal Clinic"]


def ask(content, content_type=FORM, url=URL, **headers):
    return Client(enforce_csrf_checks=True).post(url, content, content_type=content_type, headers=headers)


def basic(name, secret):
    return "Basic " + b64encode(f"{name}:{secret}".encode()).decode()


def test_a_token_by_form_or_by_basic(facts):
    form = f"grant_type=client_credentials&client_id={facts['client_id']}&client_secret={facts['client_secret']}"
    for answer in (
        ask(form),
        ask("grant_type=client_credentials", authorization=basic(facts["client_id"], facts["client_secret"])),
    ):
        assert answer.status_code == 200
        body = answer.json()
        assert body["token_type"] == "Bearer"
        assert body["expires_in"] == 900
        assert set(body["scope"].split()) == {"referrals:read", "referrals:respond"}
        assert "refresh_token" not in body
        assert answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("change", "status", "error"),
    [
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"grant_type": "authorization_code"}, 400, "unsupported_grant_type"),
        ({"grant_type": "refresh_token"}, 400, "unsupported_grant_type"),
        ({"grant_type": "urn:ietf:params:oauth:grant-type:device_code"}, 400, "unsupported_grant_type"),
        ({"grant_type": None}, 400, "invalid_request"),
        ({"scope": "everything"}, 400, "invalid_scope"),
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_secret": None}, 401, "invalid_client"),
        ({"client_id": "nobody"}, 401, "invalid_client"),
        ({"client_id": "%00"}, 401, "invalid_client"),
        ({"client_secret": "%00"}, 401, "invalid_client"),
        ({"client_id": "%ff%fe"}, 401, "invalid_client"),
        ({"grant_type": "client_credentials&grant_type=password"}, 400, "invalid_request"),
    ],
)
def test_errors_have_the_form_of_oauth(facts, change, status, error):
    form = {
        "grant_type": "client_credentials",
        "client_id": facts["client_id"],
        "client_secret": facts["client_secret"],
        **change,
    }
    answer = ask("&".join(f"{name}={value}" for name, value in form.items() if value is not None))
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert answer["Content-Type"] == "application/json"
    assert answer.has_header("WWW-Authenticate") == (status == 401)


@pytest.mark.parametrize("header", ["Basic", "Basic !", "Basic AAAA", basic("\0", "\0"), basic("a", "b"), "Bearer x"])
def test_a_wrong_basic_header_is_no_client(house, header):
    answer = ask("grant_type=client_credentials", authorization=header)
    assert (answer.status_code, answer.json()) == (401, {"error": "invalid_client"})


def test_no_secret_in_an_address_and_no_other_form(facts):
    query = f"?client_id={facts['client_id']}&client_secret={facts['client_secret']}"
    assert ask("grant_type=client_credentials", url=URL + query).json()["error"] == "invalid_request"
    assert ask(b'{"grant_type": "client_credentials"}', "application/json").json()["error"] == "invalid_request"
    assert ask(b"--x--", "multipart/form-data; boundary=x").json()["error"] == "invalid_request"
    assert ask("grant_type=a", f"{FORM}; charset=utf-7").status_code == 400
    answer = Client().get(URL)
    assert (answer.status_code, answer["Content-Type"]) == (405, "application/problem+json")


def test_only_what_a_token_was_asked_for(house, facts):
    reader = partner.Api(facts["client_id"], facts["client_secret"]).sign_in(scope="referrals:read")
    assert reader.get().status_code == 200
    refused = reader.post("/x/accept", if_match="1")
    assert (refused.status_code, refused.json()["code"]) == (403, "sender.scope")
    assert 'scope="referrals:respond"' in refused["WWW-Authenticate"]
    responder = partner.Api(facts["client_id"], facts["client_secret"]).sign_in(scope="referrals:respond")
    assert responder.get().status_code == 403


def test_without_a_token(house):
    answer = Client().get("/api/v1/referrals")
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, 'Bearer realm="amparo"')
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "sender.not_authenticated"


@pytest.mark.parametrize("header", ["Bearer", "Bearer x", "bearer  ", "Basic x", "Bearer \xff", "x" * 5000])
def test_a_header_that_is_no_token(house, header):
    answer = Client().get("/api/v1/referrals", headers={"authorization": header})
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, 'Bearer realm="amparo", error="invalid_token"')


def test_an_expired_token(house):
    api = partner.api(house)
    get_access_token_model().objects.update(expires=timezone.now() - timedelta(seconds=1))
    answer = api.get()
    assert (answer.status_code, answer.json()["code"]) == (401, "sender.not_authenticated")
    assert 'error="invalid_token"' in answer["WWW-Authenticate"]


def suspend(house):
    Partner.objects.filter(organisation__name="Quayside Legal Clinic").update(status="suspended")


def deactivate(house):
    machine = house.machine("Quayside Legal Clinic")
    machine.is_active = False
    machine.save()


def end_the_appointment(house):
    now = timezone.now()
    Appointment.objects.filter(user=house.machine("Quayside Legal Clinic")).update(
        valid_from=now - timedelta(days=2), valid_until=now - timedelta(days=1)
    )


@pytest.mark.parametrize("stop", [suspend, deactivate, end_the_appointment])
def test_a_stop_works_at_once_and_gives_no_new_token(house, stop):
    api, other = partner.api(house), partner.api(house, "Lantern House")
    stop(house)
    assert api.get().status_code == 401
    refused = api.token()
    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")
    assert other.get().status_code == 200


def test_a_signed_in_person_is_nobody_here(house, browse):
    answer = browse(house.people["partner_worker"]).get("/api/v1/referrals")
    assert answer.status_code == 401


def test_too_many_requests(house, monkeypatch):
    api = partner.api(house)
    monkeypatch.setattr(PartnerRate, "rate", "2/min", raising=False)
    answers = [api.get() for _n in range(3)]
    assert [a.status_code for a in answers][-1] == 429
    assert answers[-1]["Content-Type"] == "application/problem+json"
    assert 1 <= int(answers[-1]["Retry-After"]) <= 60
    assert answers[-1].json()["code"] == "sender.too_many"


def told(answer):
    """Both headers as numbers: the limit, its window, what is left, for how long."""
    limit = re.fullmatch(r'"(client|token)";q=(\d+);w=(\d+)', answer["RateLimit-Policy"])
    left = re.fullmatch(r'"(client|token)";r=(\d+);t=(\d+)', answer["RateLimit"])
    assert limit
    assert left
    assert limit[1] == left[1]
    return limit[1], *map(int, (limit[2], limit[3], left[2], left[3]))


def test_every_answer_to_a_program_says_where_it_stands(house, monkeypatch):
    """draft-ietf-httpapi-ratelimit-headers; found, absent, malformed, too many: all of them, and 405 and 406."""
    monkeypatch.setattr(PartnerRate, "rate", "7/min", raising=False)
    api = partner.api(house)
    cache.delete(f"throttle_client_{house.machine('Quayside Legal Clinic').pk}")
    answers = [
        api.get(), api.get("/nothing"), api.get("?limit=x"), api.post("", {}), api.get(accept="text/csv"),
        api.client.get("/api/v1/openapi.json", headers={"authorization": f"Bearer {api.bearer}"}),
        api.client.get("/api/v1/no/such/address", headers={"authorization": f"Bearer {api.bearer}"}), api.get(),
    ]  # fmt: skip
    assert [answer.status_code for answer in answers] == [200, 404, 400, 405, 406, 200, 404, 429]
    assert [told(answer)[:4] for answer in answers] == [("client", 7, 60, n) for n in (6, 5, 4, 3, 2, 1, 0, 0)]
    assert all(1 <= told(answer)[4] <= 60 for answer in answers)
    assert int(answers[-1]["Retry-After"]) == told(answers[-1])[4]


def test_one_program_does_not_use_up_what_another_may(house, monkeypatch):
    monkeypatch.setattr(PartnerRate, "rate", "2/min", raising=False)
    api, other = partner.api(house), partner.api(house, "Lantern House")
    for name in ("Quayside Legal Clinic", "Lantern House"):
        cache.delete(f"throttle_client_{house.machine(name).pk}")
    assert [api.get().status_code for _n in range(3)] == [200, 200, 429]
    assert other.get().status_code == 200
    assert told(other.get())[3] == 0


def test_a_window_ends(house, monkeypatch):
    monkeypatch.setattr(PartnerRate, "rate", "1/sec", raising=False)
    api = partner.api(house)
    cache.delete(f"throttle_client_{house.machine('Quayside Legal Clinic').pk}")
    answers = [api.get() for _n in range(2)]
    assert answers[0].status_code == 200
    time.sleep(1.1)
    assert api.get().status_code == 200


def test_a_token_in_hand_does_not_hide_who_asks_for_more_of_them(house, monkeypatch):
    api = partner.api(house)
    monkeypatch.setattr(TokenRate, "rate", "1/min")
    monkeypatch.setattr(TokenRate, "get_cache_key", lambda *_a: "throttle_token_with_a_bearer")
    cache.delete("throttle_token_with_a_bearer")
    answers = [ask("grant_type=x", authorization=f"Bearer {api.bearer}") for _n in range(2)]
    assert [answer.status_code for answer in answers] == [400, 429]
    assert told(answers[0])[:4] == ("token", 1, 60, 0)


def test_who_is_nobody_is_told_of_no_limit(house):
    assert not Client().get("/api/v1/referrals").has_header("RateLimit")


def test_too_many_tokens(house, monkeypatch):
    monkeypatch.setattr(TokenRate, "rate", "1/min")
    monkeypatch.setattr(TokenRate, "get_cache_key", lambda *_a: "throttle_token_of_this_test")
    ask("grant_type=x")
    answer = ask("grant_type=x")
    assert (answer.status_code, answer["Content-Type"]) == (429, "application/problem+json")
    assert int(answer["Retry-After"]) >= 1


def test_without_valkey_requests_are_served_and_the_limit_is_kept_by_the_process_itself(house, settings, monkeypatch):
    api = partner.api(house)
    away = {"LOCATION": "unix:///nonexistent/v.sock?db=1"}
    settings.CACHES = {"default": {**settings.CACHES["default"], **away}}
    assert api.get().status_code == 200
    assert api.token().status_code == 200
    monkeypatch.setattr(TokenRate, "rate", "1/min")
    monkeypatch.setattr(TokenRate, "get_cache_key", lambda *_a: "throttle_token_without_valkey")
    assert [ask("grant_type=x").status_code for _ in range(2)] == [400, 429]
    CACHE.succeeded()
