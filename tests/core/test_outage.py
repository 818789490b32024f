"""The database is away or full: a page that says so in the person's language, asks nothing of it, and keeps what was typed."""

import json
import os
import re
import subprocess
import sys
import time

import psycopg
import pytest
from django.conf import settings
from django.db import InternalError, OperationalError, connection, transaction
from django.test import Client

from foundation.core import leaving as leaving_page
from foundation.core import outage
from tests import factories

WORDS = "The landlord keeps the papers.\nМир. أخذ أوراقي <b>"

AWAY = """
import json, sys
import django
django.setup()
from django.test import Client
answers = []
for method, path, data, cookies in json.loads(sys.argv[1]):
    client = Client(raise_request_exception=False, SERVER_NAME="localhost")
    client.cookies.load(cookies)
    answer = getattr(client, method)(path, data, headers={"accept-language": "en"})
    answers.append([answer.status_code, dict(answer.headers), answer.content.decode(), answer.cookies.output()])
print(json.dumps(answers))
"""


@pytest.fixture(scope="module")
def away():
    """Requests to a process whose database is not there; a session of before is in the cookie."""

    def ask(*requests: tuple[str, str, dict, dict]) -> list:
        place = {"DATABASE_URL": "postgres://amparo_app:x@/amparo?host=/nonexistent", "AMPARO_OPERATOR_TOKEN": "t" * 32}
        environment = {**os.environ, **place, "DJANGO_SETTINGS_MODULE": "config.settings"}
        command = [sys.executable, "-c", AWAY, json.dumps(requests)]
        done = subprocess.run(command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    return ask


SIGNED_IN = {"s": "0123456789abcdef0123456789abcdef"}
TYPED = {"summary": WORDS, "flags": ["held", "hurt"], "alias": "Mira"}


def test_every_way_in_while_the_database_is_away(away):
    """One process, many requests: pages, forms, the API, the exit, health."""
    where = "/concerns/0a0a0a0a-0a0a-4a0a-8a0a-0a0a0a0a0a0a/words/"
    page, russian, arabic, form, secret, api, leaving, alive, ready, login = away(
        ("get", "/", {}, SIGNED_IN),
        ("get", "/", {}, SIGNED_IN | {"l": "ru"}),
        ("get", "/", {}, SIGNED_IN | {"l": "ar"}),
        ("post", where + "?next=1", TYPED, SIGNED_IN),
        ("post", "/accounts/login/", {"login": "a@b.example", "password": "hers"}, {}),
        ("get", "/api/v1/referrals", {}, SIGNED_IN),
        ("get", "/leave/", {}, SIGNED_IN),
        ("get", "/healthz", {}, {}),
        ("get", "/readyz", {}, {}),
        ("get", "/accounts/login/", {}, {}),
    )
    for status, headers, body, _cookies in (page, russian, arabic, form, secret):
        assert (status, headers["Retry-After"], headers["Cache-Control"]) == (503, "10", "no-store")
        assert "Traceback" not in body
        assert "OperationalError" not in body
    assert 'lang="en"' in page[2]
    assert 'lang="ru"' in russian[2]
    assert 'dir="rtl"' in arabic[2]
    assert "Send again" not in page[2], "nothing was sent"
    keeps_what_was_typed(form[2], where + "?next=1")
    assert "csrftoken" in form[3] or "c=" in form[3], "the form can be sent again"
    assert "hers" not in secret[2]
    assert "a@b.example" not in secret[2]
    problem = json.loads(api[2])
    assert (api[0], api[1]["Content-Type"]) == (503, "application/problem+json")
    assert (problem["code"], problem["status"], api[1]["Retry-After"]) == ("house.unavailable", 503, "10")
    assert (leaving[0], leaving[1]["Location"]) == (302, leaving_page.elsewhere()), "who must leave, leaves"
    assert leaving[1]["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    assert (alive[0], json.loads(alive[2])) == (200, {"status": "ok"})
    assert (ready[0], json.loads(ready[2])) == (503, {"status": "broken"})
    assert login[0] in (200, 503)


def keeps_what_was_typed(body: str, action: str) -> None:
    assert f'action="{action}"' in body
    area = re.search(r'<textarea[^>]*name="summary"[^>]*>(.*?)</textarea>', body, re.DOTALL)
    assert area is not None
    assert area[1].replace("\r\n", "\n") == WORDS.replace("<", "&lt;").replace(">", "&gt;")
    assert re.findall(r'type="hidden" name="flags" value="(\w+)"', body) == ["held", "hurt"]
    assert 'name="alias" value="Mira"' in body
    assert 'name="csrfmiddlewaretoken"' in body


def test_what_the_database_says_when_it_is_full_or_read_only():
    for kind in (psycopg.errors.DiskFull, psycopg.errors.ReadOnlySqlTransaction):
        error = InternalError("x")
        error.__cause__ = kind("could not extend file")
        assert outage.of(error) is outage.FULL
    assert outage.of(OperationalError("the connection is closed")).code == "house.unavailable"
    assert outage.of(ValueError("x")) is None
    assert outage.of(None) is None


def read_only() -> None:
    """From now on this transaction takes nothing, as a database without room takes nothing."""
    connection.cursor().execute("SET LOCAL transaction_read_only = on")


def test_a_database_that_takes_nothing_more_keeps_what_was_typed_on_the_page(house, browse):
    """The real refusal of PostgreSQL, in the middle of handing in an answer."""
    draft = factories.draft(house)
    client = browse(house.people["volunteer"])
    client.raise_request_exception = False
    page = client.get(f"/concerns/{draft.pk}/wishes/")
    (revision,) = re.findall(r'name="revision" value="(\d+)"', page.content.decode())
    typed = {"wishes": "My son’s papers, and no police.", "revision": revision}
    with transaction.atomic():
        read_only()
        answer = client.post(f"/concerns/{draft.pk}/wishes/", typed)
        transaction.set_rollback(True)
    body = answer.content.decode()
    assert (answer.status_code, answer["Retry-After"]) == (503, "60")
    assert "Nothing can be saved at the moment" in body
    assert "My son’s papers, and no police." in body
    assert f'action="/concerns/{draft.pk}/wishes/"' in body
    again = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', body))
    assert client.post(f"/concerns/{draft.pk}/wishes/", {**again, "wishes": typed["wishes"]}).status_code == 302
    assert "My son’s papers, and no police." in client.get(f"/concerns/{draft.pk}/wishes/").content.decode()


def test_the_api_says_that_nothing_can_be_kept(house):
    from tests import partner

    referral = factories.sent(house)
    api = partner.api(house)
    api.client.raise_request_exception = False
    etag = api.get(f"/{referral.pk}")["ETag"]
    with transaction.atomic():
        read_only()
        answer = api.act(referral.pk, "accept", version=etag)
        transaction.set_rollback(True)
    assert (answer.status_code, answer.json()["code"], answer["Retry-After"]) == (503, "house.full", "60")
    assert api.act(referral.pk, "accept", version=etag).status_code == 200


def test_a_session_that_cannot_be_saved_is_an_outage_and_not_a_bad_request(house, browse):
    client = browse(house.people["volunteer"])
    session = client.session
    session["last"] = time.time() - 100
    session.save()
    client.raise_request_exception = False
    with transaction.atomic():
        read_only()
        answer = client.get("/help/")
        transaction.set_rollback(True)
    assert answer.status_code == 503


def test_an_error_of_ours_is_still_an_error_of_ours(house, browse, monkeypatch):
    def broken(*args, **more):
        raise ZeroDivisionError

    monkeypatch.setattr("cases.views.day._count", broken)
    client = browse(house.people["volunteer"])
    client.raise_request_exception = False
    answer = client.get("/")
    assert answer.status_code == 500
    assert "Retry-After" not in answer


def test_alive_asks_nobody(db, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert Client().get("/healthz").json() == {"status": "ok"}
