"""From a threat with something unknown to what became of the risk, in a browser (R-24, R-25; scenario 14)."""

from typing import Any

import pytest
from django.db import transaction
from playwright.sync_api import Page

from tests import factories
from tests.journeys.acts import fill, press, width_overflow
from tests.riskanalysis import assessing

pytestmark = pytest.mark.django_db(transaction=True)

FIRST: dict[str, dict[str, Any]] = {
    "danger": {"flags": "none"},
    "threat": {"score": "3", "evidence": "Приходил дважды за неделю."},
    "vulnerability": {"score": "3", "situation": "under_one_roof"},
    "prevent": {"score": "unknown"},
    "respond": {"score": "1", "evidence": "Соседка."},
    "recover": {"score": "1", "evidence": "Немного денег."},
    "duty": {"can": "2", "will": "unknown"},
    "person": {"rating": "3", "safety": "2"},
}
THEN = FIRST | {
    "threat": {"score": "1", "evidence": "Уехал."},
    "vulnerability": {"score": "1", "evidence": "Живет у сестры."},
    "prevent": {"score": "3", "evidence": "Новый замок."},
    "respond": {"score": "3", "evidence": "Соседи и телефон."},
    "recover": {"score": "3", "evidence": "Работа."},
    "person": {"rating": "1", "safety": "4"},
    "since": {"needs": "met", "harm": "none"},
}


@pytest.fixture
def house(transactional_db: None) -> Any:
    return factories.house()


def answer(page: Page, address: str, answers: dict[str, dict[str, Any]], axe: Any) -> None:
    """Every question on its own page, without a script."""
    for question, given in answers.items():
        page.goto(f"{address}{question}/")
        assert page.locator("input[type=radio]:checked").count() == 0
        assert width_overflow(page) <= 0
        fill(page, **given)
        press(page)
        assert not page.locator(".govuk-error-summary").count(), (question, page.locator("main").inner_text())


def test_a_risk_is_assessed_with_an_unknown_confirmed_looked_at_again_and_measured(house, visit, axe):
    with transaction.atomic():
        assessing.train(house, "caseworker")
        case = factories.case(house)
    page = visit(house.people["caseworker"], phone=True, language="ru")
    root = page.url.rstrip("/")
    page.goto(f"{root}/cases/{case.pk}/")
    page.locator("main a[href$='/risk/']").click()
    assert axe(page) == []
    page.locator("main a[href$='/risk/threat/']").click()
    assert axe(page) == []
    assert width_overflow(page) <= 0
    fill(page, **assessing.ABOUT)
    press(page)
    address = page.url
    assert axe(page) == []
    answer(page, address, FIRST, axe)
    assert page.url == address
    assert "Не определен (3–4)" in page.locator("main").inner_text()
    assert axe(page) == []
    assert width_overflow(page) <= 0
    fill(page, level="unknown", urgency="urgent")
    press(page)
    assert "Не определен (3–4)" in page.locator("main").inner_text()
    press(page)  # look at this threat again
    second = page.url
    page.goto(f"{second}threat/")
    assert "было: 3 ·" in page.locator("main").inner_text()
    assert axe(page) == []
    answer(page, second, THEN, axe)
    fill(page, level="1", urgency="normal", reason_urgency="Переехала.")
    press(page)
    said = page.locator("main").inner_text()
    assert "Снижен" in said
    assert page.locator("svg[role=img]").count() == 1
    assert page.locator("table tbody tr").count() == 2
    assert axe(page) == []
    assert width_overflow(page) <= 0
    page.goto(f"{root}/cases/{case.pk}/risk/outcome/")
    assert axe(page) == []
    press(page)
    assert "Снижен" in page.locator("main ul.amp-list").inner_text()
