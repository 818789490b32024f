"""The demonstration's people can sign in with what demo.json says, and the tool shows their codes."""

import json
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import Client

from config import product
from config.story import browser
from foundation.accounts import factors
from foundation.accounts.models import ConductVersion
from referrals import demo
from tests import door

WORD = "one password for all"


@pytest.fixture
def facts(house, monkeypatch, tmp_path):
    """What ``demo.json`` would say of the people that are loaded."""
    monkeypatch.setenv("AMPARO_STATE", str(tmp_path))
    people = {}
    for key, user in house.people.items():
        secret = door.secret_of(user)
        people[key] = {
            "email": user.email,
            "password": WORD,
            "seats": [],
            **({"totp_secret": secret} if secret else {}),
        }
    demo.write({"url": settings.URL, "people": people, "partners": []})
    return people


def test_the_seats_that_need_a_second_step_have_an_app_and_the_others_have_none(facts):
    needing = {key for key, one in facts.items() if "totp_secret" in one}
    assert needing == set(facts) - {"volunteer", "caseworker", "outsider"}


def shown(who: str) -> str:
    out = StringIO()
    call_command("demo_code", who, stdout=out)
    return out.getvalue().strip()


def test_the_code_that_is_shown_signs_in_and_the_next_one_is_another(facts, focal_point):
    first = shown("focal_point")
    client = Client()
    door.password(client, focal_point)
    door.second(client, first)
    assert door.is_in(client, focal_point)
    assert shown("focal_point") == factors.code_at(facts["focal_point"]["totp_secret"], factors.step_now() + 1) != first


@pytest.mark.parametrize("who", ["volunteer", "nobody", ""])
def test_who_has_no_app_is_told_who_has(facts, who):
    with pytest.raises(CommandError, match="these have: focal_point, deputy"):
        call_command("demo_code", who)


def test_without_a_demonstration_the_tool_says_where_it_looked(monkeypatch, tmp_path):
    monkeypatch.setenv("AMPARO_STATE", str(tmp_path))
    with pytest.raises(CommandError, match=r"no demonstration at .*demo\.json"):
        call_command("demo_code", "focal_point")


def test_the_table_has_a_column_for_secrets(facts):
    table = product.demo_table(json.loads(demo.place().read_text()))
    head, *rows = table.splitlines()
    assert head.split() == ["who", "email", "password", "seats", "totp", "secret"]
    assert all(facts["manager"]["totp_secret"] in row for row in rows if row.startswith("manager"))
    assert demo.place().stat().st_mode & 0o777 == 0o600


def test_the_story_reckons_the_same_codes_without_any_library(monkeypatch):
    secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    monkeypatch.setattr(browser, "_USED", {})
    now = factors.step_now()
    assert browser.next_code(secret) in {factors.code_at(secret, now), factors.code_at(secret, now + 1)}


def test_a_society_publishes_its_own_code_of_conduct(volunteer, browse, tmp_path):
    files = []
    for language in ("en", "ru", "ar"):
        (tmp_path / language).write_text(f"# Our own ({language})\nWe are kind.\n")
        files.append(f"{language}={tmp_path / language}")
    client = browse(volunteer)
    out = StringIO()
    call_command("conduct_publish", *files, stdout=out)
    assert "Version 2 is published" in out.getvalue()
    page = client.get("/", follow=True).content.decode()
    assert "Our own (en)" in page
    assert "We are kind." in page


@pytest.mark.parametrize(
    "given", [["en"], ["en=/nowhere"], ["en={dir}/good"], ["en={dir}/good", "ru={dir}/flat", "ar={dir}/good"]]
)
def test_half_a_code_of_conduct_is_not_published(db, tmp_path, given):
    (tmp_path / "good").write_text("# One\nTwo.")
    (tmp_path / "flat").write_text("no heading")
    with pytest.raises(CommandError):
        call_command("conduct_publish", *[one.format(dir=tmp_path) for one in given])
    assert ConductVersion.objects.filter(version__gt=1).count() == 0
