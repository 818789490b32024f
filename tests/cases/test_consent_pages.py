"""The conversation about consent, through HTTP."""

import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from cases.actions import consent as cases
from cases.actions.consent import Held
from consent.actions import Asked, exceptions
from consent.models import Consent, Decision, NoticeVersion
from consent.vocabulary import Element
from foundation.core.acting import acting
from foundation.core.errors import Refused
from tests import factories

HELD = {
    "elements": Element.values, "language": "ar", "channel": "spoken", "explained_by": "me", "mode": "verbal",
    "interpreter": "professional", "is_interpreter_bound": "on", "is_private": "yes",
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
    assert page.content.decode().count('role="radiogroup"') == 6


# --- how the conversation was held


def typed(client, case, service, **more):
    """Post an agreement for the service; the answer."""
    return client.post(address(case, service), {**HELD, str(service.pk): "granted", **more})


def test_each_element_that_was_not_said_is_named_and_nothing_is_recorded(browse, caseworker, case, service):
    """Domain §5.4: an agreement is informed when everything was explained, and said back."""
    missing = [code for code in Element.values if code not in ("risks", "understood")]
    answer = typed(browse(caseworker), case, service, elements=missing)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "What may come of it, good and bad; The person said it back in their own words" in page
    assert ("external_referral", "granted") not in decisions(caseworker, case)


def test_a_refusal_needs_no_explanation_and_keeps_its_reason(browse, caseworker, case, service):
    data = {**HELD, "elements": [], str(service.pk): "refused", f"reason-{service.pk}": "fear_of_reprisal"}
    assert browse(caseworker).post(address(case, service), data).status_code == 302
    with acting(caseworker.pk):
        said = Decision.objects.get(recipient_id=service.pk)
        assert (said.answer, said.reason) == ("refused", "fear_of_reprisal")
    assert "Fear of reprisal" in browse(caseworker).get(reverse("cases:who_may_know", args=[case.pk])).content.decode()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"explained_by": "colleague"}, "recorded by the person who explained it"),
        ({"held_at": "2099-01-01T10:00"}, "This time is still to come"),
        ({"held_at": "2020-01-01T10:00"}, "more than a day ago"),
        ({"held_at": "the other day"}, "Write a day and a time"),
        ({"explained_by": ""}, "Say who held this conversation"),
        ({"channel": ""}, "Choose how the explanation was given"),
        ({"is_interpreter_bound": ""}, "promises to keep everything secret"),
        ({"interpreter_sex": "unmet"}, "not of the sex that the person wanted"),
        ({"is_private": "no"}, "Others could hear or were there"),
        ({"present": ["relative"]}, "Others could hear or were there"),
        ({"is_private": ""}, "Say whether others could hear"),
        ({"mode": "verbal_witnessed"}, "Say who the witness was"),
        ({"interpreter": "relative"}, "Select a valid choice"),
    ],
)
def test_what_would_be_no_consent_is_refused_clearly_and_nothing_typed_is_lost(
    browse, caseworker, case, service, given, words
):
    """HS-03 (of the future, of the past, of somebody who was not there), W-08, W-09."""
    condition = {f"condition-{service.pk}": "Only by phone, only mornings"}
    answer = typed(browse(caseworker), case, service, **condition, **given)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert "Only by phone, only mornings" in page
    assert re.search(rf'name="{service.pk}"[^>]*value="granted"[^>]*checked', page)
    assert ("external_referral", "granted") not in decisions(caseworker, case)


def test_a_warning_with_its_reason_goes_on_and_the_reason_is_kept_encrypted(browse, caseworker, case, service):
    """W-08, W-09: proceed with a recorded reason, which stands with the conversation."""
    more = {
        "interpreter_sex": "unmet", "interpreter_reason": "No woman could come, she wanted to go on.",
        "is_private": "no", "place_reason": "Her sister stayed at her own wish.", "present": ["relative"],
    }  # fmt: skip
    assert typed(browse(caseworker), case, service, **more).status_code == 302
    with acting(caseworker.pk):
        kept = Consent.objects.get(pk=Decision.objects.get(recipient_id=service.pk).consent_id)
        assert set(kept.reasons) == {"W-08", "W-09"}
    page = browse(caseworker).get(address(case)).content.decode()
    assert "No woman could come" in page
    assert "own wish" in page


def test_the_version_language_and_channel_that_were_given_are_kept(browse, caseworker, case, service):
    typed(browse(caseworker), case, service, channel="pictures")
    with acting(caseworker.pk):
        kept = Consent.objects.select_related("notice").get(decisions__recipient_id=service.pk)
        assert (kept.notice.version, kept.notice.language, kept.notice.channel) == (2, "ar", "pictures")


def test_a_conversation_of_yesterday_counts_from_yesterday(browse, caseworker, case, service):
    held = timezone.now() - timedelta(hours=20)
    local = held.astimezone(ZoneInfo(case.unit.time_zone)).strftime("%Y-%m-%dT%H:%M")
    assert typed(browse(caseworker), case, service, held_at=local).status_code == 302
    with acting(caseworker.pk):
        found = Decision.objects.get(recipient_id=service.pk)
        assert abs(found.valid_from - held) < timedelta(minutes=1)
        assert found.valid_until == found.valid_from + timedelta(days=90)


# --- decisions


@pytest.mark.parametrize(("chosen", "days"), [("7", 7), ("30", 30), ("90", 90), ("", 90)])
def test_the_person_chooses_how_long_it_holds(browse, caseworker, case, service, chosen, days):
    assert typed(browse(caseworker), case, service, **{f"days-{service.pk}": chosen}).status_code == 302
    with acting(caseworker.pk):
        found = Decision.objects.get(recipient_id=service.pk)
        assert found.valid_until - found.valid_from == timedelta(days=days)


@pytest.mark.parametrize("days", ["91", "3650", "0", "-1", "x"])
def test_never_longer_than_the_setting(browse, caseworker, case, service, days):
    assert typed(browse(caseworker), case, service, **{f"days-{service.pk}": days}).status_code == 422


def test_there_is_no_line_for_all_services_and_none_can_be_made(house, browse, caseworker, case):
    """HS-03: one referral is one recipient and one service, on the page and in the action."""
    assert "all services" not in browse(caseworker).get(address(case)).content.decode().lower()
    line = Asked("external_referral", "unit", case.unit_id, "granted")
    held = Held(NoticeVersion.current("en"), FACTS)
    with acting(caseworker.pk), pytest.raises(Refused) as refused:
        cases.record_consent(case, [line], by=caseworker, held=held)
    assert refused.value.code == "consent.blanket"


FACTS = {
    "language": "en", "mode": "verbal", "interpreter": "none", "is_private": True, "elements": Element.values,
    "asked_by_person": False,
}  # fmt: skip


def seen_of(response):
    found = re.search(r'name="seen" value="([^"]*)"', response.content.decode())
    return found[1].replace("&#x27;", "'") if found else ""


def test_of_two_workers_who_decide_at_once_the_later_one_is_told_and_keeps_what_was_typed(
    house, browse, caseworker, focal_point, case, service
):
    """Both opened the page; one recorded a refusal; the other's agreement waits until they have seen it."""
    first, second = browse(focal_point), browse(caseworker)
    seen = seen_of(second.get(address(case, service)))
    assert first.post(address(case, service), {**HELD, str(service.pk): "refused", "seen": seen}).status_code == 302
    late = typed(second, case, service, seen=seen, **{f"condition-{service.pk}": "A woman only"})
    assert late.status_code == 422
    page = late.content.decode()
    assert "Somebody recorded a decision of the person in the meantime" in page
    assert "A woman only" in page
    assert "Refuses" in page
    assert ("external_referral", "granted") not in decisions(caseworker, case)
    again = typed(second, case, service, seen=seen_of(late), asked_by_person="on")
    assert again.status_code == 302
    assert ("external_referral", "granted") in decisions(caseworker, case)


def test_a_withdrawal_on_an_older_page_reaches_what_took_the_place_of_the_answer(
    house, browse, caseworker, case, service
):
    """HS-05: whoever records "no" from a page that was open too long still ends what counts now."""
    factories.agreed(house, case, service)
    with acting(caseworker.pk):
        old = Decision.objects.get(recipient_id=service.pk)
    factories.agreed(house, case, service)
    assert browse(caseworker).post(reverse("cases:withdraw", args=[case.pk, old.pk])).status_code == 302
    with acting(caseworker.pk):
        assert not Decision.objects.active().filter(recipient_id=service.pk).exists()


def test_who_could_not_be_asked_gave_no_consent_and_it_is_written_down(browse, caseworker, case):
    """Domain §5.4: ``not_obtainable`` with its reason."""
    client, url = browse(caseworker), reverse("cases:consent_obstacle", args=[case.pk])
    assert client.post(url, {}).status_code == 422
    before = decisions(caseworker, case)
    assert client.post(url, {"obstacle": "not_safe"}).status_code == 302
    assert decisions(caseworker, case) == before
    page = client.get(address(case)).content.decode()
    assert "Could not be asked" in page
    assert "It was not safe to ask" in page


# --- the copy, and who may know


def a_copy(client, case, caseworker, service, names):
    with acting(caseworker.pk):
        pk = Decision.objects.get(recipient_id=service.pk).consent_id
    url = reverse("cases:consent_copy", args=[case.pk, pk])
    return client.get(url), client.post(url, {"is_safe": "on", "names": names})


def test_the_copy_is_in_the_language_of_the_conversation_and_tells_on_nobody(browse, caseworker, case, service):
    """W-22: no name, no code, no worker; organisations only when the person wants them on it."""
    client = browse(caseworker)
    sent = typed(client, case, service, copy="accepted")
    assert "/consent/copies/" in sent["Location"]
    asked, sheet = a_copy(client, case, caseworker, service, "no")
    assert "place for it where nobody else looks" in asked.content.decode()
    page = sheet.content.decode()
    body = page[page.index("<main") : page.index("</main")]
    assert '<html class="govuk-template" lang="ar" dir="rtl"' in page
    assert "Amparo" not in page[: page.index("</title>")]
    for secret in (case.code, factories.NAME, factories.PHONE, caseworker.name, "Lantern House", case.unit.name):
        assert secret not in body
    assert "Printed by" not in page
    assert "Lantern House" in a_copy(client, case, caseworker, service, "yes")[1].content.decode()


def test_without_a_safe_place_there_is_no_copy(browse, caseworker, case, service):
    client = browse(caseworker)
    typed(client, case, service, copy="unsafe")
    with acting(caseworker.pk):
        pk = Decision.objects.get(recipient_id=service.pk).consent_id
    url = reverse("cases:consent_copy", args=[case.pk, pk])
    assert "Not safe to carry" in client.get(url).content.decode()
    assert client.post(url, {"names": "no"}).status_code == 422


def test_who_may_know_what_shows_agreed_held_back_and_refused_alike(house, browse, caseworker, case, service):
    client, papers = browse(caseworker), house.services["Papers and status service"]
    data = {**HELD, str(service.pk): "granted", f"hold-{service.pk}": ["safe_contact"], str(papers.pk): "refused"}
    client.post(address(case, service, papers), data)
    page = client.get(reverse("cases:who_may_know", args=[case.pk])).content.decode()
    row = page[page.index("Lantern House") :]
    row = row[: row.index("</tr>")]
    assert "until" in row
    assert re.search(r"not to be known:\s*safe way to reach the person", row)
    refused = page[page.index("Quayside Legal Clinic") :]
    assert "Refuses" in refused[: refused.index("</tr>")]
    assert "until" not in refused[: refused.index("</tr>")]


def test_who_may_know_what_shows_what_is_told_without_consent(house, browse, caseworker, focal_point, case):
    """Domain §5.7: the page that says "nobody else" says this too."""
    manager = house.people["manager"]
    made = factories.excepted(house, case)
    client, url = browse(caseworker), reverse("cases:who_may_know", args=[case.pk])
    assert "Without consent, for now" not in client.get(url).content.decode()
    with acting(manager.pk):
        exceptions.authorise(made, by=manager)
    page = client.get(url).content.decode()
    assert "Without consent, for now" in page
    assert reverse("cases:exception", args=[made.pk]) in page


def test_what_was_typed_outlives_a_session_that_ended_meanwhile(client, case, service, db):
    """Nothing typed is lost: the words come back, so that they can be copied; the answers are asked anew."""
    data = {**HELD, str(service.pk): "granted", f"condition-{service.pk}": "Only mornings", "place_reason": "No room"}
    answer = client.post(address(case, service), data)
    assert answer.status_code == 401
    assert "Only mornings" in answer.content.decode()
    assert "No room" in answer.content.decode()
