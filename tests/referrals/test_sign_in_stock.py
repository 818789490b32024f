"""Conformity: a stock OAuth client (oauthlib) over real HTTP gets tokens both ways; another library signs (jwcrypto)."""

import re
from pathlib import Path

import pytest
import requests
from django.core.cache import cache
from django.db import transaction
from oauthlib.oauth2 import BackendApplicationClient, InvalidClientError

from referrals.actions import clients
from tests import factories
from tests.referrals import signing

pytestmark = pytest.mark.django_db(transaction=True)
JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@pytest.fixture(autouse=True)
def _loopback(monkeypatch):
    """The library insists on https; this server speaks on the loopback."""
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")


@pytest.fixture
def house(live_server) -> factories.House:
    """The demonstration, behind a server that answers over HTTP."""
    cache.delete("throttle_token_127.0.0.1")
    with transaction.atomic():
        return factories.house()


def fetched(server, client, **more):
    """A token as oauthlib asks for it and reads it: it raises what the standard's error codes say."""
    url, headers, body = client.prepare_token_request(f"{server.url}{signing.URL}", **more)
    answer = requests.post(url, data=body, headers=headers, auth=more.pop("auth", None), timeout=20)
    return client.parse_request_body_response(answer.text, scope=client.scope), answer


def inbox(server, client):
    url, headers, _body = client.add_token(f"{server.url}/api/v1/referrals")
    return requests.get(url, headers=headers, timeout=20)


def test_a_stock_client_gets_tokens_by_secret_and_by_key(live_server, house, settings):
    facts = house.clients["Quayside Legal Clinic"]
    settings.URL = live_server.url
    by_secret = BackendApplicationClient(facts["client_id"], scope=["referrals:read"])
    token, answer = fetched(live_server, by_secret, include_client_id=True, client_secret=facts["client_secret"])
    assert token["token_type"] == "Bearer"
    assert token.scopes == {"referrals:read"} or set(token.scopes) == {"referrals:read"}
    assert answer.headers["RateLimit-Policy"] == '"token";q=60;w=60'
    got = inbox(live_server, by_secret)
    assert got.status_code == 200
    assert got.headers["RateLimit-Policy"].startswith('"client";q=')

    with transaction.atomic():
        key, _row = signing.registered(facts, "EdDSA")
    by_key = BackendApplicationClient(facts["client_id"], scope=["referrals:read"])
    signed = signing.signed(key, signing.claims(facts["client_id"], aud=f"{live_server.url}{signing.URL}"))
    shown = {"client_assertion_type": JWT_BEARER, "client_assertion": signed}
    token, _answer = fetched(live_server, by_key, include_client_id=True, **shown)
    assert token["expires_in"] <= 900
    assert inbox(live_server, by_key).status_code == 200
    with pytest.raises(InvalidClientError, match="used before"):
        fetched(live_server, by_key, include_client_id=True, **shown)


def test_the_lines_of_the_guide_make_a_key_that_counts(live_server, house, settings, capsys):
    """docs/partners/README.md, by PyJWT as a partner would."""
    settings.URL, facts = live_server.url, house.clients["Quayside Legal Clinic"]
    guide = Path("docs/partners/README.md").read_text("utf-8")
    (lines,) = re.findall(r"```python\n(import json, time, uuid, jwt.*?)```", guide, re.DOTALL)
    space: dict = {}
    said = lines.replace("http://127.0.0.1:8000", live_server.url).replace("your client id", facts["client_id"])
    exec(said, space)
    jwk, proof = capsys.readouterr().out.strip().rsplit(" ", 1)
    with transaction.atomic():
        row = clients.add_key(signing.client_of(facts), jwk, proof, by=None)
    assert (row.kid, row.alg) == ("2027-01", "ES256")
    client = BackendApplicationClient(facts["client_id"])
    shown = {"client_assertion_type": JWT_BEARER, "client_assertion": space["signed"](space["TOKEN"], 60)}
    assert fetched(live_server, client, **shown)[0]["access_token"]


def test_a_stock_client_by_http_basic(live_server, house):
    facts = house.clients["Quayside Legal Clinic"]
    auth = (facts["client_id"], facts["client_secret"])
    answer = requests.post(
        f"{live_server.url}{signing.URL}", data={"grant_type": "client_credentials"}, auth=auth, timeout=20
    )
    client = BackendApplicationClient(facts["client_id"])
    assert client.parse_request_body_response(answer.text)["access_token"]
