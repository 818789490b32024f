"""The directory for partners' programs: the form of HSDS 3, who may read it, and what is hidden (issue 6, R-53, R-54)."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from referrals.actions import directory
from referrals.hsds.terms import TAXONOMIES
from referrals.models import Partner, Service
from tests import partner
from tests.referrals.registering import as_, entry, suspended

SCHEMA = json.loads((Path(__file__).parent / "hsds" / "schema.json").read_text())
BASE = "https://raw.githubusercontent.com/openreferral/specification/refs/heads/3.2/schema/"
REGISTRY = Registry().with_resources(
    (f"{BASE}{name}", Resource.from_contents(row, default_specification=DRAFT202012)) for name, row in SCHEMA.items()
)
FORMATS = FormatChecker(("uuid", "email", "date", "time"))
SECRET = "Quay 9"
"""Where the house is: an editor typed it wherever there is room."""
TYPED = ("description", "phone", "how_to", "eligibility", "fees", "alert", "area")
LISTS = ("services", "organizations", "service_at_locations")


@FORMATS.checks("date-time", ValueError)
def is_moment(value: object) -> bool:
    """RFC 3339: with an offset."""
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


@FORMATS.checks("uri")
def is_uri(value: object) -> bool:
    return not isinstance(value, str) or bool(urlsplit(value).scheme and urlsplit(value).netloc)


def check(record: dict, name: str) -> None:
    """The record against the published schema, all that hangs on it included."""
    schema = {"$ref": f"{BASE}{name}"}
    Draft202012Validator(schema, registry=REGISTRY, format_checker=FORMATS).validate(record)


def page(answer) -> list[dict]:
    assert answer.status_code == 200, answer.content
    data = answer.json()
    check(data, "Page")
    assert data["size"] == len(data["contents"])
    assert data["empty"] is not bool(data["contents"])
    return data["contents"]


@pytest.fixture
def lantern(house):
    return Partner.objects.get(organisation__name="Lantern House")


@pytest.fixture
def api(house):
    return partner.api(house)


@pytest.fixture
def clinic(house, lantern):
    """An entry with everything."""
    return entry(
        house, lantern, name="Night clinic", status="active", description="Doctors", location_type="physical",
        address="Pier 3", phone="0800 555 010", how_to="Walk in", eligibility="Everybody", minimum_age=0, maximum_age=99,
        languages=["ar", "en"], access=["step_free"], attributes=["without_documents"],
        hours=[[0, "20:00", "24:00"], [1, "09:00", "12:30"]], time_zone="Asia/Kolkata", fees="None", capacity_available=0,
        capacity_maximum=9, alert="Closed on Friday",
    )  # fmt: skip


@pytest.fixture
def shelter(house):
    """The safe shelter, with where it is in every text that an editor can write."""
    found = house.services["Safe shelter"]
    Service.objects.filter(pk=found.pk).update(**dict.fromkeys(TYPED, SECRET))
    return found


@pytest.mark.proof("contract")
def test_every_answer_is_one_of_the_published_schema(house, api, clinic, figure):
    """Every service of the demonstration, in every list and alone; an enumeration or a format that is off fails."""
    root = api.hsds().json()
    check(root, "Root")
    assert root["openapi_url"].endswith("/api/v1/openapi.json")
    n = 0
    for listed, name in (*zip(LISTS, ("service", "organization", "service_at_location"), strict=True),
                         ("taxonomies", "taxonomy"), ("taxonomy_terms", "taxonomy_term")):  # fmt: skip
        full = "" if name.startswith("taxonomy") or name == "taxonomies" else "?full=true"
        for query in {"", full}:
            for row in page(api.hsds(f"{listed}{query}")):
                check(row, f"{name}.json")
                alone = api.hsds(f"{listed}/{row['id']}").json()
                check(alone, f"{name}.json")
                n += 2
    names = {row["name"] for row in page(api.hsds("services"))}
    assert names == set(house.services) | {"Night clinic"}
    figure(f"HSDS: {n} records valid against the published schema, formats and enumerations included")


def test_the_check_by_the_schema_can_fail():
    whole = {"id": str(uuid4()), "name": "x", "status": "active"}
    check(whole, "service.json")
    for wrong in ({"id": "1"}, {"status": "open"}, {"last_modified": "2026-01-01T10:00:00"}, {"minimum_age": "3"},
                  {"service_at_locations": [{"id": str(uuid4()), "location": {"id": str(uuid4()), "location_type": "x"}}]},
                  {"schedules": [{"id": str(uuid4()), "byday": 3}]}, {"name": None}):  # fmt: skip
        with pytest.raises(Exception, match="is not"):
            check({**whole, **wrong}, "service.json")


def test_an_entry_is_told_whole(api, clinic):
    row = api.hsds(f"services/{clinic.pk}").json()
    at = row["service_at_locations"][0]["location"]
    assert (at["location_type"], at["addresses"][0]["address_1"]) == ("physical", "Pier 3")
    assert [(s["byday"], s["opens_at"], s["closes_at"], s["timezone"]) for s in row["schedules"]] == [
        ("MO", "20:00+05:30", "23:59+05:30", 5.5), ("TU", "09:00+05:30", "12:30+05:30", 5.5),
    ]  # fmt: skip
    assert {entry["code"] for entry in row["languages"]} == {"ar", "en"}
    assert (row["capacities"][0]["available"], row["capacities"][0]["maximum"]) == (0, 9)
    assert (row["minimum_age"], row["maximum_age"], row["alert"]) == (0, 99, "Closed on Friday")
    assert row["phones"][0]["number"] == "0800 555 010"
    said = {(a["link_type"], a["value"]) for a in row["attributes"]}
    assert {("service_type", "health_medical"), ("attribute", "without_documents"), ("access", "step_free"),
            ("needs", "alias"), ("time_zone", "Asia/Kolkata")} <= said  # fmt: skip
    assert row["organization"]["name"] == "Lantern House"
    assert "dsa_valid_until" not in json.dumps(row), "our agreement is ours"


def test_r54_a_safe_house_is_nowhere(api, shelter):
    """R-54, domain.md §9.3: by every route and every filter."""
    urls = [f"{name}{query}" for name in LISTS for query in ("", "?full=true")]
    urls += [f"services/{shelter.pk}", f"organizations/{shelter.partner_id}?full_service=true", "services?minimal=true",
             "organizations?full_service=true", f"services?organization_id={shelter.partner_id}&full=true"]  # fmt: skip
    texts = {url: api.hsds(url).content.decode() for url in urls}
    assert not [url for url, text in texts.items() if SECRET in text]
    assert "Safe shelter" in texts["services"], "that it exists is told"
    row = api.hsds(f"services/{shelter.pk}").json()
    told = {"id", "organization_id", "name", "status", "assured_date", "last_modified", "languages", "schedules",
            "capacities", "attributes", "organization"}  # fmt: skip
    assert set(row) <= told
    assert "latitude" not in json.dumps(row)
    assert api.hsds(f"service_at_locations/{shelter.pk}").status_code == 404
    assert str(shelter.pk) not in texts["service_at_locations?full=true"]


def test_searching_for_where_a_safe_house_is_finds_nothing(api, shelter, clinic):
    for text in ("Quay", "quay 9", "y 9"):
        for name in LISTS:
            assert page(api.hsds(f"{name}?search={text}")) == [] or text == "Quay", (name, text)
    assert {row["name"] for row in page(api.hsds("services?search=Quay"))} == {
        "Papers and status service", "Advice before a removal",
    }, "an address that may be told, and an organisation's name"  # fmt: skip
    assert [row["name"] for row in page(api.hsds("services?search=pier 3"))] == ["Night clinic"]
    assert [row["name"] for row in page(api.hsds("services?search=safe shel"))] == ["Safe shelter"]


def gone(name: str, house, service) -> None:
    """Make a service one that cannot be asked."""
    today = timezone.localdate()
    changes: dict = {
        "closed": {"status": "temporarily closed"}, "never checked": {"verified_on": directory.LONG_AGO},
        "checked 181 days ago": {"verified_on": today - timedelta(days=181)},
    }  # fmt: skip
    if name in changes:
        Service.objects.filter(pk=service.pk).update(**changes[name])
    elif name == "agreement over":
        Partner.objects.filter(pk=service.partner_id).update(agreement_until=today - timedelta(days=1))
    else:
        suspended(house, "Lantern House")


@pytest.mark.parametrize("why", ["closed", "never checked", "checked 181 days ago", "agreement over", "suspended"])
def test_hs10_what_cannot_be_asked_is_not_there(house, api, clinic, why):
    """HS-10: it looks like what never was."""
    assert api.hsds(f"services/{clinic.pk}").status_code == 200
    gone(why, house, clinic)
    for url in (f"services/{clinic.pk}", f"service_at_locations/{clinic.pk}"):
        answer, never = api.hsds(url), api.hsds(f"services/{uuid4()}")
        assert (answer.status_code, answer.json()) == (404, never.json())
    for name in LISTS:
        assert "Night clinic" not in api.hsds(f"{name}?full=true&search=night").content.decode()
    is_partner = why in ("agreement over", "suspended")
    assert (api.hsds(f"organizations/{clinic.partner_id}").status_code == 404) is is_partner


def test_only_a_token_with_the_scope_reads_it(house, clinic):
    facts = house.clients["Quayside Legal Clinic"]
    plain = partner.Api(facts["client_id"], facts["client_secret"])
    urls = ["", *LISTS, "taxonomies", "taxonomy_terms", f"services/{clinic.pk}"]
    assert {plain.hsds(url).status_code for url in urls} == {401}
    plain.sign_in()
    assert {plain.hsds(url).status_code for url in urls} == {403}, "the scope is not given unasked"
    assert plain.hsds("services").json()["code"] == "sender.scope"
    plain.sign_in(scope="directory:read")
    assert {plain.hsds(url).status_code for url in urls} == {200}
    assert plain.get().status_code == 403, "and opens no referral"
    suspended(house)
    assert {plain.hsds(url).status_code for url in urls} == {401}, "suspension works at once"


def test_filters_find_what_hsds_names(house, api, clinic, lantern):
    kind, sharing = TAXONOMIES["service_type"], TAXONOMIES["data_sharing_with_authorities"]
    found = {
        f"taxonomy_term_id={kind.term_id('health_medical')}": {"Night clinic"},
        f"taxonomy_term_id={TAXONOMIES['attribute'].term_id('without_documents')}": {
            "Night clinic", "Papers and status service",
        },
        f"taxonomy_term_id={uuid4()}": set(), f"taxonomy_id={uuid4()}": set(),
        f"taxonomy_id={kind.id}": set(house.services) | {"Night clinic"},
        f"taxonomy_id={TAXONOMIES['access'].id}": {"Night clinic", "Papers and status service", "Safe shelter"},
        f"taxonomy_term_id={sharing.term_id('never')}": set(house.services) | {"Night clinic"},
        f"organization_id={lantern.pk}": {"Night clinic", "Safe shelter", "Somebody to talk to"},
        f"modified_after={(timezone.now() + timedelta(hours=1)).isoformat().replace('+', '%2B')}": set(),
        "search=doctors": {"Night clinic"}, "search=%25": set(), "search=nothing like it": set(),
    }  # fmt: skip
    for query, names in found.items():
        assert {row["name"] for row in page(api.hsds(f"services?{query}"))} == names, query
    assert {row["name"] for row in page(api.hsds("organizations?search=lantern"))} == {"Lantern House"}
    lone = page(api.hsds(f"organizations?taxonomy_term_id={kind.term_id('legal_assistance')}"))
    assert {row["name"] for row in lone} == {"Quayside Legal Clinic"}


def test_modified_after_finds_what_was_changed_and_what_was_verified(house, api, clinic, lantern):
    Service.objects.update(changed_at=timezone.now() - timedelta(days=9))
    since = (timezone.now() - timedelta(days=1)).isoformat().replace("+", "%2B")
    assert page(api.hsds(f"services?modified_after={since}")) == []
    as_(house, "directory_editor", directory.verify, clinic)
    assert [row["name"] for row in page(api.hsds(f"services?modified_after={since}"))] == ["Night clinic"]


WRONG = ("page=0", "page=x", "per_page=101", "per_page=0", "search=a&search=b", "unknown=1", "postcode=AB1", "full=maybe",
         "modified_after=yesterday", "organization_id=1", "taxonomy_id=1", "format=csv", "search=%00", f"search={'x' * 121}",
         f"page={10**30}")  # fmt: skip


@pytest.mark.parametrize("query", WRONG)
def test_what_is_asked_wrongly_is_said(api, query):
    answer = api.hsds(f"services?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, "sender.invalid")
    assert set(answer.json()["errors"]) == {query.partition("=")[0]}


@pytest.mark.parametrize("ref", ["1", "x" * 500, "%00", "..%2F..%2Freferrals", "0f1e2d3c-4b5a-4968-8776-a5b4c3d2e1f0"])
@pytest.mark.parametrize("name", [*LISTS, "taxonomies", "taxonomy_terms"])
def test_an_id_that_is_none_is_the_same_404(api, name, ref):
    answer = api.hsds(f"{name}/{ref}")
    assert (answer.status_code, answer.json()["code"]) == (404, "record.absent")


def test_pages_follow_each_other_without_a_gap(house, api, lantern):
    for number in range(7):
        entry(house, lantern, name=f"Clinic {number}")
    first = api.hsds("services?per_page=4").json()
    pages = [page(api.hsds(f"services?per_page=4&page={n}")) for n in range(1, first["total_pages"] + 1)]
    ids = [row["id"] for rows in pages for row in rows]
    assert len(ids) == len(set(ids)) == first["total_items"] == 11
    assert (first["first_page"], first["last_page"], first["total_pages"]) == (True, False, 3)
    beyond = api.hsds("services?per_page=4&page=9").json()
    assert (beyond["empty"], beyond["last_page"], beyond["first_page"]) == (True, True, False)
    minimal = page(api.hsds("services?minimal=true"))
    assert {row["id"] for row in minimal} == set(ids)
    assert set(minimal[0]) == {"id", "name", "status", "last_modified"}


def test_polling_costs_nothing_while_nothing_changes(house, api, clinic):
    answer = api.hsds("services?full=true")
    same = api.hsds("services?full=true", if_none_match=answer["ETag"])
    assert (same.status_code, same.content, same["ETag"]) == (304, b"", answer["ETag"])
    assert api.hsds("services?full=true", if_none_match='"other"').status_code == 200
    as_(house, "directory_editor", directory.edit, clinic, {"alert": "Open again"})
    assert api.hsds("services?full=true", if_none_match=answer["ETag"]).status_code == 200
    assert api.hsds("services?full=true", accept_language="ru")["ETag"] != answer["ETag"], (
        "words of terms are translated"
    )


def test_it_asks_as_much_for_five_thousand_services_as_for_four(house, api, lantern):
    urls = [f"{name}{query}" for name in LISTS for query in ("", "?full=true")]
    few = {url: cost(api, url) for url in urls}
    Service.objects.bulk_create(
        Service(partner=lantern, name=f"Service {n:05}", service_type="cash", area="Coast",
                verified_on=timezone.localdate())
        for n in range(5000)
    )  # fmt: skip
    assert {url: cost(api, url) for url in urls} == few


def cost(api, url: str) -> int:
    api.hsds(url)
    with CaptureQueriesContext(connection) as queries:
        assert api.hsds(url).status_code == 200
    return len(queries)


def test_it_is_read_and_never_written(api, clinic):
    for method in ("post", "put", "patch", "delete"):
        for url in ("services", f"services/{clinic.pk}", "organizations"):
            answer = getattr(api.client, method)(f"/api/v1/hsds/{url}", headers=api._headers({}))
            assert answer.status_code == 405, (method, url)
