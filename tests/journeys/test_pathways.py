"""A pathway on its way: drawn without scripts, published by another, read by a volunteer on a phone (R-53, P6)."""

import os
from pathlib import Path

import pytest
from django.db import transaction

from referrals.models import Pathway
from tests import factories
from tests.journeys.acts import fill, press, width_overflow
from tests.referrals import drawing

pytestmark = pytest.mark.django_db(transaction=True)
SHOTS = os.environ.get("AMPARO_SHOTS", "")


@pytest.fixture
def house(transactional_db):
    return factories.house()


def look(page, axe, name: str) -> None:
    if axe:
        assert axe(page) == [], page.url
        assert width_overflow(page) <= 0, page.url
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"way-{name}.png", full_page=True)


def test_a_pathway_is_drawn_without_scripts_and_published_by_another(house, visit):
    desk = visit(house.people["directory_editor"], scripts=False)
    desk.goto("/pathways/new/")
    desk.select_option("select[name=unit]", label="Coast branch")
    fill(desk, need="detention_or_arrest")
    press(desk)
    look(desk, None, "begun")
    desk.click("main a[href$='/steps/new/']")
    desk.select_option("select[name=kind]", value="legal_assistance")
    desk.locator("main form[method=get] button").click()
    desk.select_option("select[name=first]", label="Papers and status service, Quayside Legal Clinic")
    desk.select_option("select[name=within]", value="24")
    fill(desk, note="They go to the police station.")
    look(desk, None, "step")
    desk.locator("main form[method=post] button[type=submit]").click()
    desk.click("main a[href$='/submit/']")
    press(desk)
    assert not desk.locator("main a[href$='/publish/']").count(), "who wrote it does not publish it"
    second = visit(house.people["manager"], scripts=False)
    second.goto(desk.url)
    second.click("main a[href$='/publish/']")
    press(second)
    assert "They go to the police station." in second.inner_text("main")
    assert Pathway.objects.published().filter(need="detention_or_arrest").count() == 1


@pytest.mark.parametrize("language", ["en", "ru", "ar"])
def test_a_volunteer_reads_it_on_a_phone_and_a_caseworker_where_a_service_is_chosen(house, visit, axe, language):
    with transaction.atomic():
        case = factories.case(house, category="sexual_or_gender_based")
        draft = drawing.drawn(house)
    way = Pathway.objects.published().get(need="sexual_or_gender_based")
    phone = visit(house.people["volunteer"], phone=True, language=language)
    phone.goto("/pathways/")
    look(phone, axe, f"{language}-list")
    phone.goto(f"/pathways/{way.pk}/")
    look(phone, axe, f"{language}-way")
    worker = visit(house.people["caseworker"], phone=True, language=language)
    worker.goto(f"/cases/{case.pk}/refer/")
    look(worker, axe, f"{language}-choose")
    editor = visit(house.people["manager"], phone=True, language=language)
    editor.goto(f"/pathways/{draft.pk}/")
    look(editor, axe, f"{language}-draft")
    lead = visit(house.people["focal_point"], phone=True, language=language)
    lead.goto(f"/cases/{case.pk}/exception/")
    look(lead, axe, f"{language}-exception")
