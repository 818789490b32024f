"""A partner's own entries of the directory, by its program: what it may change, what it may not, and whose they are."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from foundation.core.acting import acting
from foundation.core.errors import Forbidden
from referrals.actions import owning, register
from referrals.models import Service
from tests import partner
from tests.referrals.registering import as_

PAPERS, SHELTER = "Papers and status service", "Safe shelter"


@pytest.fixture
def api(house):
    return partner.api(house)


@pytest.fixture
def lantern(house):
    return partner.api(house, "Lantern House")


@pytest.fixture
def papers(house):
    return house.services[PAPERS]


def changed(api, pk, version=None, key=None, **data):
    more = {"idempotency_key": key} if key else {}
    version = version or api.own("GET", f"/{pk}")["ETag"]
    return api.own("PATCH", f"/{pk}", data, if_match=version, **more)


def test_a_partner_reads_its_own_entries_and_no_others(api, lantern, house):
    mine = api.own("GET").json()["results"]
    assert {row["name"] for row in mine} == set(
        Service.objects.filter(partner=house.services[PAPERS].partner_id).values_list("name", flat=True)
    )
    theirs = {row["id"] for row in lantern.own("GET").json()["results"]}
    assert theirs
    assert not theirs & {row["id"] for row in mine}
    for ref in (*theirs, "00000000-0000-4000-8000-000000000000", "x", "1"):
        answer = api.own("GET", f"/{ref}")
        assert (answer.status_code, answer.json()["code"]) == (404, "record.absent")
        assert changed(api, ref, '"x"', alert="Ours now").status_code == 404
        assert api.own("POST", f"/{ref}/confirm", if_match="*").status_code == 404


def test_it_keeps_up_to_date_what_it_knows_from_day_to_day(api, papers):
    hours = [{"weekday": "MO", "opens_at": "08:30", "closes_at": "24:00"}]
    told = {
        "capacity_available": 3, "capacity_maximum": 10, "hours": hours, "languages": ["uk", "ru", "uk"],
        "alert": "Closed on Friday", "how_to": "Ring twice", "time_zone": "Europe/Kyiv",
    }  # fmt: skip
    before = api.own("GET", f"/{papers.pk}")
    answer = changed(api, papers.pk, **told)
    assert answer.status_code == 200
    assert answer["ETag"] != before["ETag"]
    assert {**answer.json(), **told, "languages": ["uk", "ru"]} == answer.json()
    assert api.own("GET", f"/{papers.pk}").json() == answer.json()
    papers.refresh_from_db()
    assert (papers.hours, papers.capacity_available) == ([[0, "08:30", "24:00"]], 3)
    assert papers.capacity_at is not None
    assert answer.json()["verified_on"] == before.json()["verified_on"], "changing is not verifying"


@pytest.mark.parametrize(
    "name",
    [
        "name",
        "service_type",
        "needs",
        "phone",
        "address",
        "area",
        "status",
        "verified_on",
        "confirmed_on",
        "attributes",
        "id",
    ],
)
def test_what_the_people_of_the_directory_keep_is_refused_by_name(api, papers, name):
    answer = changed(api, papers.pk, alert="Something", **{name: "x"})
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (422, "sender.staff_only", name)
    papers.refresh_from_db()
    assert papers.alert == ""


@pytest.mark.parametrize(
    ("data", "status", "code"),
    [
        ({}, 400, "sender.invalid"),
        ({"colour": "red"}, 400, "sender.invalid"),
        ({"capacity_available": -1}, 400, "sender.invalid"),
        ({"capacity_available": 2**31}, 400, "sender.invalid"),
        ({"capacity_available": 11, "capacity_maximum": 10}, 422, "service.capacity"),
        ({"languages": ["klingon"]}, 400, "sender.invalid"),
        ({"time_zone": "Moon/Sea"}, 422, "service.time_zone"),
        ({"alert": "x" * 201}, 400, "sender.invalid"),
        ({"hours": [{"weekday": "MO", "opens_at": "17:00", "closes_at": "09:00"}]}, 422, "service.hours"),
        ({"hours": [{"weekday": "MO", "opens_at": "9", "closes_at": "17:00"}]}, 400, "sender.invalid"),
        ({"hours": "always"}, 400, "sender.invalid"),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_changes(api, papers, data, status, code):
    before = api.own("GET", f"/{papers.pk}").json()
    answer = changed(api, papers.pk, **data)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert api.own("GET", f"/{papers.pk}").json() == before


def test_the_place_of_a_safe_house_is_told_by_no_word_of_the_partner(lantern, house):
    """Of a safe house no place is kept (domain.md §9.3): where words could tell it, the directory's people write them."""
    shelter = house.services[SHELTER]
    assert set(lantern.own("GET", f"/{shelter.pk}").json()["changeable"]) == set(owning.DAILY)
    assert lantern.own("GET", f"/{shelter.pk}").json()["address"] == ""
    for name in owning.IN_WORDS:
        assert changed(lantern, shelter.pk, **{name: "Behind the mill"}).json()["code"] == "sender.staff_only"
    assert changed(lantern, shelter.pk, capacity_available=1).status_code == 200


def test_a_stale_version_and_a_request_that_comes_twice(api, papers, house):
    tag = api.own("GET", f"/{papers.pk}")["ETag"]
    missing = api.own("PATCH", f"/{papers.pk}", {"alert": "A"})
    assert (missing.status_code, missing.json()["code"]) == (428, "sender.if_match_missing")
    first = changed(api, papers.pk, tag, "one", alert="A")
    again = changed(api, papers.pk, tag, "one", alert="A")
    assert (first.json(), first["ETag"]) == (again.json(), again["ETag"])
    assert again["Idempotency-Replayed"] == "true"
    other = changed(api, papers.pk, tag, "one", alert="B")
    assert (other.status_code, other.json()["code"]) == (409, "sender.idempotency_key_reused")
    stale = changed(api, papers.pk, tag, alert="B")
    assert (stale.status_code, stale.json()["code"]) == (412, "state.stale")
    assert stale["ETag"] == first["ETag"]
    Service.objects.filter(pk=papers.pk).update(fees="Now for money")
    assert changed(api, papers.pk, first["ETag"], alert="B").status_code == 412, "whoever changed it"


def test_its_own_word_is_no_check_of_ours(api, browse, caseworker, papers):
    """HS-10 counts our check alone."""
    old = timezone.localdate() - timedelta(days=200)
    Service.objects.filter(pk=papers.pk).update(verified_on=old)
    answer = api.own("POST", f"/{papers.pk}/confirm", if_match="*")
    assert answer.status_code == 200
    told = answer.json()
    assert (told["confirmed_on"], told["verified_on"]) == (timezone.localdate().isoformat(), old.isoformat())
    papers.refresh_from_db()
    assert not papers.is_fresh
    page = browse(caseworker).get(reverse("referrals:service", args=[papers.pk])).content.decode()
    assert "All of it is right: said on" in page


def test_who_only_reads_changes_nothing(house, papers):
    reading = partner.api(house).sign_in(scope="referrals:read")
    assert reading.own("GET", f"/{papers.pk}").status_code == 200
    for answer in (
        changed(reading, papers.pk, "*", alert="A"),
        reading.own("POST", f"/{papers.pk}/confirm", if_match="*"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "sender.scope")


def test_a_suspended_partner_reaches_nothing_of_it(house, api, papers):
    as_(house, "manager", register.suspend, papers.partner, "not_safe")
    assert api.own("GET").status_code == 401
    assert changed(api, papers.pk, "*", alert="A").status_code == 401
    machine = house.machine("Quayside Legal Clinic")
    with acting(machine.pk), pytest.raises(Forbidden):
        owning.change_own(papers, {"alert": "A"}, by=machine)


@pytest.mark.parametrize("column", ["name", "needs", "address", "phone", "status", "verified_on", "partner_id"])
def test_the_database_refuses_what_a_partner_may_not_change(house, papers, column):
    machine = house.machine("Quayside Legal Clinic")
    values = {
        "needs": ["address"], "verified_on": timezone.localdate(), "partner_id": house.services[SHELTER].partner_id,
        "status": "defunct",
    }  # fmt: skip
    with acting(machine.pk):
        with pytest.raises(DatabaseError, match="register is kept"), transaction.atomic():
            Service.objects.filter(pk=papers.pk).update(**{column: values.get(column, "x")})
        with pytest.raises(DatabaseError, match="register is kept"), transaction.atomic():
            Service.objects.filter(pk=house.services[SHELTER].pk).update(capacity_available=0)
        assert Service.objects.filter(pk=papers.pk).update(alert="Closed on Friday") == 1
