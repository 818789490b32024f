"""The start page of data protection: each part registers its own card; the officer sees how much waits in it."""

from dataclasses import replace

import pytest
from django.urls import reverse

from consent import rooms
from foundation.accounts.models import Role


@pytest.fixture
def room(monkeypatch):
    monkeypatch.setattr(rooms, "_ROOMS", {})
    made = rooms.Room("holds", "Legal holds", "What must not be erased.", "core:help", n_waiting=lambda actor: 2)
    rooms.register(made)
    return made


def test_the_officer_sees_each_room_and_how_much_waits_in_it(browse, data_officer, room):
    page = browse(data_officer).get(reverse("consent:start")).content.decode()
    assert "Legal holds" in page
    assert "2 wait for you" in page
    assert reverse("core:help") in page


def test_rooms_stand_in_their_order_whoever_registers_first(browse, data_officer, room):
    rooms.register(replace(room, name="notices", title="Notices", n_waiting=rooms.none))
    rooms.register(replace(room, name="unheard of", title="Something new"))
    page = browse(data_officer).get(reverse("consent:start")).content.decode()
    assert page.index("Notices") < page.index("Legal holds") < page.index("Something new")
    assert "Nothing waits" in page


def test_a_room_is_entered_from_its_seats_only(browse, house, room):
    rooms.register(replace(room, name="incidents", title="Data incidents", roles=(Role.MANAGER,)))
    manager, officer = (browse(house.people[key]) for key in ("manager", "data_officer"))
    assert "Data incidents" in manager.get(reverse("consent:start")).content.decode()
    assert "Data incidents" not in officer.get(reverse("consent:start")).content.decode()


def test_only_who_has_a_room_finds_the_page_in_the_navigation(browse, data_officer, caseworker, room):
    link = f'href="{reverse("consent:start")}"'
    assert link in browse(data_officer).get("/").content.decode()
    assert link not in browse(caseworker).get("/").content.decode()
    assert browse(caseworker).get(reverse("consent:start")).status_code == 403
