"""The conversation about consent, through HTTP."""

import re

import pytest
from django.urls import reverse

from consent.models import Decision
from foundation.core.acting import acting
from tests import factories

HELD = {
    "elements": ["limits", "voluntary"], "language": "ar", "mode": "verbal", "interpreter": "professional",
    "is_private": "yes",
}  # fmt: skip


@pytest.fixture
def case(house):
    return factories.case(house)


@pytest.fixture
def service(house):
    return house.services["Safe shelter"]


def address(case, *services):
    query = "&".join(f"service={s.pk}" for s in services)
    return reverse("cases:case_consent", args=[case.pk]) + (f"?{query}" if query else "")


def decisions(user, case):
    with acting(user.pk):
        return {(d.purpose, d.answer) for d in Decision.objects.filter(person=case.person_id, superseded_at=None)}


def test_nothing_is_chosen_or_ticked_at_the_start(browse, caseworker, case, service):
    """HS-03: no pre-ticked consent, and nothing of the conversation either."""
    page = browse(caseworker).get(address(case, service)).content.decode()
    assert "What does the person decide?" in page
    assert not re.search(r"<input[^>]*\schecked", page)
    assert f'name="{service.pk}"' in page


def test_each_answer_is_recorded_and_open_lines_are_not(browse, caseworker, case, service):
    data = {**HELD, "follow_up_contact": "granted", "anonymous_statistics": "not_asked", str(service.pk): "refused"}
    assert browse(caseworker).post(address(case, service), data).status_code == 302
    said = decisions(caseworker, case)
    assert ("follow_up_contact", "granted") in said
    assert ("external_referral", "refused") in said
    assert not {p for p, _a in said} & {"anonymous_statistics", "record_case"}


def test_an_agreement_without_the_limits_explained_is_refused(browse, caseworker, case):
    """HS-03: what was typed stays."""
    response = browse(caseworker).post(address(case), {**HELD, "elements": ["options"], "record_case": "granted"})
    assert response.status_code == 422
    page = response.content.decode()
    assert "First explain the limits" in page
    assert re.search(r'name="record_case"[^>]*value="granted"[^>]*checked', page)
    assert ("record_case", "granted") not in decisions(caseworker, case)


def test_a_conversation_without_an_answer_is_refused(browse, caseworker, case):
    response = browse(caseworker).post(address(case), HELD)
    assert response.status_code == 422
    assert "at least one answer" in response.content.decode()


def test_asking_again_after_a_refusal_needs_a_reason(browse, caseworker, case, service):
    """W-24, HS-05: staff pressure is noticed; the person who comes back is heard at once."""
    client, page = browse(caseworker), address(case, service)
    assert client.post(page, {**HELD, str(service.pk): "refused"}).status_code == 302
    assert "said no less than 24 hours ago" in client.get(page).content.decode()
    again = {**HELD, str(service.pk): "granted"}
    assert client.post(page, again).status_code == 422
    assert ("external_referral", "granted") not in decisions(caseworker, case)
    assert client.post(page, {**again, "asked_by_person": "on"}).status_code == 302
    assert ("external_referral", "granted") in decisions(caseworker, case)


def test_a_condition_of_the_person_is_kept_and_shown(browse, caseworker, case, service):
    client = browse(caseworker)
    data = {**HELD, str(service.pk): "granted", f"condition-{service.pk}": "Speak to a woman only"}
    client.post(address(case, service), data)
    assert "Speak to a woman only" in client.get(address(case)).content.decode()


def test_the_withdrawal_page_says_what_ends_and_ends_it(house, browse, caseworker, case, service):
    factories.agreed(house, case, service)
    client = browse(caseworker)
    with acting(caseworker.pk):
        decision = Decision.objects.get(recipient_id=service.pk)
    url = reverse("cases:withdraw", args=[case.pk, decision.pk])
    page = client.get(url).content.decode()
    assert "Take back the consent" in page
    assert "Lantern House" in page
    assert client.post(url).status_code == 302
    with acting(caseworker.pk):
        assert Decision.objects.get(pk=decision.pk).withdrawn_at is not None
    assert "Taken back" in client.get(address(case)).content.decode()


def test_a_decision_of_another_case_is_not_there(house, browse, caseworker, case, service):
    other = factories.case(house)
    factories.agreed(house, other, service)
    with acting(caseworker.pk):
        decision = Decision.objects.get(recipient_id=service.pk)
    url = reverse("cases:withdraw", args=[case.pk, decision.pk])
    assert browse(caseworker).post(url).status_code == 404
    with acting(caseworker.pk):
        assert Decision.objects.get(pk=decision.pk).withdrawn_at is None


def test_taking_back_the_record_restricts_the_case(house, browse, caseworker, case):
    """HS-05: nothing new happens without a new decision of the person."""
    factories.decide(house, case, "record_case", case.unit_id)
    with acting(caseworker.pk):
        decision = Decision.objects.get(purpose="record_case")
    browse(caseworker).post(reverse("cases:withdraw", args=[case.pk, decision.pk]))
    page = browse(caseworker).get(reverse("cases:case", args=[case.pk])).content.decode()
    assert "Restricted" in page
    assert browse(caseworker).get(reverse("referrals:choose", args=[case.pk])).status_code == 403


@pytest.mark.parametrize("junk", ["service=x", "service=", "service=00000000-0000-4000-8000-000000000000"])
def test_an_unknown_service_adds_no_line(browse, caseworker, case, junk):
    page = browse(caseworker).get(address(case) + f"?{junk}")
    assert page.status_code == 200
    assert page.content.decode().count('role="radiogroup"') == 3
