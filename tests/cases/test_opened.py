"""Who opened this: for everybody who opens the case, from the trail itself, and for nobody else (safety.md §1, HS-22)."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from cases import opened
from cases.models import Case
from foundation.accounts import actions as accounts
from foundation.accounts.models import Appointment
from foundation.audit import openings, trail
from foundation.core.acting import acting
from tests import factories


@pytest.fixture
def case(house):
    return factories.case(house)


def page(client, case, **query):
    return client.get(reverse("cases:case_opened", args=[case.pk]), query)


def lines(answer) -> dict[str, list[str]]:
    """Who → what, of all days together."""
    found: dict[str, list[str]] = {}
    for day in answer.context["days"]:
        for row in day["rows"]:
            found.setdefault(row["key"], []).extend(row["lines"])
    return found


def of(found: dict[str, list[str]], name: str) -> str:
    return " | ".join(line for who, what in found.items() if name in who for line in what)


def test_the_page_says_who_opened_what_in_which_seat(house, case, browse, caseworker, focal_point):
    owner, lead = browse(caseworker), browse(focal_point)
    owner.get(reverse("cases:case", args=[case.pk]))
    owner.post(reverse("cases:case_contact", args=[case.pk]))
    lead.get(reverse("cases:case_notes", args=[case.pk]))
    answer = page(lead, case)
    assert answer.status_code == 200
    found = lines(answer)
    assert "Opened the case" in of(found, "Sefa Maru")
    assert "Was shown the safe contact" in of(found, "Sefa Maru")
    assert "Opened the case" in of(found, "Ilan Dorn")
    (who,) = [key for key in found if "Sefa" in key]
    assert who.endswith("Caseworker, Harbour service point")
    assert any("(you)" in key and "Ilan" in key for key in found)
    assert "Looked at who opened it" in of(found, "Ilan Dorn"), "the look at this page stands there too"


def test_what_was_read_before_it_became_a_case_stands_there_too(house, browse, volunteer, focal_point):
    concern = factories.submitted(house)
    browse(focal_point).get(reverse("cases:concern", args=[concern.pk]))
    with acting(focal_point.pk):
        found = openings.of([concern.dossier_id], timezone.now(), 10)
    assert {(o.actor, o.verb) for o in found} == {(focal_point.pk, "concern.read")}


def test_a_partners_reading_of_the_referral_stands_there(house, case, browse, caseworker, partner_worker):
    referral = factories.sent(house, case)
    browse(partner_worker).get(reverse("referrals:offer", args=[referral.pk]))
    found = lines(page(browse(caseworker), case))
    assert "Read the referral" in of(found, "Lea Quist")
    assert any("Intake desk" in key for key in found)


def test_the_seat_is_that_of_the_time(house, case, browse, caseworker, focal_point):
    """Who has left since is named with the seat held then; who opened it without any seat is said to."""
    browse(caseworker).get(reverse("cases:case", args=[case.pk]))
    held = Appointment.objects.get(user=caseworker)
    accounts.end(held, by=None)
    found = lines(page(browse(focal_point), case))
    assert any("Caseworker, Harbour" in key for key in found if "Sefa" in key)
    Appointment.objects.filter(pk=held.pk).update(valid_until=held.valid_from)
    found = lines(page(browse(focal_point), case))
    assert any("without a seat" in key for key in found if "Sefa" in key)


def test_times_are_those_of_the_cases_unit_and_days_are_its_days(house, case, browse, focal_point):
    browse(focal_point).get(reverse("cases:case", args=[case.pk]))
    with acting(focal_point.pk):
        seen = opened.of(Case.objects.select_related("unit").get(pk=case.pk), timezone.now())
    local = seen[0].at.astimezone(opened_zone(case))
    answer = page(browse(focal_point), case)
    assert f"{local:%H:%M}" in answer.content.decode()
    assert answer.context["days"][0]["day"] == local.date()


def opened_zone(case):
    from zoneinfo import ZoneInfo

    return ZoneInfo(case.unit.time_zone)


def test_many_openings_of_a_day_are_one_line_with_the_first_times(house, case, browse, focal_point, monkeypatch):
    noon = (timezone.now() + timedelta(days=1)).replace(hour=10)
    seen = [
        openings.Opening(noon - timedelta(minutes=n), focal_point.pk, "case.read", case.dossier_id) for n in range(20)
    ]
    with acting(focal_point.pk):
        (day, *_rest) = opened.days(seen, focal_point, opened_zone(case))
    (line,) = day["rows"][0]["lines"]
    assert line.count(":") >= 6
    assert "times more" in line


def test_the_newest_come_first_and_a_link_leads_on(house, case, browse, focal_point, monkeypatch):
    monkeypatch.setattr(opened, "MOST", 3)
    client = browse(focal_point)
    for _ in range(4):
        client.get(reverse("cases:case", args=[case.pk]))
    first = page(client, case)
    assert first.context["before"]
    second = page(client, case, before=first.context["before"])
    assert second.status_code == 200
    assert second.context["days"]
    assert "Show earlier ones" in first.content.decode()


@pytest.mark.parametrize("before", ["x", "2026-13-01", "1e9", "'; DROP TABLE trail.event; --"])
def test_a_time_that_is_none_is_not_there(house, case, browse, focal_point, before):
    assert page(browse(focal_point), case, before=before).status_code == 404


@pytest.mark.parametrize(
    "seat", ["volunteer", "outsider", "data_officer", "administrator", "auditor", "partner_worker"]
)
def test_who_does_not_open_the_case_learns_nothing_from_the_function(house, case, seat):
    """The database's function asks the access lists itself: a forgotten filter in Python shows nothing."""
    user = house.people[seat]
    with acting(user.pk):
        assert openings.of([case.dossier_id, uuid4()], timezone.now(), 100) == []
    with acting(None):
        assert openings.of([case.dossier_id], timezone.now(), 100) == []


def test_a_partner_learns_who_opened_its_package_and_not_the_case(house, case, browse, partner_worker, caseworker):
    referral = factories.sent(house, case)
    browse(caseworker).get(reverse("cases:case", args=[case.pk]))
    browse(caseworker).get(reverse("referrals:referral", args=[referral.pk]))
    with acting(partner_worker.pk):
        found = openings.of([case.dossier_id, referral.dossier_id], timezone.now(), 100)
    assert {o.dossier for o in found} == {referral.dossier_id}


def test_the_function_gives_kinds_and_times_and_nothing_else(house, case, focal_point):
    """No data of an event, and not more than a thousand at once."""
    with acting(focal_point.pk), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM trail.openings(%s, %s, now(), 5000)", [[case.dossier_id], list(trail.VERBS)])
        assert [column.name for column in cursor.description] == ["at", "actor", "verb", "dossier"]
    for wrong in ("SELECT * FROM trail.event", "SELECT trail.canonical(e) FROM trail.event e"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(wrong)


def test_every_kind_of_opening_is_an_event_that_is_announced():
    assert set(openings.KINDS) <= trail.VERBS
    assert {"case.read", "person.contact_shown", "referral.read", "file.opened"} <= set(openings.KINDS)
