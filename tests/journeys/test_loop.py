"""The closed loop on the pages: declined, offered elsewhere, accepted, asked; and a code carried to the desk (R-41, W-22)."""

import re
from typing import Any

import pytest
from django.db import transaction
from playwright.sync_api import Page

from referrals.models import Partner
from tests import factories
from tests.journeys.acts import act, agree, fill, press, width_overflow
from tests.referrals.registering import entry

pytestmark = pytest.mark.django_db(transaction=True)
FIRST, SECOND = "Papers and status service", "Law of the hills"


@pytest.fixture
def house(transactional_db: None) -> Any:
    return factories.house()


@pytest.fixture
def elsewhere(house):
    """A second service of the same kind, of another partner, and who works there."""
    with transaction.atomic():
        lantern = Partner.objects.get(organisation__name="Lantern House")
        service = entry(
            house, lantern, name=SECOND, service_type="legal_assistance", area="Harbour", languages=["en", "ru"]
        )
        return service, factories.desk("Lantern House")


def is_fit(page: Page, axe: Any) -> None:
    """For everybody, and not wider than a telephone."""
    assert axe(page) == []
    assert width_overflow(page) <= 0


def refer(worker: Page, lead: Page, address: str, service: Any, **more: Any) -> str:
    """Agreed with the person, written down, approved by another; returns the referral's address."""
    agree(worker, address, str(service.pk))
    worker.goto(f"{address}refer/{service.pk}/")
    fill(worker, reason="Помощь с возвратом документов", **more)
    press(worker)
    referral = worker.url
    act(worker, "submit")
    lead.goto(f"{referral}share/")
    press(lead)
    return referral


def test_scenario_3_declined_offered_elsewhere_with_new_consent_accepted_and_asked(house, elsewhere, visit, axe):
    """Scenario 3, and the loop closed by the person's own word; the caseworker has a telephone, in Russian."""
    other, desk = elsewhere
    with transaction.atomic():
        case = factories.case(house)
    worker = visit(house.people["caseworker"], phone=True, language="ru")
    lead = visit(house.people["focal_point"])
    address = f"{worker.url.rstrip('/')}/cases/{case.pk}/"
    first = refer(worker, lead, address, house.services[FIRST])
    partner = visit(house.people["partner_worker"], phone=True)
    partner.goto("/inbox/")
    partner.locator("main a[href$='/decline/']").first.click()
    press(partner)
    assert partner.locator(".govuk-error-summary").count() == 1  # a decline says why
    fill(partner, reason="no_capacity")
    press(partner)
    editor = visit(house.people["directory_editor"], phone=True)
    editor.goto("/partners/pathways/")
    assert "No capacity" in editor.locator("main").inner_text()  # the gap, of nobody
    assert factories.NAME not in editor.content()
    worker.goto(first)
    is_fit(worker, axe)
    worker.locator(f"main a[href='/cases/{case.pk}/refer/']").click()
    is_fit(worker, axe)
    suggested = worker.locator("main li").filter(has=worker.get_by_role("heading", name=re.compile(SECOND))).first
    assert suggested.locator("li").count() >= 3  # what speaks for it, and against
    suggested.locator(
        f"a[href$='?service={other.pk}']"
    ).click()  # not asked yet: what was agreed covers the first alone
    worker.goto(f"{address}refer/{other.pk}/")
    assert worker.locator("main [name=reason]").count() == 0
    second = refer(worker, lead, address, other)
    worker.goto(second)
    helper = visit(desk, phone=True)
    helper.goto("/inbox/")
    assert factories.NAME not in helper.content()
    for verb in ("accept", "start", "complete"):
        helper.goto(second.replace("/referrals/", "/inbox/") + f"{verb}/")
        if verb == "complete":
            fill(helper, outcome="met")
        press(helper)
    worker.goto(second)
    is_fit(worker, axe)
    worker.locator("main a[href$='/verify/']").click()
    is_fit(worker, axe)
    fill(worker, got="yes", was_safe="yes", text="Паспорт вернули.")
    press(worker)
    assert worker.locator("main h1").inner_text() == "Закрыта: человека спросили о результате"
    answer = partner.goto(second.replace("/referrals/", "/inbox/"))  # the first partner never learns of the second
    assert answer is not None
    assert answer.status == 404


@pytest.mark.parametrize("language", ["ar"])
def test_a_code_is_carried_to_the_desk_and_the_loop_closes(house, visit, axe, language):
    """W-22, partners.md §4: nothing is sent; the person tells the code, the partner sees the preview, then accepts."""
    with transaction.atomic():
        case = factories.case(house)
    worker = visit(house.people["caseworker"], phone=True, language=language)
    lead = visit(house.people["focal_point"])
    address = f"{worker.url.rstrip('/')}/cases/{case.pk}/"
    referral = refer(worker, lead, address, house.services[FIRST], channel="carried", is_safe_to_carry=True)
    partner = visit(house.people["partner_worker"], phone=True)
    partner.goto("/inbox/")
    assert partner.locator("main .amp-offer").count() == 0
    worker.goto(referral)
    worker.locator("main a[href$='/code/']").click()
    is_fit(worker, axe)
    press(worker)
    assert worker.locator(".govuk-error-summary").count() == 1  # W-22 wants an answer
    fill(worker, language=language, why="place")
    press(worker)
    is_fit(worker, axe)
    code = worker.locator("main .amp-code").first.inner_text()
    partner.goto("/inbox/")
    partner.locator("main a[href$='/inbox/code/']").click()
    is_fit(partner, axe)
    fill(partner, code="K7F-2QX-4BC")
    press(partner)
    assert partner.locator(".govuk-error-summary").count() == 1
    fill(partner, code=code.lower().replace("-", " "))
    press(partner)
    assert factories.NAME not in partner.content()
    is_fit(partner, axe)
    act(partner, "accept")
    partner.goto(referral.replace("/referrals/", "/inbox/"))
    assert factories.NAME in partner.content()
    worker.goto(referral)
    assert code not in worker.content()
    is_fit(worker, axe)
