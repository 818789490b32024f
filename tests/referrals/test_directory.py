"""The service directory in the shape of HSDS 3: finding, writing, verifying, giving out and taking in (R-53, R-54, HS-10)."""

import json
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from foundation.accounts.models import Organisation
from foundation.core.errors import Refused
from referrals import finding
from referrals.actions import directory
from referrals.directory import why_not
from referrals.hsds.writing import service_of
from referrals.models import Partner, Service
from tests.referrals.registering import as_, entry


@pytest.fixture
def lantern(house):
    return Partner.objects.get(organisation__name="Lantern House")


def refused(field: str):
    return pytest.raises(Refused, check=lambda error: error.field == field)


def names(answer) -> str:
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_list_is_filtered_without_scripts(house, browse, caseworker, lantern):
    entry(house, lantern, name="Clinic of women", languages=["fa"], access=["step_free"], area="Hills")
    worker, url = browse(caseworker), reverse("referrals:directory")
    for query, shown in {
        "": True, "q=clinic": True, "q=lantern": True, "kind=health_medical": True, "kind=cash": False, "area=hill": True,
        "language=fa": True, "language=ti": False, "access=step_free": True, "access=sign_language": False,
        "state=open": True, "state=old": False, "kind=nonsense": True,
    }.items():  # fmt: skip
        assert ("Clinic of women" in names(worker.get(f"{url}?{query}"))) is shown, query


def many(house, n: int) -> None:
    partner = Partner.objects.get(organisation__name="Lantern House")
    today = timezone.localdate()
    Service.objects.bulk_create(
        Service(partner=partner, name=f"Service {number:05}", service_type="cash", area="Coast", verified_on=today)
        for number in range(n)
    )


def test_the_list_asks_as_much_for_five_thousand_services_as_for_four(house, browse, caseworker):
    worker, url = browse(caseworker), reverse("referrals:directory")
    worker.get(url)
    with CaptureQueriesContext(connection) as few:
        worker.get(url)
    many(house, 5000)
    with CaptureQueriesContext(connection) as lots:
        page = worker.get(f"{url}?page=100")
    assert "Service 04" in names(page)
    assert len(lots) == len(few)


@pytest.mark.parametrize(
    ("days", "is_old", "is_fresh"), [(90, False, True), (91, True, True), (180, True, True), (181, True, False)]
)
def test_w01_an_entry_warns_after_90_days_and_stops_after_180(house, lantern, days, is_old, is_fresh):
    """W-01, HS-10."""
    on = timezone.localdate() - timedelta(days=days)
    service = entry(house, lantern)
    as_(house, "directory_editor", directory.verify, service, on=on)
    service.refresh_from_db()
    assert (service.is_old, service.is_fresh) == (is_old, is_fresh)
    assert bool(why_not(service)) is not is_fresh


def test_verifying_is_not_changing_and_neither_happens_tomorrow(house, lantern):
    service = as_(house, "directory_editor", directory.add, lantern,
                  {"name": "Old", "service_type": "cash", "area": "Coast"}, checked_on=directory.LONG_AGO)  # fmt: skip
    as_(house, "directory_editor", directory.edit, service, {"fees": "None"})
    service.refresh_from_db()
    assert not service.is_fresh
    with refused("checked_on"):
        as_(house, "directory_editor", directory.verify, service, on=timezone.localdate() + timedelta(days=1))


WRONG = {
    "hours": [{"hours": [[0, "17:00", "09:00"]]}, {"hours": [[7, "09:00", "10:00"]]}, {"hours": ["Monday"]}],
    "languages": [{"languages": ["klingon"]}], "access": [{"access": ["stairs"]}], "needs": [{"needs": ["diagnosis"]}],
    "maximum_age": [{"minimum_age": 40, "maximum_age": 18}], "time_zone": [{"time_zone": "Mars/Base"}],
    "capacity_available": [{"capacity_available": 9, "capacity_maximum": 3}], "name": [{"name": "Safe shelter"}],
    "status": [{"status": "open"}], "address": [{"service_type": "safe_shelter", "address": "Quay 9"}],
}  # fmt: skip


@pytest.mark.parametrize(("field", "wrong"), [(field, wrong) for field, rows in WRONG.items() for wrong in rows])
def test_an_entry_that_cannot_be_is_refused_at_its_field(house, lantern, field, wrong):
    with refused(field):
        entry(house, lantern, **wrong)


def test_the_database_holds_no_address_of_a_safe_house(house):
    """domain.md §9.3, R-54: not hidden, but nowhere."""
    shelter = house.services["Safe shelter"]
    with pytest.raises(DatabaseError, match="no_address_of_a_safe_house"), transaction.atomic():
        Service.objects.filter(pk=shelter.pk).update(address="Quay 9")
    with pytest.raises(DatabaseError, match="no_address_of_a_safe_house"), transaction.atomic():
        Service.objects.filter(pk=house.services["Papers and status service"].pk).update(
            service_type="safe_shelter", location_type="virtual"
        )


@pytest.mark.parametrize(
    ("at", "is_open"), [("2026-11-23T10:00", True), ("2026-11-23T17:00", False), ("2026-11-22T10:00", False)]
)
def test_open_now_is_asked_on_the_clock_of_the_service(house, lantern, at, is_open):
    service = entry(house, lantern, hours=[[0, "09:00", "17:00"]], time_zone="Asia/Tokyo")
    moment = datetime.fromisoformat(at).replace(tzinfo=ZoneInfo("Asia/Tokyo"))
    assert finding.is_open_now(service, moment) is is_open
    service.hours = []
    assert finding.is_open_now(service, moment) is None


def test_the_pages_write_and_verify_an_entry(house, browse, lantern):
    editor = browse(house.people["directory_editor"])
    typed = {
        "name": "Night clinic", "service_type": "health_medical", "status": "active", "area": "Harbour",
        "location_type": "physical", "address": "Quay 4", "time_zone": "Europe/Kyiv", "languages": ["ar", "en"],
        "opens0": "20:00", "closes0": "23:59", "capacity_available": "2", "capacity_maximum": "9",
        "needs": ["alias"], "alert": "Closed on Friday",
    }  # fmt: skip
    made = editor.post(reverse("referrals:service_new", args=[lantern.pk]), typed)
    service = Service.objects.get(name="Night clinic")
    assert made.url == reverse("referrals:service", args=[service.pk])
    assert service.hours == [[0, "20:00", "24:00"]]
    page = names(editor.get(made.url))
    for words in ("Closed on Friday", "Quay 4", "2 of 9 places free", "Arabic and English", "Monday, 20:00–24:00"):
        assert words in page, words
    wrong = editor.post(reverse("referrals:service_edit", args=[service.pk]), {**typed, "closes0": ""})
    assert wrong.status_code == 422
    assert "Write both times, or none." in wrong.content.decode()
    hidden = {**typed, "service_type": "safe_shelter"}
    answer = editor.post(reverse("referrals:service_edit", args=[service.pk]), hidden)
    assert answer.status_code == 422
    assert "Where a safe house is must stand nowhere." in answer.content.decode()
    verify = reverse("referrals:service_verify", args=[service.pk])
    assert editor.post(verify, {"checked_on": timezone.localdate().isoformat()}).status_code == 302


def test_what_is_given_out_and_taken_in_again_says_the_same(house, browse, tmp_path):
    """HSDS 3.1: the round trip; no address of a safe house on the way."""
    editor = browse(house.people["directory_editor"])
    answer = editor.get(reverse("referrals:give_out"))
    data = json.loads(answer.content)
    shelter = next(s for s in data["services"] if s["name"] == "Safe shelter")
    assert not {"service_at_locations", "locations", "phones", "service_areas", "description"} & set(shelter)
    assert {s["status"] for s in data["services"]} == {"active"}
    before = everything()
    place = tmp_path / "directory.json"
    place.write_bytes(answer.content)
    call_command("directory_import", str(place), "--by", "directory_editor@amparo.example")
    assert everything() == before


def everything() -> dict:
    """The directory, but for when an entry was touched and the order in which codes stand."""
    rows = {s.name: service_of(s) for s in Service.objects.select_related("partner")}
    for row in rows.values():
        row.pop("last_modified")
        row["attributes"].sort(key=str)
        row["languages"].sort(key=str)
    return rows


def test_what_is_taken_in_can_be_used_only_once_somebody_checked_it(house, tmp_path):
    shelter = {
        "organization_id": "1", "name": "House of calm", "status": "active", "service_areas": [{"name": "Hills"}],
        "locations": [{"location_type": "physical", "addresses": [{"address_1": "Secret lane 3"}]}],
        "attributes": [{"name": "service_type", "value": "safe_shelter"}],
    }  # fmt: skip
    place = tmp_path / "directory.json"
    place.write_text(json.dumps({"organizations": [{"id": "1", "name": "Calm"}], "services": [shelter]}))
    call_command("directory_import", str(place), "--by", "directory_editor@amparo.example")
    made = Service.objects.select_related("partner").get(name="House of calm")
    assert (made.address, made.location_type, made.is_fresh) == ("", "virtual", False)
    assert made.partner.status == "proposed"
    assert why_not(made)


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"services": [{"name": "x"}]}', '{"services": "x"}', '{"organizations": 3, "services": []}'],
)
def test_a_file_that_is_no_directory_changes_nothing(house, tmp_path, text):
    place = tmp_path / "directory.json"
    place.write_text(text)
    before = (Service.objects.count(), Organisation.objects.count())
    with pytest.raises(CommandError, match="not taken in"):
        call_command("directory_import", str(place), "--by", "directory_editor@amparo.example")
    assert (Service.objects.count(), Organisation.objects.count()) == before
