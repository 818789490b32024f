"""From consent to the partner's answer and back again, in a browser (R-41; HS-01, HS-05, HS-06, scenario 4)."""

from typing import Any

import pytest
from django.db import transaction

from tests import factories
from tests.journeys.acts import act, agree, fill, press, width_overflow

pytestmark = pytest.mark.django_db(transaction=True)
SERVICE = "Papers and status service"


@pytest.fixture
def house(transactional_db: None) -> Any:
    return factories.house()


def test_a_referral_is_agreed_shared_accepted_and_taken_back(house, visit, axe):
    with transaction.atomic():
        case, service = factories.case(house), house.services[SERVICE]
    worker = visit(house.people["caseworker"], language="ru")
    address = f"{worker.url.rstrip('/')}/cases/{case.pk}/"
    agree(worker, address, str(service.pk))
    worker.goto(f"{address}refer/{service.pk}/")
    assert axe(worker) == []
    fill(worker, reason="Помощь с возвратом документов")
    press(worker)
    referral = worker.url
    act(worker, "submit")
    lead = visit(house.people["focal_point"], language="ru")
    lead.goto(f"{referral}share/")
    assert axe(lead) == []
    assert "Quayside Legal Clinic" in lead.content()
    press(lead)
    partner = visit(house.people["partner_worker"], phone=True)
    partner.goto(referral.replace("/referrals/", "/inbox/"))
    assert factories.NAME not in partner.content()  # the preview names nobody
    assert axe(partner) == []
    assert width_overflow(partner) <= 0
    act(partner, "accept")
    partner.goto(referral.replace("/referrals/", "/inbox/"))
    assert factories.NAME in partner.content()
    worker.goto(f"{address}consent/")
    worker.locator("a[href$='/withdraw/']").first.click()
    assert axe(worker) == []
    press(worker)
    partner.goto(referral.replace("/referrals/", "/inbox/"))
    assert factories.NAME not in partner.content()
    assert axe(partner) == []


def test_another_unit_another_partner_and_the_administrator_find_nothing(house, visit):
    """Scenarios 16 and 17: the same page as for an address that never was."""
    with transaction.atomic():
        referral = factories.sent(house)
    addresses = (f"cases/{referral.case_id}/", f"referrals/{referral.pk}/", f"inbox/{referral.pk}/")
    for who in ("outsider", "administrator", "volunteer"):
        page = visit(house.people[who])
        root = page.url.rstrip("/")
        page.goto(f"{root}/cases/00000000-0000-4000-8000-000000000000/")
        absent = page.locator("main").inner_text()
        for address in addresses:
            response = page.goto(f"{root}/{address}")
            assert response is not None
            assert response.status == 404
            assert page.locator("main").inner_text() == absent
