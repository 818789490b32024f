"""Ready or not, and the figures: a stranger learns one word, and no label comes from what anybody typed."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from prometheus_client.parser import text_string_to_metric_families

from foundation.core import health
from foundation.upkeep import checks
from tests import factories

TOKEN = "an-operators-token-of-enough-length"


@pytest.fixture(autouse=True)
def _token(settings):
    settings.OPERATOR_TOKEN = TOKEN


def get(path: str, token: str = ""):
    headers = {"authorization": f"Bearer {token}"} if token else {}
    return Client().get(path, headers=headers)


def figures() -> dict[str, list]:
    answer = get("/metrics", TOKEN)
    assert answer.status_code == 200
    return {family.name: family.samples for family in text_string_to_metric_families(answer.content.decode())}


def test_a_stranger_learns_one_word(db):
    assert get("/readyz").json() == {"status": "ok"}
    assert get("/readyz", "guess").json() == {"status": "ok"}


def test_an_operator_learns_which_part(db):
    said = get("/readyz", TOKEN).json()
    assert said["parts"] == {"database": "ok", "migrations": "ok", "keys": "ok", "broker": "ok", "scanner": "ok"}


def test_without_a_broker_it_works_with_less(db, settings, monkeypatch):
    checks._valkey.cache_clear()
    away = {**settings.CACHES["default"], "LOCATION": "unix:///nonexistent/v.sock?db=1"}
    settings.CACHES = {"default": away}
    try:
        answer = get("/readyz", TOKEN)
        assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
        assert answer.json()["parts"]["broker"] == "degraded"
    finally:
        checks._valkey.cache_clear()


def test_with_keys_that_open_nothing_it_is_not_ready(db, monkeypatch):
    """The canary of the vault is asked (its own tests take real keys away)."""
    assert "keys" in health.checks()
    monkeypatch.setitem(health._CHECKS, "keys", lambda: False)
    assert get("/readyz").status_code == 503
    assert get("/readyz", TOKEN).json()["parts"]["keys"] == "broken"


def test_with_older_tables_it_is_not_ready(db, monkeypatch):

    monkeypatch.setattr(checks, "_COMPLETE", [])
    assert checks.migrations() is checks.State.OK
    monkeypatch.setattr(checks, "_COMPLETE", [])
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'upkeep' AND name = '0002_oldest_unsealed'")
    assert get("/readyz", TOKEN).json()["parts"]["migrations"] == "broken"


def test_a_role_that_passes_the_second_wall_is_not_ready(db, monkeypatch):
    """A superuser in DATABASE_URL would read every row (safety.md §3)."""
    asked = []

    class Cursor:
        def __enter__(self):
            return self

        def __exit__(self, *_args):
            return None

        def execute(self, statement):
            asked.append(statement)

        def fetchone(self):
            return (True,)

    monkeypatch.setattr(checks, "connection", type("C", (), {"cursor": Cursor})())
    assert checks.database() is checks.State.BROKEN
    assert "rolbypassrls" in asked[0]


def test_the_figures_are_not_there_without_the_token(db, settings):
    absent = without_token(get("/nothing"))
    for token in ("", "guess", TOKEN[:-1], TOKEN + "x", "é"):
        answer = get("/metrics", token)
        assert answer.status_code == 404
        assert without_token(answer).replace("/metrics", "/nothing") == absent
    settings.OPERATOR_TOKEN = ""
    assert get("/metrics", "").status_code == 404
    assert Client().get("/metrics", headers={"authorization": "Bearer "}).status_code == 404


def without_token(answer) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "TOKEN", answer.content.decode())


def test_what_the_figures_count(house):
    factories.sent(house)
    found = figures()
    by = {(s.labels["channel"], s.labels["state"]): s.value for s in found["amparo_outbox_messages"]}
    assert by[("email", "waiting")] >= 2
    assert by[("notice", "failed")] == 0
    clocks = {s.labels["state"]: s.value for s in found["amparo_clocks"]}
    assert clocks["running"] >= 2
    assert found["amparo_part_ok"]
    assert found["amparo_outbox_stuck"][0].value == 0
    assert found["amparo_seal_age_seconds"][0].value >= 0


def test_requests_are_counted_by_the_name_of_their_route(house, browse):
    secret, client = "Zahra", browse(house.people["volunteer"])
    before = count("cases:day")
    client.get("/")
    client.get(f"/{secret}/")
    client.get(f"/concerns/?q={secret}", headers={"x-name": secret})
    client.generic(secret.upper(), "/")
    text = get("/metrics", TOKEN).content.decode()
    assert count("cases:day") == before + 1
    assert secret.lower() not in text.lower()
    assert 'method="other"' in text


def count(route: str) -> float:
    return sum(
        s.value for s in figures()["amparo_requests"]
        if s.name == "amparo_requests_total" and s.labels["route"] == route and s.labels["method"] == "GET"
    )  # fmt: skip


def test_no_label_holds_an_id_or_a_name(house, browse):
    """Labels are routes, methods, kinds of answer, channels, tasks, parts: fixed lists."""
    referral = factories.sent(house)
    client = browse(house.people["caseworker"])
    client.get(reverse("referrals:referral", args=[referral.pk]))
    labels = {(name, value) for samples in figures().values() for s in samples for name, value in s.labels.items()}
    assert {name for name, _ in labels} <= {
        "route", "method", "answer", "le", "part", "helper", "channel", "state", "task",
    }  # fmt: skip
    values = " ".join(value for _, value in labels)
    assert not re.search(r"[0-9a-f]{8}-", values)
    assert not any(unit.name.split()[0] in values for unit in house.units.values())
