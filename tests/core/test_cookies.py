"""Cookies, transport and forged forms of an installation that is reached by https."""

import runpy
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as here
from django.test import Client
from django.urls import reverse

from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db
SENT = ("SESSION_", "CSRF_", "LANGUAGE_COOKIE_", "SECURE_", "ALLOWED_HOSTS", "URL")


@pytest.fixture
def secure(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The settings that a production address gives."""
    monkeypatch.setenv("AMPARO_URL", "https://amparo.example")
    monkeypatch.setenv("AMPARO_EMBEDDED", "0")
    for name, value in runpy.run_path(str(Path(here.BASE_DIR) / "config" / "settings.py")).items():
        if name.startswith(SENT) and name.isupper():
            setattr(settings, name, value)
    return settings


def browser() -> Client:
    return Client(enforce_csrf_checks=True, headers={"host": "amparo.example", "origin": "https://amparo.example"})


def signed_in(person: Any, client: Client) -> Any:
    address = reverse("account_login")
    client.get(address, secure=True)
    token = client.cookies["__Host-c"].value
    return client.post(
        address, {"login": person.email, "password": PASSWORD, "csrfmiddlewaretoken": token}, secure=True
    )


def test_every_cookie_is_bound_to_this_host_and_hidden_from_scripts(house, secure, volunteer):
    client = browser()
    volunteer.set_password(PASSWORD)
    volunteer.save()
    signed_in(volunteer, client)
    client.post(
        reverse("set_language"),
        {"language": "ru", "csrfmiddlewaretoken": client.cookies["__Host-c"].value},
        secure=True,
    )
    assert {"__Host-s", "__Host-c", "__Host-l"} <= set(client.cookies)
    for name, morsel in client.cookies.items():
        assert name.startswith("__Host-")
        assert morsel["secure"], name
        assert morsel["httponly"], name
        assert morsel["samesite"] == "Lax", name
        assert morsel["path"] == "/", name
        assert not morsel["domain"], name


def test_a_session_is_drawn_anew_at_sign_in_and_long(house, secure, volunteer):
    volunteer.set_password(PASSWORD)
    volunteer.save()
    client = browser()
    client.get(reverse("account_login"), secure=True)
    before = client.cookies.get("__Host-s")
    signed_in(volunteer, client)
    first = client.cookies["__Host-s"].value
    other = browser()
    signed_in(volunteer, other)
    assert first not in (before and before.value, other.cookies["__Host-s"].value)
    assert len(first) == 32, "32 signs of 36: more than 128 bits"


def test_a_form_without_its_token_or_from_elsewhere_is_refused(house, secure, volunteer):
    client = browser()
    data = {"login": volunteer.email, "password": PASSWORD}
    assert client.post(reverse("account_login"), data, secure=True).status_code == 403
    client.get(reverse("account_login"), secure=True)
    data["csrfmiddlewaretoken"] = client.cookies["__Host-c"].value
    elsewhere = client.post(reverse("account_login"), data, secure=True, headers={"origin": "https://evil.example"})
    assert elsewhere.status_code == 403


def test_everything_is_led_to_https_and_told_to_stay_there(secure):
    client = browser()
    plain = client.get("/help/")
    assert (plain.status_code, plain["Location"]) == (301, "https://amparo.example/help/")
    told = client.get("/help/", secure=True)["Strict-Transport-Security"]
    assert told == "max-age=31536000; includeSubDomains; preload"


def test_without_https_the_names_promise_nothing(client):
    """A demonstration on this computer: a browser would not take the prefix."""
    assert {here.SESSION_COOKIE_NAME, here.CSRF_COOKIE_NAME, here.LANGUAGE_COOKIE_NAME} == {"s", "c", "l"}
