"""Where a finder writes to: RFC 9116, once an installation has named an address."""

from datetime import UTC, datetime, timedelta

import pytest

pytestmark = pytest.mark.django_db

ADDRESS = "/.well-known/security.txt"


def test_it_names_the_address_and_expires_in_less_than_a_year(client, settings):
    settings.SECURITY_CONTACT, settings.URL = "mailto:security@society.example", "https://amparo.example"
    answer = client.get(ADDRESS)
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    told = dict(line.split(": ", 1) for line in answer.content.decode().splitlines())
    assert told["Contact"] == "mailto:security@society.example"
    assert told["Canonical"] == f"https://amparo.example{ADDRESS}"
    assert told["Preferred-Languages"] == "en, ru, ar"
    expires = datetime.fromisoformat(told["Expires"].replace("Z", "+00:00"))
    assert timedelta(days=80) < expires - datetime.now(UTC) < timedelta(days=365)


def test_without_an_address_there_is_nothing(client, settings):
    settings.SECURITY_CONTACT = ""
    assert client.get(ADDRESS).status_code == 404


def test_the_page_on_protection_says_where_to_write(client, settings):
    settings.SECURITY_CONTACT = "mailto:security@society.example"
    assert ">security@society.example<" in client.get("/protect/").content.decode()
    settings.SECURITY_CONTACT = ""
    assert "weakness" not in client.get("/protect/").content.decode()
