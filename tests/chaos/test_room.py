"""No room left on the disk: a clear page that keeps what was typed, and everything goes on once there is room again."""

import os
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import Request

import pytest

from config.story.browser import Browser, Page
from tests.chaos.clients import Client
from tests.installation import Installation, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.proof("chaos")]
WORDS = "Her brother waits at the second gate. Не звонить после шести."


def fill(ballast: Path) -> None:
    """Leave no room, while others are writing too."""
    taken = 0
    with ballast.open("wb") as file:
        for step in (1 << 24, 1 << 20, 1 << 16, 1 << 12):
            with suppress(OSError):
                while True:
                    os.posix_fallocate(file.fileno(), taken, step)
                    taken += step


def noted(person: Browser, at: str, held: list[tuple[str, str]]) -> Page:
    """One attempt to write a note, on a page that was opened before."""
    return person._open(Request(person.base + at, urlencode(held).encode()))


def was_refused(page: Page) -> bool:
    """The note itself was not taken: where it was, the page after it has no room and no form."""
    return page.status == 503 and bool(page.forms)


def open_case(client: Client) -> tuple[Browser, str, list[tuple[str, str]]]:
    """A caseworker with the notes of a case open, and the words typed."""
    at = f"/cases/{client.case(client.concern())}/notes/"
    return client.worker, at, client.worker.opened(at).form("text").filled({"text": WORDS})


def test_without_room_the_words_stay_on_the_page_and_are_kept_when_there_is_room_again(small, house, lead, figure):
    if small is None:
        pytest.skip("no disk of its own can be made here: that needs root")
    (person, at, typed), ballast = open_case(Client(house, lead)), small / "ballast"
    fill(ballast)
    n_kept, page = 0, noted(person, at, typed)
    while not was_refused(page) and n_kept < 500:
        n_kept, page = n_kept + 1, noted(person, at, typed)
    assert was_refused(page)
    assert "Nothing can be saved at the moment" in page.text
    form = page.form("text")
    assert dict(form.held)["text"] == WORDS
    assert house.ask("/healthz")[0] == 200
    ballast.unlink()
    wait_until(house.is_whole, "whole, with room", 150)
    before = n_notes(house)
    assert noted(person, form.action, form.held).status == 200
    assert n_notes(house) == before + 1
    house.manage("audit_verify")
    figure(f"disk full after {n_kept} more writes: 503, the words kept on the page, sent again and kept with room")


def n_notes(house: Installation) -> int:
    return int(house.rows("SELECT count(*) FROM cases_casenote WHERE event = 'note'")[0][0])
