"""Taking a directory in: JSON and the tabular data package of HSDS 3, with a word on every row (issue 6, R-53, R-54, HS-10)."""

import csv
import io
import json
import zipfile
from datetime import timedelta
from typing import Any
from uuid import uuid4, uuid5

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone, translation

from foundation.accounts.models import Organisation
from foundation.audit import trail
from foundation.core.acting import acting
from foundation.core.errors import Forbidden, Refused
from referrals.actions import directory
from referrals.directory import why_not
from referrals.hsds import opening, tables
from referrals.hsds.report import Result
from referrals.hsds.taking import take_in
from referrals.hsds.writing import service_of, written
from referrals.models import Partner, Service
from tests import partner
from tests.referrals.registering import entry

NEW, CHANGED, SAME, LEFT = Result.NEW, Result.CHANGED, Result.SAME, Result.LEFT


@pytest.fixture
def editor(house):
    return house.people["directory_editor"]


@pytest.fixture
def clinic(house):
    return entry(
        house, Partner.objects.get(organisation__name="Lantern House"), name="Night clinic", description="Doctors",
        location_type="physical", address="Pier 3", phone="+44 800 555 010", how_to="Walk in", eligibility="Everybody",
        minimum_age=0, maximum_age=99, languages=["ar", "en"], access=["step_free"], attributes=["without_documents"],
        hours=[[0, "20:00", "24:00"], [1, "09:00", "12:30"]], time_zone="Asia/Kolkata", fees="None", capacity_available=0,
        capacity_maximum=9, alert="Closed on Friday",
    )  # fmt: skip


def taken(editor, content, *, is_dry=False):
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    with acting(editor.pk):
        return take_in(data, by=editor, is_dry=is_dry)


def lines(report) -> list[tuple[str, str]]:
    return [(line.place, str(line.result)) for line in report.lines]


def notes(report) -> str:
    return "\n".join(note for line in report.lines for note in line.notes)


def one(**more) -> dict:
    """A directory of one organisation and one service."""
    service = {
        "id": str(uuid4()), "organization_id": "o", "name": "Soup", "status": "active",
        "service_areas": [{"name": "Hills"}], "attributes": [{"link_type": "service_type", "value": "food"}], **more,
    }  # fmt: skip
    return {"organizations": [{"id": "o", "name": "Kitchen"}], "services": [service]}


def only() -> Service:
    return Service.objects.select_related("partner").get(partner__organisation__name="Kitchen")


def elsewhere(content: bytes) -> bytes:
    """The file as if another house had written it: other ids, other organisations."""
    text = content.decode()
    for service in Service.objects.select_related("partner__organisation"):
        for old in (str(service.pk), str(service.partner_id)):
            text = text.replace(
                old, str(uuid5(service.pk if old == str(service.pk) else service.partner_id, "elsewhere"))
            )
        text = text.replace(f'"{service.partner}"', f'"{service.partner} of elsewhere"')
    return text.encode()


def compared() -> dict:
    """The directory of elsewhere as it is given out here, but for who checked it and when."""
    rows = Service.objects.filter(partner__organisation__name__endswith="elsewhere")
    data = written(rows.select_related("partner__organisation").order_by("pk"))
    for row in data["services"]:
        assert not row.pop("assured_date", ""), "nobody here has checked it"
        row.pop("last_modified")
        for capacity in row["capacities"]:
            capacity.pop("updated")
    data["organizations"].sort(key=lambda row: row["id"])
    return data


def said(rows: list[dict]) -> list[dict]:
    """What services say, without the ids of their parts, which are made from their own."""
    gone = {"id", "link_id", "service_id", "location_id", "organization_id", "assured_date", "last_modified", "updated",
            "organization"}  # fmt: skip

    def bare(value: object) -> object:
        if isinstance(value, dict):
            return {name: bare(part) for name, part in value.items() if name not in gone}
        return sorted((bare(part) for part in value), key=str) if isinstance(value, list) else value

    return sorted((bare(row) for row in rows), key=str)


@pytest.mark.parametrize("way", ["the page", "the interface"])
def test_what_is_given_out_is_taken_in_elsewhere_and_given_out_the_same(house, browse, editor, clinic, way):
    """The round trip, from the page of the editors and from the API: five services, all there is to say of them."""
    if way == "the page":
        content = browse(editor).get(reverse("referrals:give_out")).content
    else:
        content = partner.api(house).hsds("services?full=true&per_page=100").content
    content = elsewhere(content)
    data = json.loads(content)
    with transaction.atomic():
        report = taken(editor, content)
        assert {line.result for line in report.lines} == {NEW}, notes(report)
        first = compared()
        transaction.set_rollback(True)
    assert compared()["services"] == []
    assert len(first["services"]) == 5
    assert said(first["services"]) == said(data.get("services", data.get("contents")))
    taken(editor, json.dumps(first).encode())
    assert compared() == first
    assert {line.result for line in taken(editor, content).lines} == {SAME}


def test_taking_in_again_what_is_here_changes_nothing(house, browse, editor, clinic):
    before = [service_of(row) for row in Service.objects.select_related("partner").order_by("pk")]
    Service.objects.filter(name="Safe shelter").update(phone="0800 1", how_to="They fetch people")
    report = taken(editor, browse(editor).get(reverse("referrals:give_out")).content)
    assert {line.result for line in report.lines} == {SAME}
    assert before == [service_of(row) for row in Service.objects.select_related("partner").order_by("pk")]
    assert Service.objects.get(name="Safe shelter").how_to == "They fetch people", "what was not told is not lost"


def test_hs10_what_is_new_or_changed_waits_for_somebody_who_checks_it(house, editor, clinic):
    """HS-10: a file verifies nothing, whatever date it carries."""
    taken(editor, one(assured_date=timezone.localdate().isoformat()))
    assert not only().is_fresh
    assert only().partner.status == "proposed"
    assert why_not(only())
    data = written(Service.objects.filter(pk=clinic.pk).select_related("partner__organisation"))
    data["services"][0]["alert"] = "Closed for good"
    assert lines(taken(editor, data))[-1] == ("services 1", CHANGED)
    clinic.refresh_from_db()
    assert (clinic.alert, clinic.is_fresh, clinic.address) == ("Closed for good", False, "Pier 3")


def test_r54_the_place_of_a_safe_house_is_not_taken_in(house, editor):
    """R-54."""
    at = {"location": {"location_type": "physical", "latitude": 1.5, "addresses": [{"address_1": "Secret lane 3"}]}}
    report = taken(editor, one(
        attributes=[{"link_type": "service_type", "value": "safe_shelter"}], service_at_locations=[at],
        phones=[{"number": "0800 555 000"}], description="Secret lane 3", application_process="Secret lane 3",
        service_areas=[{"name": "Secret lane"}],
    ))  # fmt: skip
    assert "Secret" not in json.dumps({**vars(only()), "partner": ""}, default=str)
    assert (only().phone, only().location_type) == ("", "virtual")
    assert "A hidden place" in notes(report)


def test_a_file_cannot_bring_a_hidden_place_to_light(house, editor):
    """The same service, named as something harmless: nothing of it is changed."""
    shelter = house.services["Safe shelter"]
    data = written(Service.objects.filter(pk=shelter.pk).select_related("partner__organisation"))
    for attributes in ([{"link_type": "service_type", "value": "food"}], []):
        data["services"][0] |= {"attributes": attributes, "description": "Secret lane 3"}
        report = taken(editor, data)
        shelter.refresh_from_db()
        assert (shelter.service_type, shelter.description) == (
            "safe_shelter",
            house.services["Safe shelter"].description,
        )
    assert report.n(CHANGED) <= 1
    assert "Secret" not in json.dumps(service_of(shelter))


ODD = {
    "a formula": ({"description": '=HYPERLINK("http://x")'}, "began like a formula"),
    "a formula behind a tab": ({"fees_description": "\t=1+1"}, "began like a formula"),
    "too long": ({"description": "x" * 900}, "too long"),
    "a status of nobody": ({"status": "open"}, "Its status is none"),
    "an age that cannot be": ({"minimum_age": -3}, "minimum_age is no number"),
    "an age in words": ({"maximum_age": "old"}, "maximum_age is no number"),
    "a language of nobody": ({"languages": [{"code": "tlh"}, {"code": "ar"}]}, "tlh"),
    "a day that is none": ({"assured_date": "2026-02-31"}, "assured_date is no date"),
    "a day to come": ({"assured_date": "2999-01-01"}, "lies after today"),
    "a phone that is none": ({"phones": [{"number": "javascript:alert(1)"}]}, "phone number is none"),
    "hours the wrong way": (
        {"schedules": [{"freq": "WEEKLY", "byday": "MO", "opens_at": "17:00", "closes_at": "09:00"}]}, "end before they begin",
    ),
    "hours that are over": (
        {"schedules": [{"byday": "MO", "opens_at": "09:00", "closes_at": "17:00", "valid_to": "2020-01-01"}]}, "is over",
    ),
    "hours at no time": ({"schedules": [{"byday": "MO", "opens_at": "25:00", "closes_at": "26:00"}]}, "that is none"),
    "hours of a month": ({"schedules": [{"freq": "MONTHLY", "byday": "1MO"}]}, "not weekly"),
    "no kind": ({"attributes": []}, "entered as “Other”"),
    "a word of nobody": ({"attributes": [{"link_type": "colour", "value": "blue"}]}, "blue"),
    "fields beyond": ({"email": "x@example.org", "wait_time": "long"}, "email, wait_time"),
    "an id that is none": ({"id": "17"}, "gets a new one"),
    "a place of nobody": ({"service_at_locations": [{"location": {"location_type": "moon"}}]}, "kind of place"),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(ODD))
def test_what_is_odd_is_mended_or_left_and_said(house, editor, name):
    more, words = ODD[name]
    report = taken(editor, one(**more))
    assert lines(report) == [("organizations 1", NEW), ("services 1", NEW)]
    assert words in notes(report)
    assert not only().description.startswith(("=", "+", "-", "@"))


BAD = {
    "no organisation": ({"organization_id": "nobody"}, "Its organisation is not in the file"),
    "no name": ({"name": ""}, ""),
    "ages in no order": ({"minimum_age": 40, "maximum_age": 18}, "above the highest"),
    "more free than there are": ({"capacities": [{"available": 9, "maximum": 3}]}, "more free places"),
}


@pytest.mark.parametrize("name", sorted(BAD))
def test_a_row_that_cannot_be_is_left_out_with_its_reason_and_the_others_are_taken(house, editor, name):
    more, words = BAD[name]
    data = one(**more)
    data["services"].append({**one()["services"][0], "name": "Bread"})
    report = taken(editor, data)
    assert lines(report) == [("organizations 1", NEW), ("services 1", LEFT), ("services 2", NEW)]
    assert report.lines[1].notes
    assert words in notes(report)
    assert only().name == "Bread"


def test_two_organisations_with_one_id_are_both_left_with_their_services(house, editor):
    data = one()
    data["organizations"].append({"id": "o", "name": "Another kitchen"})
    report = taken(editor, data)
    assert {line.result for line in report.lines} == {LEFT}
    assert "several organisations have this one" in notes(report)
    assert not Organisation.objects.filter(name__icontains="kitchen").exists()


def test_a_service_that_stands_twice_is_taken_once(house, editor):
    data = one()
    data["services"] += [dict(data["services"][0], name="Again"), dict(data["services"][0], id=str(uuid4()))]
    assert [result for _place, result in lines(taken(editor, data))] == [NEW, NEW, LEFT, LEFT]
    assert only().name == "Soup"


def test_an_id_of_somebody_elses_service_takes_nothing_over(house, editor, clinic):
    report = taken(editor, one(id=str(clinic.pk), name="Stolen"))
    assert report.lines[-1].result == LEFT
    assert "another organisation" in notes(report)
    clinic.refresh_from_db()
    assert clinic.name == "Night clinic"


def test_the_national_society_is_not_entered_as_a_partner(house, editor):
    own = house.units["national"].organisation
    data = one()
    data["organizations"] = [{"id": "o", "name": own.name}]
    report = taken(editor, data)
    assert {line.result for line in report.lines} == {LEFT}
    assert not Partner.objects.filter(pk=own.pk).exists()


def test_a_dry_run_says_the_same_and_writes_nothing(house, editor):
    data = one()
    dry = taken(editor, data, is_dry=True)
    assert not Organisation.objects.filter(name="Kitchen").exists()
    assert lines(dry) == lines(taken(editor, data))
    assert (only().name, str(only().pk)) == ("Soup", data["services"][0]["id"])


def test_nothing_is_half_taken_in_when_it_breaks(house, editor, monkeypatch):
    """One transaction: what breaks at the last row undoes the first."""
    data = one()
    data["services"].append({**one()["services"][0], "name": "Bread"})
    real = directory.add

    def breaking(partner, entry, **more):
        if entry["name"] == "Bread":
            raise RuntimeError("the machine stops")
        return real(partner, entry, **more)

    monkeypatch.setattr(directory, "add", breaking)
    with pytest.raises(RuntimeError):
        taken(editor, data)
    assert not Organisation.objects.filter(name="Kitchen").exists()
    assert not Service.objects.filter(name="Soup").exists()


def test_whoever_takes_in_the_same_at_the_same_moment_is_told_so(house, editor, monkeypatch):
    """The second of two finds an organisation that was not there when it looked: nothing of its file is kept."""

    def late(*args, **more):
        raise IntegrityError

    monkeypatch.setattr(directory, "add", late)
    with pytest.raises(Refused, match="meanwhile"):
        taken(editor, one())
    assert not Organisation.objects.filter(name="Kitchen").exists()


@pytest.mark.parametrize("seat", ["caseworker", "focal_point", "administrator", "partner_worker"])
def test_only_keepers_of_the_register_take_a_directory_in(house, browse, seat):
    with pytest.raises(Forbidden):
        taken(house.people[seat], one())
    browser = browse(house.people[seat])
    assert browser.get(reverse("referrals:take_in")).status_code == 403
    assert browser.post(reverse("referrals:take_in"), {"file": file(one())}).status_code == 403


NO_DIRECTORY = {
    "nothing": b"", "no json": b"{", "no object": b"3", "no services": b"{}", "services of another kind": b'{"services": "x"}',
    "rows of another kind": b'{"services": [1]}', "not utf-8": b'{"services": ["\xff"]}',
    "nested without end": b"[" * 200_000, "organisations of another kind": b'{"services": [], "organizations": 3}',
    "a broken package": b"PK\x03\x04" + b"x" * 400,
    "too many": json.dumps({"services": [{"name": "x"}] * (opening.MOST_ROWS + 1)}).encode(),
    "too long": b'{"services": []' + b" " * opening.MOST_BYTES + b"}",
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(NO_DIRECTORY))
def test_what_is_no_directory_is_refused_in_words(house, editor, name):
    with pytest.raises(Refused, check=lambda error: error.field == "file" and bool(error.message)):
        taken(editor, NO_DIRECTORY[name])


# --- the tabular data package


def package(files: dict[str, list[dict]], index: object = None, **raw: bytes) -> bytes:
    """A zip of CSV files with its index."""
    held = io.BytesIO()
    listed = {"resources": [{"name": name, "path": f"{name}.csv"} for name in files]} if index is None else index
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr("datapackage.json", json.dumps(listed))
        for name, rows in files.items():
            text = io.StringIO()
            writer = csv.DictWriter(text, sorted({key for row in rows for key in row}))
            writer.writeheader()
            writer.writerows(rows)
            target.writestr(f"{name}.csv", text.getvalue())
        for name, data in raw.items():
            target.writestr(name.replace("__", "/"), data)
    return held.getvalue()


def kitchen(**more: list[dict]) -> dict[str, list[dict]]:
    """The tables of a small directory, all its rows pointing to each other."""
    return {
        "organizations": [{"id": "o1", "name": "Kitchen", "description": "A kitchen"}],
        "services": [{
            "id": "11111111-1111-4111-8111-111111111111", "organization_id": "o1", "name": "Soup", "status": "active",
            "minimum_age": "12", "description": "Hot",
        }],
        "service_at_location": [{"id": "a", "service_id": "11111111-1111-4111-8111-111111111111", "location_id": "l"}],
        "locations": [{"id": "l", "location_type": "physical"}],
        "addresses": [{"id": "d", "location_id": "l", "address_1": "Hill 1", "city": "Hilltown", "postal_code": "77"}],
        "accessibility": [{"id": "c", "location_id": "l", "description": "step_free"}],
        "phones": [
            {"id": "p", "service_id": "11111111-1111-4111-8111-111111111111", "number": "+44 800 555 011"},
        ],
        "schedules": [{
            "id": "s", "service_id": "11111111-1111-4111-8111-111111111111", "freq": "WEEKLY", "byday": "MO,TU",
            "opens_at": "09:00:00+02:00", "closes_at": "17:00", "timezone": "2",
        }],
        "service_areas": [{"id": "r", "service_id": "11111111-1111-4111-8111-111111111111", "name": "Hills"}],
        "languages": [{"id": "g", "service_id": "11111111-1111-4111-8111-111111111111", "code": "ar"}],
        "attributes": [{
            "id": "t", "link_id": "11111111-1111-4111-8111-111111111111", "link_entity": "service",
            "link_type": "service_type", "value": "food", "taxonomy_term_id": "x",
        }],
        "service_capacity": [{
            "id": "k", "service_id": "11111111-1111-4111-8111-111111111111", "unit_id": "u", "available": "4",
            "maximum": "9", "updated": "2026-01-01T00:00:00Z",
        }],
        **more,
    }  # fmt: skip


def test_the_tabular_data_package_is_taken_in(house, editor):
    report = taken(editor, package(kitchen()))
    assert lines(report) == [("organizations 2", NEW), ("services 2", NEW)]
    found = only()
    assert str(found.pk) == "11111111-1111-4111-8111-111111111111"
    assert (found.service_type, found.area, found.address, found.location_type) == (
        "food", "Hills", "Hill 1, Hilltown, 77", "physical",
    )  # fmt: skip
    assert (found.phone, found.minimum_age, found.languages, found.access) == (
        "+44 800 555 011",
        12,
        ["ar"],
        ["step_free"],
    )
    assert (found.hours, found.time_zone) == ([[0, "09:00", "17:00"], [1, "09:00", "17:00"]], "Etc/GMT-2")
    assert (found.capacity_available, found.capacity_maximum, found.is_fresh) == (4, 9, False)


def test_what_a_package_has_beyond_the_directory_is_named(house, editor):
    files = kitchen(
        programs=[{"id": "1", "name": "x"}],
        phones=[
            {"id": "p", "service_id": "nobody", "number": "1"},
            {"id": "q", "organization_id": "o1", "number": "0800 5"},
        ],
    )
    files["services"][0]["shoe_size"] = "44"
    report = taken(editor, package(files, raw__evil=b"x"))
    told = {line.place: line for line in report.lines if line.result == LEFT}
    assert set(told) == {"programs.csv", "services", "phones 2", "raw/evil"}
    assert "shoe_size" in told["services"].notes[0]
    assert only().phone == ""


def test_formula_cells_and_ragged_rows_do_no_harm(house, editor):
    files = kitchen()
    files["services"][0]["description"] = "@SUM(1+1)*cmd|' /C calc'!A0"
    data = package(files)
    assert "began like a formula" in notes(taken(editor, data))
    assert only().description.startswith("SUM")
    ragged = b"id,organization_id,name,status\n1,o1,Bread,active,more,cells\n"
    bare = {name: rows for name, rows in kitchen().items() if name != "services"}
    index = {
        "resources": [
            {"name": "services", "path": "data/x.csv"},
            {"name": "organizations", "path": "organizations.csv"},
        ]
    }
    report = taken(editor, package(bare, index, **{"data__x.csv": ragged}))
    assert "More cells than columns" in notes(report)
    assert not Service.objects.filter(name="Bread").exists()


def bomb() -> bytes:
    """Ten kilobytes that unpack to more than anybody reads."""
    return package(kitchen(), notes=b"\0" * (tables.MOST_BYTES + 1))


def liar() -> bytes:
    """A package whose own figures say that a file is small."""
    data = bytearray(bomb())
    size = (tables.MOST_BYTES + 1).to_bytes(4, "little")
    return bytes(data.replace(size, (10).to_bytes(4, "little")))


def crowd() -> bytes:
    return package(kitchen(), **{f"f{n}.csv": b"a" for n in range(tables.MOST_FILES)})


BAD_PACKAGES = {
    "a bomb": bomb, "a bomb that lies": liar, "a crowd of files": crowd,
    "no index": lambda: package(kitchen()).replace(b"datapackage.json", b"datapackage.jsom"),
    "an index of another kind": lambda: package(kitchen(), {"resources": 3}),
    "an index without names": lambda: package(kitchen(), {"resources": [{}]}),
    "no services": lambda: package({"organizations": [{"id": "1", "name": "x"}]}),
    "another alphabet": lambda: package({"organizations": []}, **{"services.csv": "id,name\n1,Suppe für".encode("latin-1")}),
    "a cell without end": lambda: package({"organizations": []}, **{"services.csv": b'id\n"' + b"x" * 200_000 + b'"\n'}),
    "too many rows": lambda: package({"organizations": []}, **{"services.csv": b"id\n" + b"1\n" * (tables.MOST_ROWS + 1)}),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(BAD_PACKAGES))
def test_a_package_that_is_none_is_refused_in_words(house, editor, name):
    data = BAD_PACKAGES[name]()
    with pytest.raises(Refused, check=lambda error: error.field == "file"):
        taken(editor, data)
    assert not Organisation.objects.filter(name="Kitchen").exists()


# --- the page and the command


def file(data: object, name: str = "directory.json") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data if isinstance(data, bytes) else json.dumps(data).encode())


def seal(answer) -> str:
    return answer.context["form"].initial["seen"]


def test_the_page_shows_what_would_become_of_it_before_anything_is_written(house, browse, editor):
    browser, url = browse(editor), reverse("referrals:take_in")
    assert "Take a directory in" in browser.get(reverse("referrals:directory")).content.decode()
    assert browser.get(url).status_code == 200
    data = one(description="=1+1")
    seen = browser.post(url, {"file": file(data)})
    page = seen.content.decode()
    assert seen.status_code == 200
    assert "Nothing was written yet" in page
    assert "began like a formula" in page
    assert not Organisation.objects.filter(name="Kitchen").exists()
    other = browser.post(url, {"file": file(one()), "seen": seal(seen)})
    assert other.status_code == 422
    assert "another file than the one you have seen" in other.content.decode()
    assert browser.post(url, {"file": file(data), "seen": seal(seen) + "x"}).status_code == 422
    assert not Organisation.objects.filter(name="Kitchen").exists()
    done = browser.post(url, {"file": file(data), "seen": seal(seen)})
    assert "The directory was taken in" in done.content.decode()
    assert only().name == "Soup"
    assert browser.post(url, {}).status_code == 422
    large = browser.post(url, {"file": file({"services": [{"name": "x"}] * (opening.MOST_ON_A_PAGE + 1)})})
    assert large.status_code == 422
    assert "part by part" in large.content.decode()


def test_a_seal_of_another_editor_or_of_yesterday_counts_for_nothing(house, browse, editor, time_machine):
    url, data = reverse("referrals:take_in"), one()
    seen = seal(browse(editor).post(url, {"file": file(data)}))
    assert browse(house.people["manager"]).post(url, {"file": file(data), "seen": seen}).status_code == 422
    time_machine.move_to(timezone.now() + timedelta(hours=13))
    browser = browse(editor)
    assert browser.post(url, {"file": file(data), "seen": seen}).status_code == 422
    assert not Organisation.objects.filter(name="Kitchen").exists()


def test_the_report_is_in_the_language_of_the_reader(house, editor):
    with translation.override("ru"):
        report = taken(editor, one(minimum_age=-1), is_dry=True)
        assert report.lines[1].result.label == "Взято, новое"
        assert "minimum_age" in notes(report)
        assert "no number" not in notes(report)


def test_the_command_says_what_became_of_each_row(house, editor, tmp_path, capsys, monkeypatch):
    recorded: list = []
    real = trail.record

    def record(verb: str, **more: Any) -> None:
        recorded.append((verb, more))
        real(verb, **more)

    monkeypatch.setattr(trail, "record", record)
    place = tmp_path / "kitchen.zip"
    place.write_bytes(package(kitchen()))
    call_command("directory_import", str(place), "--by", editor.email, "--dry-run")
    assert "services 2: Taken, new: Soup" in capsys.readouterr().out
    assert not Organisation.objects.filter(name="Kitchen").exists()
    call_command("directory_import", str(place), "--by", editor.email)
    assert "2 rows were new, 0 changed, 0 left out" in capsys.readouterr().out
    assert only().name == "Soup"
    verbs = [row for row in recorded if row[0].startswith("directory.")]
    assert [verb for verb, _more in verbs] == ["directory.tried", "directory.taken_in"]
    assert "Soup" not in str(verbs), "figures, and no word that somebody wrote"
    with pytest.raises(CommandError, match="nobody of this address"):
        call_command("directory_import", str(place), "--by", "nobody@example.org")
