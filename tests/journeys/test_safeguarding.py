"""A volunteer reports one of our own, the safeguarding focal point reads it, who is spoken of sees nothing (R-31, HS-16)."""

from typing import Any

import pytest

from tests import factories
from tests.journeys.acts import fill, press, width_overflow

pytestmark = pytest.mark.django_db(transaction=True)
WORDS = "He asks for money before he lets anybody in."


@pytest.fixture
def house(transactional_db: None) -> Any:
    return factories.house()


@pytest.mark.parametrize("language", ["en", "ar"])
def test_reported_by_a_volunteer_read_by_the_seat_unknown_to_the_accused(house, visit, axe, language):
    accused = house.people["safeguarding"]
    page = visit(house.people["volunteer"], phone=True, language=language)
    page.goto("/")
    page.locator("footer a[href='/safeguarding/report/']").click()
    assert axe(page) == []
    assert width_overflow(page) <= 0
    press(page)
    assert page.locator(".govuk-error-summary").count() == 1
    fill(page, text=WORDS, accused=str(accused.pk))
    press(page)
    assert page.url.endswith("/safeguarding/received/")
    assert axe(page) == []
    code = page.locator("main .amp-code").first.inner_text().strip()
    assert len(code) == 7

    page = visit(house.people["safeguarding_lead"], language=language)
    page.goto("/safeguarding/")
    assert axe(page) == []
    page.locator("main a[href*='/safeguarding/']").first.click()
    assert WORDS in page.locator("main").inner_text()
    assert axe(page) == []
    address = page.url
    page.locator("main a[href$='/take_on/']").click()
    press(page)
    assert page.url == address

    page = visit(accused, language=language)
    page.goto("/safeguarding/")
    assert code not in page.content()
    assert page.goto(address).status == 404
    assert WORDS not in page.content()
