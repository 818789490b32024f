"""Six questions are read out with the person, and show how help can be adapted (R-06). On a phone, without and with scripts."""

from typing import Any

import pytest
from django.db import transaction

from tests import factories
from tests.journeys.acts import fill, press, width_overflow

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def house(transactional_db: None) -> Any:
    return factories.house()


@pytest.fixture
def case(house: Any) -> Any:
    with transaction.atomic():
        return factories.case(house, category="other", setting="border")


@pytest.mark.parametrize(("language", "scripts"), [("ru", False), ("ar", True)])
def test_the_questions_are_answered_and_say_what_may_help(house, case, visit, axe, language, scripts):
    worker = visit(house.people["caseworker"], phone=True, language=language, scripts=scripts)
    worker.goto(f"/cases/{case.pk}/person/")
    worker.locator("main a[href$='/adapting/']").click()
    assert width_overflow(worker) <= 0
    assert worker.locator("input:checked").count() == 0, "nothing is chosen beforehand"
    fill(worker, walking="lot", hearing="declined")
    press(worker)
    assert worker.locator("[name=walking][value=lot]").is_checked(), (
        "without a reason it is refused, and nothing is lost"
    )
    fill(worker, reason="سلم")
    press(worker)
    assert worker.locator("main .amp-list li").count() == 2, "step-free access, somebody to come along"
    assert width_overflow(worker) <= 0
    if scripts:
        assert axe(worker) == []
    worker.goto(f"/cases/{case.pk}/context/")
    fill(worker, context="no_specific_crisis", rights="identity")
    press(worker)
    assert width_overflow(worker) <= 0
