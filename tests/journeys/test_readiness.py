"""A gate closes and opens: the volunteer reads why, the manager mends it, another person approves (HS-09, HS-20, R-45)."""

import os
from pathlib import Path

import pytest
from django.db import transaction

from foundation.readiness.models import ReadinessAssessment
from tests import factories
from tests.journeys.acts import fill, hand_over, press, record_concern, width_overflow

pytestmark = pytest.mark.django_db(transaction=True)
SHOTS = os.environ.get("AMPARO_SHOTS", "")


@pytest.fixture
def house(transactional_db):
    return factories.house()


def look(page, axe, name: str) -> None:
    assert width_overflow(page) <= 0, page.url
    assert axe(page) == [], page.url
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)


def test_a_manager_reads_what_is_missing_fills_it_another_approves_and_the_gate_opens(house, visit, axe):
    with transaction.atomic():
        factories.unready(house, "P5")
    phone = visit(house.people["volunteer"], phone=True)
    address = record_concern(
        phone, danger={"flags": "none"}, words={"summary": "The papers are kept.", "category": "documents_legal_status"}
    )
    hand_over(phone, address)
    assert "P5" in phone.inner_text(".govuk-error-summary"), "it says what is missing"
    assert "Protection manager" in phone.inner_text(".govuk-error-summary"), "and who can mend it"
    look(phone, axe, "refused-360")
    _mend(house, visit, axe)
    hand_over(phone, address)
    assert not phone.locator(".govuk-error-summary").count(), "nothing was lost, and now it goes through"


def _mend(house, visit, axe) -> None:
    desk = visit(house.people["manager"])
    desk.goto("/readiness/")
    look(desk, axe, "units-1280")
    desk.click("main a:has-text('Coast branch')")
    look(desk, axe, "unit-1280")
    desk.locator("form[action$='/begin/'] button").click()
    desk.click("main a[href$='/P5/']")
    fill(desk, is_met="yes", evidence="Procedures, version 4, signed on Monday.")
    look(desk, axe, "fill-1280")
    press(desk)
    desk.click("main a[href$='/submit/']")
    press(desk)
    row = ReadinessAssessment.objects.get(unit=house.units["coast"], state="submitted")
    desk.goto(f"/readiness/assessments/{row.pk}/")
    assert not desk.locator("main a[href$='/approve/']").count(), "who wrote it does not approve it"
    second = visit(house.people["data_officer"])
    second.goto(f"/readiness/assessments/{row.pk}/")
    look(second, axe, "assessment-1280")
    second.click("main a[href$='/approve/']")
    assert "version 4" in second.inner_text("main")
    look(second, axe, "approve-1280")
    press(second)
    assert second.url.endswith(f"/readiness/{row.unit_id}/")


@pytest.mark.parametrize("language", ["ru", "ar"])
def test_the_pages_fit_a_phone_in_both_directions(house, visit, axe, language):
    with transaction.atomic():
        factories.unready(house, "P5", "P9", "P16")
        factories.trained(house, house.people["caseworker"], "child_protection", is_confirmed=False)
    page = visit(house.people["focal_point"], phone=True, language=language)
    for number, path in enumerate(
        ["/readiness/", f"/readiness/{house.units['harbour'].pk}/", f"/readiness/{house.units['harbour'].pk}/register/",
         "/trainings/", f"/trainings/{house.people['caseworker'].pk}/"]
    ):  # fmt: skip
        page.goto(path)
        look(page, axe, f"{language}-360-{number}")


def test_a_training_is_recorded_without_scripts_and_counts_when_another_confirms_it(house, visit):
    """HS-07: two people."""
    worker = house.people["volunteer"]
    page = visit(house.people["manager"], scripts=False)
    page.goto(f"/trainings/{worker.pk}/record/")
    press(page)
    assert page.locator(".govuk-error-summary").count()
    fill(
        page,
        competence="protection_referral",
        held_on="2026-11-01",
        valid_until="2028-11-01",
        evidence="Certificate 12",
    )
    press(page)
    second = visit(house.people["focal_point"], scripts=False)
    second.goto(f"/trainings/{worker.pk}/")
    second.click("main a[href$='/confirm/']")
    press(second)
    assert worker.trainings.get(competence="protection_referral").state == "confirmed"
