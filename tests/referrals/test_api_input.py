"""Whatever is sent: a precise problem, never a 5xx, and nothing half-done."""

import json
import re
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from foundation.core.acting import acting
from referrals.api import schema
from referrals.api.parsers import LARGEST
from referrals.models import Referral
from tests import factories, partner
from tests.referrals.test_api_verbs import BODIES, VERBS, n_moves

PROBLEM = "application/problem+json"
DOCUMENT = "docs/partners/openapi.json"
CODE = re.compile(r'"((?:sender|receiver|consent|state|record|actor|house)\.[a-z_]+)"')


@pytest.fixture
def api(house):
    return partner.api(house)


@pytest.fixture
def referral(house):
    return factories.sent(house)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 400, "sender.malformed"),
        (b"[]", 400, "sender.malformed"),
        (b'"text"', 400, "sender.malformed"),
        (b"null", 400, "sender.malformed"),
        (b"1", 400, "sender.malformed"),
        (b'{"text": NaN}', 400, "sender.malformed"),
        (b'{"text": Infinity}', 400, "sender.malformed"),
        (b'{"text": "a\\u0000b"}', 400, "sender.malformed"),
        (b'{"text": "a\x00b"}', 400, "sender.malformed"),
        (b'{"te\\u0000xt": "a"}', 400, "sender.malformed"),
        (b'{"text": "\\ud800"}', 400, "sender.malformed"),
        (b'{"text": "a", "text": "b"}', 400, "sender.malformed"),
        (b'{"text": "\xff"}', 400, "sender.malformed"),
        (b'\xef\xbb\xbf{"text": "a"}', 400, "sender.malformed"),
        ('{"text": "a"}'.encode("utf-16"), 400, "sender.malformed"),
        (b"[" * 50_000, 400, "sender.malformed"),
        (b'{"a":' * 9_000 + b"1" + b"}" * 9_000, 400, "sender.malformed"),
        (b'{"text": ' + b"9" * 10_000 + b"}", 400, "sender.malformed"),
        (b'{"text": "' + b"x" * LARGEST + b'"}', 413, "sender.too_large"),
        (b'{"text": "' + b"x" * 300_000 + b'"}', 413, "sender.too_large"),
        (b"{}", 400, "sender.invalid"),
        (b'{"text": ""}', 400, "sender.invalid"),
        (b'{"text": "   "}', 400, "sender.invalid"),
        (b'{"text": null}', 400, "sender.invalid"),
        (b'{"text": {"a": 1}}', 400, "sender.invalid"),
        (b'{"text": ["a"]}', 400, "sender.invalid"),
        (b'{"text": true}', 400, "sender.invalid"),
        (json.dumps({"text": "x" * 1001}).encode(), 400, "sender.invalid"),
        (b'{"text": "a", "name": "b"}', 400, "sender.invalid"),
        (b"", 400, "sender.invalid"),
    ],
)
def test_a_body_that_is_not_accepted(house, api, referral, body, status, code):
    answer = api.post(f"/{referral.pk}/ask", body, if_match="*")
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer["Content-Type"] == PROBLEM
    assert answer.json().get("detail") or status == 413
    assert n_moves(house, referral) == 0


def test_the_errors_say_which_field(api, referral):
    errors = api.post(f"/{referral.pk}/decline", {"reason": "x", "surplus": 1, "more": 2}, if_match="*").json()[
        "errors"
    ]
    assert set(errors) == {"surplus", "more"}
    errors = api.post(f"/{referral.pk}/decline", {"reason": "x"}, if_match="*").json()["errors"]
    assert errors["reason"][0]["code"] == "invalid_choice"
    errors = api.post(f"/{referral.pk}/accept", {"reason": "x"}, if_match="*").json()["errors"]
    assert set(errors) == {"reason"}


def test_what_looks_like_an_escape_is_only_text(house, api, referral):
    assert api.post(f"/{referral.pk}/ask", {"text": "C:\\u0000 and \\ud800"}, if_match="*").status_code == 200
    with acting(house.people["caseworker"].pk):
        assert Referral.objects.get(pk=referral.pk).messages.get().text == "C:\\u0000 and \\ud800"


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "x"]
)
def test_another_content_type(api, referral, kind):
    answer = api.post(f"/{referral.pk}/decline", b'{"reason": "other"}', if_match="*", content_type=kind)
    assert (answer.status_code, answer.json()["code"]) == (415, "sender.media_type")


def test_a_body_in_chunks_and_an_answer_that_is_not_json(api, referral):
    answer = api.post(f"/{referral.pk}/accept", if_match="*", transfer_encoding="chunked")
    assert (answer.status_code, answer.json()["code"]) == (411, "sender.length")
    answer = api.get(f"/{referral.pk}", accept="text/html")
    assert (answer.status_code, answer.json()["code"], answer["Content-Type"]) == (406, "sender.accept", PROBLEM)


def test_what_django_itself_refuses(house):
    answer = Client(raise_request_exception=False).get("/api/v1/referrals", headers={"host": "a b"})
    assert (answer.status_code, answer["Content-Type"]) == (400, PROBLEM)


def test_a_broken_house_is_a_problem_too(house, api, monkeypatch):
    from referrals.api import views

    monkeypatch.setattr(views, "summary", lambda row: 1 / 0)
    factories.sent(house)
    api.client.raise_request_exception = False
    answer = api.get()
    assert (answer.status_code, answer["Content-Type"], answer.json()["code"]) == (500, PROBLEM, "house.broken")


TEXT = st.text(max_size=40)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT | st.sampled_from(["other", "met", "stopped"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT | st.sampled_from(["reason", "text"]), inner),
    max_leaves=8,
)
OBJECT = st.dictionaries(st.sampled_from(["text", "reason", "outcome", "confirmation", "x"]), JSON)
BODY = st.binary(max_size=60) | (JSON | OBJECT).map(lambda data: json.dumps(data).encode())
HEADER = st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=30)
HEADERS = st.dictionaries(
    st.sampled_from(
        ["if-match", "idempotency-key", "accept", "accept-language", "content-type", "authorization", "cookie",
         "x-http-method-override", "range", "if-none-match", "x-forwarded-for", "x-forwarded-proto", "expect"]
    ),
    HEADER | st.sampled_from(["*", '"2"', "application/json", "Bearer x", "ru", "ar;q=x", "gzip"]), max_size=4,
)  # fmt: skip
PATHS = ["", "/{pk}", *(f"/{{pk}}/{verb}" for verb in VERBS), "/{pk}/x", "/{any}", "/{any}/accept"]
FUZZ = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def is_sound(answer):
    """Never a 5xx; whatever is refused is a problem document with a code, a title and its own status."""
    assert answer.status_code < 500
    if answer.status_code >= 400:
        assert answer["Content-Type"] == PROBLEM
        body = answer.json()
        assert body["status"] == answer.status_code
        assert body["title"]
        assert "." in body["code"]


@given(path=st.sampled_from(PATHS), any_=st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
       method=st.sampled_from(["get", "post", "put", "patch", "delete", "options", "head", "trace"]),
       body=BODY, headers=HEADERS)  # fmt: skip
@FUZZ
def test_anything_at_every_address(house, api, referral, path, any_, method, body, headers):
    from urllib.parse import quote

    url = "/api/v1/referrals" + path.format(pk=referral.pk, any=quote(any_, safe=""))
    client = Client(raise_request_exception=False)
    client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {api.bearer}"
    kind = headers.pop("content-type", "application/json")
    answer = client.generic(method.upper(), url, body, kind, headers=headers)
    if method != "head":
        is_sound(answer)
    assert answer.status_code < 500


@given(verb=st.sampled_from(VERBS), body=BODY, key=st.none() | HEADER)
@FUZZ
def test_anything_as_a_body(house, api, referral, verb, body, key):
    headers = {"if_match": "*"} if key is None else {"if_match": "*", "idempotency_key": key}
    api.client.raise_request_exception = False
    is_sound(api.post(f"/{referral.pk}/{verb}", body, **headers))


@given(query=st.dictionaries(st.sampled_from(["after", "status", "limit", "format", "x"]) | TEXT, TEXT, max_size=3))
@FUZZ
def test_anything_as_a_query(house, api, query):
    from urllib.parse import urlencode

    api.client.raise_request_exception = False
    is_sound(api.get("?" + urlencode(query, errors="replace")))


@given(body=st.binary(max_size=80) | TEXT.map(lambda t: f"grant_type={t}".encode()), headers=HEADERS)
@FUZZ
def test_anything_at_the_token_endpoint(house, body, headers):
    from django.core.cache import cache

    cache.delete("throttle_token_127.0.0.1")
    kind = headers.pop("content-type", "application/x-www-form-urlencoded")
    client = Client(raise_request_exception=False)
    answer = client.post("/api/v1/oauth/token", body, content_type=kind, headers=headers)
    assert 400 <= answer.status_code < 500
    assert answer["Content-Type"] in ("application/json", PROBLEM)
    assert answer.json().get("error") or answer.json()["code"]


def test_the_document_is_valid_and_in_the_repository(house, tmp_path):
    path = tmp_path / "openapi.json"
    call_command("spectacular", "--fail-on-warn", "--validate", "--format", "openapi-json", "--file", str(path))
    made = json.loads(path.read_text())
    served = Client().get("/api/v1/openapi.json")
    assert served.json() == made == json.loads(json.dumps(schema.document()))
    assert served["Content-Type"] == "application/vnd.oai.openapi+json; version=3.1"
    with open(DOCUMENT) as file:
        kept = json.load(file)
    assert kept == made, f"write it anew: manage.py spectacular --format openapi-json --file {DOCUMENT}"


def test_the_type_of_a_problem_leads_somewhere(house, api):
    """Every code that the API's sources hold is listed there."""
    told = {row["code"]: row["status"] for row in Client().get("/api/v1/problems").json()["problems"]}
    sources = [
        *Path("referrals/api").glob("*.py"),
        Path("referrals/actions/answering.py"),
        Path("referrals/actions/appointing.py"),
        Path("referrals/actions/attempting.py"),
        Path("referrals/actions/items.py"),
        Path("referrals/actions/confirming.py"),
        Path("foundation/core/policy.py"),
    ]
    held = {code for path in sources for code in CODE.findall(path.read_text())}
    assert held - set(told) == set()
    answer = api.get(f"/{uuid4()}").json()
    assert answer["type"] == f"/api/v1/problems#{answer['code']}"
    assert told[answer["code"]] == answer["status"]


def test_the_document_names_what_a_client_needs(house):
    document = schema.document()
    assert document["openapi"].startswith("3.1")
    flows = document["components"]["securitySchemes"]["oauth2"]["flows"]
    assert flows["clientCredentials"]["tokenUrl"] == "/api/v1/oauth/token"
    for verb in VERBS:
        operation = document["paths"][f"/api/v1/referrals/{{id}}/{verb}"]["post"]
        named = {p["name"]: p for p in operation["parameters"]}
        assert named["If-Match"]["required"]
        assert {"Idempotency-Key", "id"} <= set(named)
        assert {"ETag", "Idempotency-Replayed"} <= set(operation["responses"]["200"]["headers"])
        assert {"404", "409", "410", "412", "428", "429"} <= set(operation["responses"])
        assert set(operation["responses"]["409"]["content"]) == {PROBLEM}
        assert ("requestBody" in operation) == (verb in BODIES)
    assert {f"/api/v1/referrals/{{id}}/{verb}" for verb in VERBS} <= set(document["paths"])


def test_every_real_answer_fits_the_document(house, api):
    """Each field that is answered is described, and each that is described is answered."""
    referral = factories.sent(house)
    shapes = schema.document()["components"]["schemas"]
    whole, listed = api.get(f"/{referral.pk}").json(), api.get().json()
    assert set(whole) == set(shapes["Whole"]["properties"])
    assert set(listed) == set(shapes["Inbox"]["properties"])
    assert set(listed["results"][0]) == set(shapes["Line"]["properties"])
    answer = api.act(referral.pk, "accept").json()
    assert set(answer) == set(shapes["Line"]["properties"])
    assert set(api.get(f"/{uuid4()}").json()) <= set(shapes["Problem"]["properties"])
