"""Element d in a browser: asked, examined, approved by another, raised, answered, followed up (R-43; HS-08, HS-12, HS-14)."""

from typing import Any

import pytest
from django.db import transaction
from playwright.sync_api import Page

from referrals.speech import QUESTIONS
from tests import factories
from tests.journeys.acts import fill, press, width_overflow
from tests.journeys.test_referral import agree
from tests.journeys.test_rights import prove
from tests.referrals import speaking as made

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def house(transactional_db: None) -> Any:
    return factories.house()


def step(page: Page, address: str, verb: str, **answers: Any) -> None:
    """Go to the page of a step, fill it in and press; the step is done when the page of where it stands comes back."""
    page.goto(f"{address}{verb}/")
    fill(page, **answers)
    press(page)
    assert not page.locator(".govuk-error-summary").count(), page.locator(".govuk-error-summary").inner_text()


def test_a_matter_is_raised_with_an_authority_answered_and_followed_up(house, visit, axe):
    with transaction.atomic():
        made.train(house, *made.SPEAKERS)
        made.ready(house)
        case, to = factories.case(house), made.authority(house)
    worker = visit(house.people["caseworker"], language="ru")
    root = worker.url.rstrip("/")
    agree(worker, f"{root}/cases/{case.pk}/", str(to.pk))
    worker.goto(f"{root}/cases/{case.pk}/represent/?authority={to.pk}")
    assert axe(worker) == []
    fill(worker, naming="identified", modality="written", content="Просим вернуть документы.")
    for code in ("alias", "summary"):
        fill(worker, fields_told=code)
    press(worker)
    address = worker.url
    worker.goto(f"{address}examine/")
    assert worker.locator("input[type=radio]:checked").count() == 0
    assert axe(worker) == []
    fill(worker, **dict.fromkeys(QUESTIONS, "yes"), sources="landlord", consulted="icrc", why="Спросили юристов.")
    press(worker)
    step(worker, address, "submit")
    lead = visit(house.people["focal_point"], language="ru", phone=True)
    lead.goto(f"{address}approve/")
    prove(lead, house.people["focal_point"])
    assert axe(lead) == []
    assert width_overflow(lead) <= 0
    assert "Просим вернуть документы." in lead.content()
    press(lead)
    step(worker, address, "send")
    step(worker, address, "answered", response="commitment", reply="Вернут до конца месяца.")
    step(worker, address, "promise", text="Вернуть документы", due_on="2027-01-31")
    step(worker, address, "follow_up", note="Позвонили: приказ подписан.")
    worker.goto(address)
    assert axe(worker) == []
    assert "Вернут до конца месяца." in worker.content()
    worker.locator("main a[href*='/promises/']").first.click()
    fill(worker, kept="kept")
    press(worker)
    step(worker, address, "close", note="Документы у человека.")
    assert "Завершено" in worker.content()
