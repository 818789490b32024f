"""A person decides, somebody receives, the person takes it back, the recipient confirms: on a phone, in Russian and in Arabic.

Scenarios 1, 4 and 7 as one walk (HS-01, HS-03, HS-05, HS-06).
"""

from typing import Any

import pytest
from django.db import transaction
from playwright.sync_api import Page

from consent.vocabulary import Element
from tests import factories
from tests.journeys.acts import fill, press, width_overflow
from tests.journeys.test_referral import act

pytestmark = pytest.mark.django_db(transaction=True)
SERVICE = "Papers and status service"
WORDS = {
    "ru": {"private": "Мы говорим наедине.", "condition": "Звонить только утром", "need": "Помощь с документами"},
    "ar": {"private": "الحديث على انفراد.", "condition": "الاتصال صباحاً فقط", "need": "المساعدة في استعادة الوثائق"},
}


@pytest.fixture
def house(transactional_db: None) -> Any:
    return factories.house()


def turned_to_the_person(worker: Page, language: str, axe: Any) -> None:
    """The screen that the person reads: pictures, one sentence each, nothing of any matter."""
    assert worker.locator("html").get_attribute("lang") == language
    assert worker.locator("html").get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
    assert WORDS[language]["private"] in worker.locator("main").inner_text()
    assert worker.locator("main svg.amp-shown__p").count() == 11
    assert width_overflow(worker) <= 0
    assert axe(worker) == []
    picture, words = (worker.locator(f".amp-shown {part}").first.bounding_box() for part in ("svg", "p"))
    assert picture is not None
    assert words is not None
    assert (picture["x"] > words["x"]) == (language == "ar")


def decide(worker: Page, service: str, language: str) -> None:
    """Hold the conversation; the person agrees for thirty days, on a condition, and wants a copy."""
    assert worker.locator("input[type=radio]:checked, input[type=checkbox]:checked").count() == 0
    for element in Element.values:
        fill(worker, elements=element)
    fill(worker, explained_by="me", channel="pictures", language=language, mode="verbal", interpreter="none")
    fill(worker, is_private="yes", copy="accepted", **{service: "granted", f"days-{service}": "30"})
    worker.locator(f"fieldset:has([name='{service}']) details summary").first.click()
    fill(worker, **{f"condition-{service}": WORDS[language]["condition"]})
    press(worker)
    assert not worker.locator(".govuk-error-summary").count(), worker.locator(".govuk-error-summary").inner_text()


def take_the_copy(worker: Page, language: str) -> None:
    """The sheet is in the person's language and names neither the person nor anybody of ours."""
    fill(worker, is_safe=True, names="no")
    press(worker)
    assert worker.locator("html").get_attribute("lang") == language
    text = worker.locator("main").inner_text()
    assert WORDS[language]["condition"] in text
    assert factories.NAME not in text
    assert "Quayside" not in text
    assert width_overflow(worker) <= 0


def refer(worker: Page, lead: Page, case: str, service: str, language: str) -> str:
    """Prepare, hand over for approval, share; the referral's address."""
    worker.goto(f"{case}refer/{service}/")
    fill(worker, reason=WORDS[language]["need"])
    press(worker)
    referral = worker.url
    act(worker, "submit")
    lead.goto(f"{referral}share/")
    press(lead)
    return referral


@pytest.mark.parametrize("language", ["ru", "ar"])
def test_a_person_decides_takes_it_back_and_the_recipient_confirms(house, visit, axe, language):
    with transaction.atomic():
        case, service = factories.case(house), house.services[SERVICE]
    worker = visit(house.people["caseworker"], phone=True, language=language)
    address = f"{worker.url.rstrip('/')}/cases/{case.pk}/"
    worker.goto(f"{address}consent/?service={service.pk}")
    assert width_overflow(worker) <= 0
    assert axe(worker) == []
    decide(worker, str(service.pk), language)
    take_the_copy(worker, language)
    worker.goto(f"{address}consent/who-may-know/")
    assert "Quayside Legal Clinic" in worker.locator("main").inner_text()
    assert WORDS[language]["condition"] in worker.locator("main").inner_text()
    assert width_overflow(worker) <= 0
    assert axe(worker) == []
    lead = visit(house.people["focal_point"], language=language)
    referral = refer(worker, lead, address, str(service.pk), language)
    offer = referral.replace("/referrals/", "/inbox/")
    partner = visit(house.people["partner_worker"], phone=True, language=language)
    partner.goto(offer)
    assert factories.NAME not in partner.content()
    act(partner, "accept")
    partner.goto(offer)
    assert factories.NAME in partner.content()
    worker.goto(f"{address}consent/")
    worker.locator("tr:has-text('Quayside') a[href$='/withdraw/']").first.click()
    press(worker)
    partner.goto(offer)
    assert factories.NAME not in partner.content()
    assert axe(partner) == []
    fill(partner, confirmation="deleted")
    press(partner)
    partner.goto(offer)
    assert partner.locator("form[action*='confirm-withdrawal']").count() == 0
    assert factories.NAME not in partner.content()
    worker.goto(f"{address}consent/who-may-know/")
    row = worker.locator("tr:has-text('Quayside')").first
    assert row.locator(".amp-tag--private").count() == 1
    assert row.locator("td b").count() == 0  # nothing is known by them any more


@pytest.mark.parametrize("language", ["ru", "ar"])
def test_the_screen_is_turned_to_the_person_on_a_phone(house, visit, axe, language):
    with transaction.atomic():
        case = factories.case(house)
    worker = visit(house.people["caseworker"], phone=True, language=language)
    root = worker.url.rstrip("/")
    worker.goto(f"{root}/cases/{case.pk}/consent/")
    worker.locator("a[href*='show/?language=']").first.click()  # the language in which the concern was told
    worker.locator(f"a[hreflang='{language}']").first.click()
    turned_to_the_person(worker, language, axe)
