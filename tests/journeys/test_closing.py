"""The end of a case: what keeps it open is shown and mended, a second person agrees, and it begins anew when the person comes
back (R-46; HS-18, HS-19, HS-20; scenario 15). On a phone, in Russian without scripts, in Arabic with them."""

from typing import Any

import pytest
from django.db import transaction
from playwright.sync_api import Page

from cases.models import Case
from consent.models import Decision
from foundation.core.acting import acting
from tests import factories
from tests.journeys.acts import fill, press, width_overflow

pytestmark = pytest.mark.django_db(transaction=True)
EVERY = [("ru", False), ("ar", True)]
BECAUSE = {"ru": "Мать больше не отвечает на звонки.", "ar": "الأم لا ترد على الهاتف."}
STEP = {"ru": "Вместе сходить в школу", "ar": "نذهب معا إلى المدرسة"}


@pytest.fixture
def house(transactional_db: None) -> Any:
    return factories.house()


@pytest.fixture
def case(house: Any) -> Any:
    with transaction.atomic():
        return factories.case(house, age=9, category="other")


def look(page: Page, axe: Any, scripts: bool) -> None:
    assert width_overflow(page) <= 0, page.url
    if scripts:
        assert axe(page) == [], page.url


def follow(page: Page, part: str) -> None:
    """The first link of the page whose address has this part."""
    page.locator(f"main a[href*='{part}'], aside a[href*='{part}']").first.click()
    page.wait_for_load_state("domcontentloaded")


@pytest.mark.parametrize(("language", "scripts"), EVERY)
def test_a_case_is_mended_closed_agreed_to_and_opened_again(house, case, visit, axe, language, scripts):
    worker = visit(house.people["caseworker"], phone=True, language=language, scripts=scripts)
    worker.goto(f"/cases/{case.pk}/close/")
    look(worker, axe, scripts)
    fill(worker, reason="no_contact_after_n_attempts", result="unknown", because=BECAUSE[language])
    press(worker)
    assert worker.locator("[name=because]").input_value() == BECAUSE[language], "nothing typed is lost"
    follow(worker, "/plan/")
    look(worker, axe, scripts)
    fill(worker, what=STEP[language], doer="owner")
    press(worker)
    worker.goto(f"/cases/{case.pk}/close/")
    assert worker.locator(".amp-panel--warn a[href$='/plan/']").count() == 1, "what was agreed must be done first"
    follow(worker, "/plan/")
    look(worker, axe, scripts)
    worker.locator("form[action*='/done/'] button").click()
    worker.goto(f"/cases/{case.pk}/close/")
    assert worker.locator(".amp-panel--warn").count() == 0
    fill(worker, reason="relocated", result="unknown", because=BECAUSE[language], unfollowed=BECAUSE[language])
    press(worker)
    worker.goto(f"/cases/{case.pk}/close/")
    look(worker, axe, scripts)
    assert worker.locator("form[action*='/agree/']").count() == 0, "nobody agrees to what they asked for (HS-20)"

    lead = visit(house.people["focal_point"], phone=True, language=language, scripts=scripts)
    lead.goto("/")
    follow(lead, f"/cases/{case.pk}/close/")
    assert BECAUSE[language] in lead.locator("main").inner_text()
    look(lead, axe, scripts)
    lead.locator("form[action*='/agree/'] button").click()
    lead.wait_for_load_state("domcontentloaded")
    look(lead, axe, scripts)
    assert status(house, case) == "closed"
    assert lead.locator("form[action*='/notes/']").count() == 0, "nobody writes into a closed case"
    follow_reopen(lead, case)
    look(lead, axe, scripts)
    press(lead)
    assert lead.locator(".govuk-error-summary").count() == 1
    fill(lead, words=BECAUSE[language])
    press(lead)
    assert status(house, case) == "new"
    with transaction.atomic(), acting(house.people["focal_point"].pk):
        assert not Decision.objects.active().filter(person=case.person_id).exists(), (
            "what was agreed before covers nothing"
        )


def status(house: Any, case: Any) -> str:
    with transaction.atomic(), acting(house.people["focal_point"].pk):
        return str(Case.objects.get(pk=case.pk).status)


def follow_reopen(page: Page, case: Any) -> None:
    page.goto(f"/cases/{case.pk}/")
    follow(page, "/reopen/")
