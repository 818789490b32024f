"""A file in a browser: handed in on a phone in Arabic, waiting, checked by the worker, downloaded, compared, removed."""

import io
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from PIL import Image
from playwright.sync_api import Page

from foundation.files import checking, tasks
from foundation.files.store import store
from tests import factories
from tests.clamd import HARMFUL, clamd
from tests.files import samples
from tests.files.test_giving import port as port
from tests.journeys.acts import fill, press, width_overflow

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def house(transactional_db: None) -> Any:
    return factories.house()


@pytest.fixture
def scanner(settings):
    with clamd() as daemon:
        settings.CLAMAV = daemon.address
        yield daemon


def work() -> int:
    """What the worker does at the next sweep."""
    waiting = checking.due()
    for pk in waiting:
        tasks.check(str(pk))
    return len(waiting)


def hand_in(page: Page, name: str, content: bytes, kind: str, **more: Any) -> None:
    page.set_input_files("input[name=file]", {"name": name, "mimeType": kind, "buffer": content})
    fill(page, text="تسجيل في المأوى", purpose="papers", **more)
    press(page)


def download(page: Page, n: int = 0) -> tuple[str, bytes]:
    """Press a download link; the name that the device gives it, and its bytes."""
    with page.expect_download() as caught:
        page.locator("main a[download]").nth(n).click()
    assert caught.value.failure() is None
    return caught.value.suggested_filename, Path(caught.value.path()).read_bytes()


def test_a_picture_from_a_phone_in_arabic_waits_is_checked_and_comes_back_without_its_place(house, visit, axe, scanner):
    with transaction.atomic():
        case = factories.case(house)
    phone = visit(house.people["caseworker"], phone=True, language="ar")
    phone.goto(f"/cases/{case.pk}/files/")
    assert phone.locator("html").get_attribute("dir") == "rtl"
    assert axe(phone) == []
    assert width_overflow(phone) <= 0
    taken = samples.jpeg(6)
    hand_in(phone, "صورة.jpg", taken, "image/jpeg")
    assert "قيد الفحص" in phone.content()
    assert phone.locator("main a[download]").count() == 0
    assert axe(phone) == []
    assert width_overflow(phone) <= 0
    assert work() == 1
    assert scanner.scanned == [taken]
    phone.reload()
    name, content = download(phone)
    assert name == "picture.jpg"
    assert [mark for mark in samples.MARKS if mark in taken] == list(samples.MARKS), "it did tell before"
    assert [mark for mark in samples.MARKS if mark in content] == []
    assert Image.open(io.BytesIO(content)).size == (200, 320), "upright, and nothing else of what it told"


def test_a_text_comes_back_to_the_byte_without_scripts_and_goes_for_good(house, visit, axe, scanner):
    with transaction.atomic():
        case = factories.case(house)
    page = visit(house.people["caseworker"], language="ru", scripts=False)
    page.goto(f"/cases/{case.pk}/files/")
    hand_in(page, "письмо.txt", samples.text() * 5000, "text/plain")
    assert work() == 1
    page.reload()
    assert download(page) == ("document.txt", samples.text() * 5000)
    page.locator("main a[href$='/remove/']").first.click()
    fill(page, reason="person_asked")
    press(page)
    assert page.locator("main a[download]").count() == 0
    assert "Удален" in page.content()
    assert [path for path in Path(store().root).rglob("*") if path.is_file()] == []


def test_what_is_refused_keeps_the_words_and_leads_to_the_field(house, visit, axe, scanner):
    with transaction.atomic():
        case = factories.case(house)
    page = visit(house.people["caseworker"], phone=True)
    page.goto(f"/cases/{case.pk}/files/")
    hand_in(page, "passport.pdf", samples.jpeg(), "application/pdf")
    assert page.locator(".govuk-error-summary a[href='#id_file']").count() == 1
    assert page.locator("input[name=text]").input_value() == "تسجيل في المأوى"
    assert page.locator("input[name=purpose][value=papers]").is_checked()
    assert axe(page) == []
    assert width_overflow(page) <= 0
    hand_in(page, "invoice.txt", HARMFUL, "text/plain")
    assert work() == 1
    page.reload()
    assert "found something harmful" in page.content()
    page.locator("main a[href$='/remove/']").first.click()
    assert axe(page) == []
    assert width_overflow(page) <= 0


def test_a_file_that_breaks_off_is_a_failed_download_and_not_a_short_file(chromium, port):
    """The length was said first: the browser knows that it did not get everything (through gunicorn)."""
    page = chromium.new_context().new_page()
    page.set_content(
        f'<a href="http://127.0.0.1:{port}/broken">broken</a> <a href="http://127.0.0.1:{port}/whole">whole</a>'
    )
    failures = []
    for link in ("broken", "whole"):
        with page.expect_download() as caught:
            page.get_by_text(link).click()
        failures.append(caught.value.failure())
    assert failures[0] is not None
    assert failures[1] is None
    page.context.close()
