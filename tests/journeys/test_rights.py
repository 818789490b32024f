"""What a person asks of us, what is told without asking them, what is lost and what is kept: on phones, without scripts, in
Russian and in Arabic (R-32; HS-20, HS-23; domain.md §4.3, §5.7)."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from playwright.sync_api import Page

from tests import door, factories
from tests.journeys.acts import fill, press, width_overflow

pytestmark = pytest.mark.django_db(transaction=True)
WISH = {"ru": "Хочу знать, что вы обо мне записали.", "ar": "أريد أن أعرف ما كتبتم عني."}
ANSWER = {"ru": "Мы все рассказали на прошлой неделе.", "ar": "قلنا كل شيء في الأسبوع الماضي."}
LOST = {"ru": "Телефон службы остался в автобусе.", "ar": "بقي هاتف الخدمة في الحافلة."}
EVERY = [("ru", True), ("ar", False)]


@pytest.fixture
def house(transactional_db: None) -> Any:
    return factories.house()


@pytest.fixture
def case(house: Any) -> Any:
    with transaction.atomic():
        return factories.case(house)


def look(page: Page, axe: Any, scripts: bool = True) -> None:
    """No sideways scrolling; nothing that a screen reader stumbles over (who looks for it needs scripts)."""
    assert width_overflow(page) <= 0, page.url
    if scripts:
        assert axe(page) == [], page.url


def prove(page: Page, person: Any) -> None:
    """Say again who one is, where it is asked."""
    if "/again/" not in page.url:
        return
    if page.locator("input[name=again_code]").count():
        fill(page, again_code=door.next_code(person))
    else:
        fill(page, again_password=factories.PASSWORD)
    press(page)


@pytest.mark.parametrize(("language", "scripts"), EVERY)
def test_a_person_asks_for_a_copy_and_another_person_answers(house, case, visit, axe, language, scripts):
    """R-32, HS-20: the one who took it down does not decide; the answer comes back in words that can be said."""
    worker = visit(house.people["caseworker"], phone=True, language=language, scripts=scripts)
    worker.goto(f"/cases/{case.pk}/rights/")
    look(worker, axe, scripts)
    worker.goto(f"/cases/{case.pk}/rights/access/")
    press(worker)
    assert worker.locator(".govuk-error-summary").count() == 1
    fill(worker, identity="known", words=WISH[language])
    press(worker)
    asked = re.search(r"/requests/([0-9a-f-]+)/", worker.url)
    assert asked is not None, worker.url
    look(worker, axe, scripts)
    officer = visit(house.people["data_officer"], language=language)
    officer.goto("/data-protection/requests/")
    look(officer, axe)
    officer.goto(f"/data-protection/requests/{asked[1]}/")
    assert WISH[language] in officer.locator("main").inner_text()
    assert factories.NAME not in officer.content()
    fill(officer, ruling="refused", refusal="answered_already", answer=ANSWER[language])
    press(officer)
    assert not officer.locator(".govuk-error-summary").count(), officer.locator("main").inner_text()
    worker.goto(f"/requests/{asked[1]}/")
    assert ANSWER[language] in worker.locator("main").inner_text()
    worker.goto(f"/requests/{asked[1]}/close/")
    fill(worker, told="told")
    press(worker)
    look(worker, axe, scripts)


@pytest.mark.parametrize(("language", "scripts"), EVERY)
def test_something_is_told_without_consent_by_two_people(house, case, visit, axe, language, scripts):
    """HS-01, HS-20: asked on the case, signed by somebody who never opens it, ended when the ground is gone."""
    people = house.people
    lead = visit(people["focal_point"], phone=True, language=language, scripts=scripts)
    lead.goto(f"/cases/{case.pk}/exception/")
    look(lead, axe, scripts)
    lead.goto(f"/cases/{case.pk}/exception/{house.services['Safe shelter'].pk}/")
    prove(lead, people["focal_point"])
    fill(lead, ground="life_at_risk", source="partner", necessity=WISH[language], proportionality=ANSWER[language])
    fill(lead, fields_told="alias", informed="no", unsafe=LOST[language], days="1")
    look(lead, axe, scripts)
    press(lead)
    address = lead.url
    assert "/exceptions/" in address, lead.locator("main").inner_text()
    manager = visit(people["manager"], phone=True, language=language)
    manager.goto(f"{address}authorise/")
    prove(manager, people["manager"])
    assert WISH[language] in manager.locator("main").inner_text()
    assert factories.NAME not in manager.content()
    look(manager, axe)
    press(manager)
    manager.goto(f"/cases/{case.pk}/")
    assert manager.locator("h1").inner_text()
    assert case.code not in manager.content()
    lead.goto(address)
    look(lead, axe, scripts)
    assert lead.locator(f"form[action$='{address.split('/exceptions/')[1]}end/'], a[href$='/end/']").count()


@pytest.mark.parametrize(("language", "scripts"), EVERY)
def test_a_volunteer_reports_what_was_lost_and_reads_it_no_more(house, visit, axe, language, scripts):
    """Three fields; then where it stands, and only the officer reads the words (HS-17)."""
    volunteer = visit(house.people["volunteer"], phone=True, language=language, scripts=scripts)
    volunteer.goto("/data-protection/incidents/report/")
    look(volunteer, axe, scripts)
    press(volunteer)
    assert volunteer.locator(".govuk-error-summary").count() == 1
    fill(volunteer, text=LOST[language], still_going="yes")
    press(volunteer)
    address = volunteer.url
    assert LOST[language] not in volunteer.locator("main").inner_text()
    look(volunteer, axe, scripts)
    officer = visit(house.people["data_officer"], phone=True, language=language)
    officer.goto(address)
    assert LOST[language] in officer.locator("main").inner_text()
    look(officer, axe)
    officer.goto(f"{address}take_on/")
    press(officer)
    officer.goto(f"{address}contain/")
    fill(officer, text=ANSWER[language])
    press(officer)
    look(officer, axe)
    volunteer.goto(address)
    assert ANSWER[language] not in volunteer.locator("main").inner_text()


@pytest.mark.parametrize(("language", "scripts"), EVERY)
def test_a_schedule_and_a_hold_are_decided_by_two(house, case, visit, axe, language, scripts):
    """HS-20, HS-23: days proposed by one and agreed to by another; a hold that shuts every erasure."""
    people = house.people
    officer = visit(people["data_officer"], language=language, scripts=scripts)
    officer.goto("/data-protection/retention/concern/")
    prove(officer, people["data_officer"])
    fill(officer, days="45")
    look(officer, axe, scripts)
    press(officer)
    manager = visit(people["manager"], phone=True, language=language)
    manager.goto("/data-protection/retention/")
    look(manager, axe)
    agree = manager.locator("a[href$='/agree/']").first.get_attribute("href")
    manager.goto(str(agree))
    prove(manager, people["manager"])
    press(manager)
    officer.goto("/data-protection/retention/")
    assert "45" in officer.locator("main").inner_text()
    lead = visit(people["focal_point"], phone=True, language=language)
    lead.goto(f"/cases/{case.pk}/hold/")
    fill(lead, ground="court", until=f"{timezone.localdate() + timedelta(days=30):%Y-%m-%d}")
    look(lead, axe)
    press(lead)
    lead.goto(f"/cases/{case.pk}/hold/")
    hold = lead.url
    assert "/holds/" in hold, lead.locator("main").inner_text()
    manager.goto(f"{hold}agree/")
    prove(manager, people["manager"])
    press(manager)
    look(manager, axe)
    lead.goto(f"/cases/{case.pk}/erase/")
    prove(lead, people["focal_point"])
    assert case.code in lead.content()
    fill(lead, ground="person_asked", code=case.code)
    press(lead)
    assert lead.locator(".govuk-error-summary, .amp-panel--warn").count(), lead.locator("main").inner_text()
