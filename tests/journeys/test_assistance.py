"""Element c on the pages: a need is planned, given, and the person says what came of it (R-42)."""

from typing import Any

import pytest
from django.db import transaction

from tests import factories
from tests.journeys.acts import fill, press, width_overflow

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def house(transactional_db: None) -> Any:
    return factories.house()


@pytest.mark.parametrize("language", ["en", "ru", "ar"])
def test_a_caseworker_plans_gives_and_asks_what_came_of_it(house, visit, axe, language):
    with transaction.atomic():
        case = factories.case(house)
    page = visit(house.people["caseworker"], phone=True, language=language)
    page.goto(f"/cases/{case.pk}/")
    page.locator(f"main a[href='/cases/{case.pk}/help/plan/']").first.click()
    assert axe(page) == []
    assert width_overflow(page) <= 0
    press(page)
    assert page.locator(".govuk-error-summary").count() == 1
    fill(page, need="Somebody to talk to, twice a week", service_type="mhpss", within="hsp")
    press(page)
    assert page.url.endswith("/help/")
    assert axe(page) == []
    assert width_overflow(page) <= 0
    page.locator("main a[href$='/give/']").click()
    fill(page, words="One talk of an hour")
    press(page)
    page.locator("main a[href$='/answer/']").click()
    fill(page, outcome="partly", said="I sleep again, not every night")
    press(page)
    text = page.locator("main").inner_text()
    assert "I sleep again, not every night" in text
    assert page.locator("main a[href*='?after=']").count() == 1
