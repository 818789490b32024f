"""A list leaves, a case goes on paper: in a browser, on phones, without scripts, from right to left (safety.md §1)."""

from contextlib import suppress

import pytest
from django.db import transaction
from playwright.sync_api import Error

from tests import factories
from tests.exports.asking import opened, rows_of
from tests.journeys.acts import fill, press, width_overflow

pytestmark = pytest.mark.django_db(transaction=True)
WISH = {"scope": "all", "format": "xlsx", "reason": "meeting", "why": "Case conference on Friday; kept in the safe."}


@pytest.fixture
def house(transactional_db):
    return factories.house()


@pytest.fixture
def case(house):
    with transaction.atomic():
        return factories.case(house)


@pytest.mark.parametrize(("language", "scripts"), [("en", False), ("ru", True), ("ar", True)])
def test_a_list_leaves_once_from_a_phone(house, case, visit, axe, language, scripts):
    page = visit(house.people["focal_point"], phone=True, language=language, scripts=scripts)
    page.goto("/cases/")
    page.click("main a[href='/exports/']")
    page.click("aside a[href$='/ask/cases/']")
    look(page, axe, scripts)
    press(page)
    assert page.locator(".govuk-error-summary").count()
    look(page, axe, scripts)
    fill(page, **WISH)
    press(page)
    look(page, axe, scripts)
    address = page.url
    page.click("main a[href$='/make/']")
    look(page, axe, scripts)
    press(page)
    look(page, axe, scripts)
    password = page.inner_text("#password")
    with page.expect_download() as download:
        page.locator("main form[action$='/download/'] button").click()
    assert download.value.suggested_filename.endswith(".zip")
    name, content = opened(download.value.path().read_bytes(), password)
    assert case.code in str(rows_of(content, name))
    page.goto(address)
    assert password not in page.content()
    look(page, axe, scripts)


def look(page, axe, scripts: bool) -> None:
    assert width_overflow(page) <= 0, page.url
    if scripts:
        assert axe(page) == [], page.url


def test_the_password_is_gone_with_the_page(house, case, visit):
    page = visit(house.people["focal_point"])
    page.goto("/exports/ask/cases/")
    fill(page, **WISH)
    press(page)
    page.click("main a[href$='/make/']")
    press(page)
    password = page.inner_text("#password")
    page.goto("/exports/")
    with suppress(Error):  # the browser keeps no answer to a form: it would have to send it again
        page.go_back()
    page.wait_for_timeout(500)
    assert password not in page.content()


def test_only_the_sheet_comes_out_of_the_printer(house, case, visit, axe):
    page = visit(house.people["caseworker"], phone=True)
    page.goto(f"/cases/{case.pk}/print/")
    assert axe(page) == []
    fill(page, reason="visit")
    press(page)
    assert axe(page) == []
    assert width_overflow(page) <= 0
    assert page.locator("[data-print]").is_visible()
    page.emulate_media(media="print")
    assert "Printed by Sefa Maru" in seen(page)
    assert "Destroy after use" in seen(page)
    assert case.code in seen(page)
    assert "Leave this page" not in seen(page)
    page.goto(f"/cases/{case.pk}/")
    assert seen(page) == "This page is not meant for paper."


def seen(page) -> str:
    """What would stand on the paper."""
    text: str = page.evaluate("document.body.innerText")
    return " ".join(text.split())
