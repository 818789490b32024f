"""The data-protection officer and her alerts, in three languages and on a phone (safety.md §1)."""

from typing import Any

import pytest
from django.db import transaction

from foundation.watch.vocabulary import Rule
from tests import door, factories
from tests.journeys.acts import fill, press, width_overflow

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def house(transactional_db: None) -> Any:
    return factories.house()


@pytest.mark.parametrize("language", ["en", "ru", "ar"])
def test_an_officer_reads_an_alert_and_explains_it(house, visit, axe, language):
    with transaction.atomic():
        alert = factories.alert(house, n=47)
        factories.alert(house, "deputy", Rule.DECOY, n=1)
    page = visit(house.people["data_officer"], phone=True, language=language)
    page.goto("/alerts/")
    assert axe(page) == []
    assert width_overflow(page) <= 0
    assert page.locator("main .amp-work__do").count() >= 2
    page.locator(f"main a[href='/alerts/{alert.pk}/']").click()
    assert axe(page) == []
    assert width_overflow(page) <= 0
    assert "Sefa Maru" in page.locator("main").inner_text()
    page.locator("main a[href$='/explain/']").click()
    assert axe(page) == []
    press(page)
    assert page.locator(".govuk-error-summary").count() == 1
    fill(page, text="She stood in for the focal point.")
    press(page)
    assert page.url.endswith(f"/alerts/{alert.pk}/")
    assert "She stood in for the focal point." in page.locator("main").inner_text()


def test_without_scripts_and_with_the_keyboard_alone(house, visit):
    with transaction.atomic():
        alert = factories.alert(house)
    page = visit(house.people["data_officer"], scripts=False)
    page.goto(f"/alerts/{alert.pk}/")
    page.locator("main form[action$='/look/'] button").focus()
    page.keyboard.press("Enter")
    page.locator("main .amp-tag", has_text="Being looked at").wait_for()


def prove(page: Any, person: Any) -> None:
    """Type the password once more, or the code where the person has an app."""
    assert "/again/" in page.url
    is_coded = door.secret_of(person) is not None
    name, word = ("again_code", door.next_code(person)) if is_coded else ("again_password", factories.PASSWORD)
    page.fill(f"input[name={name}]", word)
    page.locator(f"form:has(input[name={name}]) button[type=submit]").first.click()
    page.wait_for_load_state("domcontentloaded")


@pytest.mark.parametrize("language", ["en", "ru", "ar"])
def test_a_case_is_opened_in_an_emergency_by_two_people(house, visit, axe, language):
    """HS-20, HS-22: asked, confirmed by somebody else, open, announced, closed; a browser of each person."""
    with transaction.atomic():
        case = factories.case(house)
    asker = visit(house.people["outsider"], phone=True, language=language)
    asker.goto(f"/cases/{case.pk}/")
    assert asker.locator("main").inner_text().count(case.code) == 0
    asker.goto("/search/")
    assert axe(asker) == []
    asker.locator("main a[href='/emergency-access/ask/']").click()
    prove(asker, house.people["outsider"])
    assert axe(asker) == []
    assert width_overflow(asker) <= 0
    fill(asker, code=case.code, ground="life_at_risk", reason="He phoned from the bridge.")
    press(asker)
    request = asker.url
    assert axe(asker) == []
    second = visit(house.people["data_officer"], language=language)
    second.goto("/emergency-access/")
    assert axe(second) == []
    second.locator("main .amp-work__do a").first.click()
    assert second.url == request
    assert "He phoned from the bridge." in second.locator("main").inner_text()
    second.locator("main a[href$='/confirm/']").click()
    prove(second, house.people["data_officer"])
    assert axe(second) == []
    press(second)
    second.wait_for_url(request)
    second.goto(f"/cases/{case.pk}/")
    assert case.code not in second.content()  # who confirms reads nothing
    asker.goto(request)
    assert axe(asker) == []
    asker.locator(f"main a[href='/cases/{case.pk}/']").click()
    asker.wait_for_url(f"**/cases/{case.pk}/")
    assert "The landlord keeps the papers" in asker.content()
    owner = visit(house.people["caseworker"], language=language)
    owner.goto(f"/cases/{case.pk}/")
    assert owner.locator("main .amp-panel--warn").count() == 1
    assert axe(owner) == []
    asker.goto(request)
    asker.locator("main form[action$='/close/'] button").click()
    asker.wait_for_url(request)
    response = asker.goto(f"/cases/{case.pk}/")
    assert response is not None
    assert response.status == 404


@pytest.mark.parametrize("language", ["en", "ru", "ar"])
def test_an_officer_plans_a_decoy(house, visit, axe, language):
    """The draft is in the language that was chosen; nothing on the pages says more than the officer needs."""
    page = visit(house.people["data_officer"], phone=True, language=language)
    page.goto("/alerts/")
    page.locator("main a[href='/decoys/']").click()
    assert axe(page) == []
    assert width_overflow(page) <= 0
    page.locator("main [name=language]").select_option(language)
    page.locator("main [name=story]").select_option("room")
    page.locator("main form[action='/decoys/plan/'] button").click()
    page.wait_for_url("**/decoys/plan/?**")
    assert axe(page) == []
    assert width_overflow(page) <= 0
    page.locator("main [name=unit]").select_option(str(house.units["harbour"].pk))
    fill(page, colleague="Dana Okafor", alias="Yusra")
    press(page)
    page.wait_for_url("**/decoys/")
    assert "Dana Okafor" in page.locator("main").inner_text()
    assert axe(page) == []
    page.locator("main a[href$='/retire/']").click()
    assert axe(page) == []
    press(page)
    page.wait_for_url("**/decoys/")
    assert page.locator("main a[href$='/retire/']").count() == 0
