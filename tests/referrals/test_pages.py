"""The referring side's pages, through HTTP: from consent to sharing, and back."""

import re

import pytest
from django.urls import reverse

from cases.models import Case
from consent.models import Decision
from consent.vocabulary import Element
from foundation.core.acting import acting
from foundation.dossiers.models import Clock
from referrals.models import Referral
from tests import factories

SERVICE = "Papers and status service"


def bare(response):
    """The page without what each request carries: its own token, its minute and the address that was asked for."""
    text = response.content.decode().replace(response.wsgi_request.path, "")
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"|Printed by [^<]*', "", text)


def consent_data(service, **more):
    return {
        "elements": Element.values, "language": "en", "mode": "verbal", "interpreter": "none", "is_private": "yes",
        "explained_by": "me", "channel": "spoken", "follow_up_contact": "granted", str(service.pk): "granted", **more,
    }  # fmt: skip


@pytest.fixture
def case(house):
    return factories.case(house)


@pytest.fixture
def service(house):
    return house.services[SERVICE]


def agree(client, case, service, **more):
    url = reverse("cases:case_consent", args=[case.pk]) + f"?service={service.pk}"
    return client.post(url, consent_data(service, **more))


def prepare(client, case, service, **more):
    url = reverse("referrals:prepare", args=[case.pk, service.pk])
    return client.post(url, {"reason": "Help to get papers back", **more})


def newest(user):
    with acting(user.pk):
        return Referral.objects.order_by("-created_at").first()


def awaiting(house, browse, case, service):
    worker = browse(house.people["caseworker"])
    agree(worker, case, service)
    prepare(worker, case, service)
    referral = newest(house.people["caseworker"])
    worker.post(reverse("referrals:submit", args=[referral.pk]))
    return referral


def test_from_consent_to_sharing(house, browse, caseworker, focal_point, case, service):
    """Seed L271, R-41; HS-01, HS-20: consent, draft, approval by another person, sent."""
    worker, lead = browse(caseworker), browse(focal_point)
    page = worker.get(reverse("referrals:choose", args=[case.pk])).content.decode()
    assert f"?service={service.pk}" in page
    assert agree(worker, case, service).status_code == 302
    page = worker.get(reverse("cases:case_consent", args=[case.pk])).content.decode()
    assert reverse("referrals:prepare", args=[case.pk, service.pk]) in page
    assert prepare(worker, case, service).status_code == 302
    referral = newest(caseworker)
    page = worker.get(reverse("referrals:referral", args=[referral.pk])).content.decode()
    assert "Not sent" in page
    assert worker.post(reverse("referrals:submit", args=[referral.pk])).status_code == 302
    share = reverse("referrals:share", args=[referral.pk])
    assert worker.get(share).status_code == 403, "HS-20: who asks does not approve"
    page = lead.get(share).content.decode()
    assert "Share with Quayside Legal Clinic" in page
    assert factories.PHONE in page, "the last page shows exactly what will be told"
    assert lead.post(share).status_code == 302
    page = worker.get(reverse("referrals:referral", args=[referral.pk])).content.decode()
    assert "Waiting for Quayside Legal Clinic to decide" in page
    assert "Not begun" in page
    assert newest(caseworker).sent_at is not None


def test_nothing_is_sent_when_the_consent_ended_meanwhile(house, browse, focal_point, case, service):
    """HS-01: the refusal stands on the page, nothing leaves, the state stays."""
    referral = awaiting(house, browse, case, service)
    with acting(focal_point.pk):
        Decision.objects.filter(recipient_id=service.pk).update(valid_until=referral.created_at)
    response = browse(focal_point).post(reverse("referrals:share", args=[referral.pk]))
    assert response.status_code == 422
    assert "Nothing was sent" in response.content.decode()
    assert newest(focal_point).sent_at is None


def test_a_draft_cannot_be_prepared_without_a_decision(house, browse, caseworker, case, service):
    page = browse(caseworker).get(reverse("referrals:prepare", args=[case.pk, service.pk])).content.decode()
    assert "has not agreed to it" in page
    assert 'name="reason"' not in page


def test_an_unchecked_service_is_shown_as_not_possible_with_the_reason(house, browse, caseworker, case, service):
    """HS-10."""
    service.verified_on = "2020-01-01"
    service.save()
    page = browse(caseworker).get(reverse("referrals:choose", args=[case.pk])).content.decode()
    assert "Not possible now" in page
    assert f"?service={service.pk}" not in page


def test_what_the_person_holds_back_is_not_in_the_referral(house, browse, caseworker, case, service):
    """Scenario 7: the consent covers less than the service asks for."""
    worker = browse(caseworker)
    agree(worker, case, service, **{f"hold-{service.pk}": ["safe_contact", "district"]})
    prepare(worker, case, service)
    referral = newest(caseworker)
    assert "alias" in referral.fields
    assert not {"safe_contact", "district"} & set(referral.fields)
    page = worker.get(reverse("referrals:referral", args=[referral.pk])).content.decode()
    assert "The person does not want it passed on" in page


def test_a_draft_is_changed_not_doubled(house, browse, caseworker, case, service):
    worker = browse(caseworker)
    agree(worker, case, service)
    prepare(worker, case, service)
    prepare(worker, case, service, reason="Something else", withheld=["safe_contact"])
    with acting(caseworker.pk):
        assert Referral.objects.count() == 1
    assert "safe_contact" not in newest(caseworker).fields


def test_a_decline_leads_to_another_service_with_new_consent(house, browse, caseworker, case, service):
    """Scenario 3: the next step stands on the page; the old consent does not carry over."""
    referral = factories.sent(house, case, service)
    factories.respond(house, referral, "decline", reason="no_capacity")
    worker = browse(caseworker)
    page = worker.get(reverse("referrals:referral", args=[referral.pk])).content.decode()
    assert "declined: offer it elsewhere" in page
    assert reverse("referrals:choose", args=[case.pk]) in page
    other = house.services["Advice before a removal"]
    page = worker.get(reverse("referrals:prepare", args=[case.pk, other.pk])).content.decode()
    assert "has not agreed to it" in page
    agree(worker, case, other)
    prepare(worker, case, other)
    again = newest(caseworker)
    assert again.previous_id == referral.pk
    assert again.decision_id != referral.decision_id


def test_withdrawal_after_acceptance_ends_it_at_once(house, browse, caseworker, partner_worker, case, service):
    """Scenario 4; HS-05, HS-06."""
    referral = factories.sent(house, case, service)
    factories.respond(house, referral, "accept")
    worker = browse(caseworker)
    url = reverse("cases:withdraw", args=[case.pk, referral.decision_id])
    page = worker.get(url).content.decode()
    assert referral.reference in page, "the page says what ends"
    assert worker.post(url).status_code == 302
    page = worker.get(reverse("referrals:referral", args=[referral.pk])).content.decode()
    assert "must confirm" in page
    assert "0800 555 031" in page
    answer = browse(partner_worker).get(reverse("referrals:offer", args=[referral.pk]))
    assert answer.status_code == 410
    assert factories.NAME not in answer.content.decode()
    assert worker.post(url).status_code == 302, "taking it back twice changes nothing"


def test_a_question_is_answered_on_the_page(house, browse, caseworker, case, service):
    referral = factories.sent(house, case, service)
    factories.respond(house, referral, "ask", text="Which language?")
    worker = browse(caseworker)
    assert "Which language?" in worker.get(reverse("referrals:referral", args=[referral.pk])).content.decode()
    url = reverse("referrals:answer", args=[referral.pk])
    empty = worker.post(url, {"text": " "})
    assert empty.status_code == 422
    assert worker.post(url, {"text": "Arabic, a woman, please"}).status_code == 302
    assert "Arabic, a woman, please" in worker.get(reverse("referrals:referral", args=[referral.pk])).content.decode()
    assert newest(caseworker).status == "sent"


def test_a_stale_page_is_told_so(house, browse, caseworker, case, service):
    """R-41: what has moved on is a conflict, not a second move."""
    referral = factories.sent(house, case, service)
    worker = browse(caseworker)
    assert worker.post(reverse("referrals:submit", args=[referral.pk])).status_code == 409
    assert worker.get(reverse("referrals:answer", args=[referral.pk])).status_code == 409


def test_calling_it_off_needs_a_reason(house, browse, caseworker, case, service):
    referral = factories.sent(house, case, service)
    url, worker = reverse("referrals:cancel", args=[referral.pk]), browse(caseworker)
    assert worker.post(url, {}).status_code == 422
    assert worker.post(url, {"reason": "consent_withdrawn"}).status_code == 422
    assert worker.post(url, {"reason": "needs_met_elsewhere"}).status_code == 302
    assert newest(caseworker).status == "cancelled"


def test_no_answer_cannot_be_confirmed_before_the_time_is_over(house, browse, caseworker, case, service):
    """HS-24: a person confirms, and only after the clock."""
    referral = factories.sent(house, case, service)
    assert browse(caseworker).get(reverse("referrals:expire", args=[referral.pk])).status_code == 409


def test_the_person_is_asked_whether_it_helped(house, browse, caseworker, case, service):
    referral = factories.sent(house, case, service)
    factories.respond(house, referral, "accept")
    factories.respond(house, referral, "complete", outcome="met", text="Papers returned.")
    worker = browse(caseworker)
    assert "Papers returned." in worker.get(reverse("referrals:referral", args=[referral.pk])).content.decode()
    said = {"text": "It helped.", "got": "yes", "was_safe": "yes"}
    assert worker.post(reverse("referrals:verify", args=[referral.pk]), said).status_code == 302
    assert "It helped." in worker.get(reverse("cases:case", args=[case.pk])).content.decode()


@pytest.mark.parametrize("name", ["referral", "share", "submit", "cancel"])
def test_outsider_and_unknown_are_the_same_404(
    house, browse, outsider, administrator, partner_worker, case, service, name
):
    referral = factories.sent(house, case, service)
    unknown = browse(outsider).get(reverse(f"referrals:{name}", args=["00000000-0000-4000-8000-000000000000"]))
    assert unknown.status_code == 404
    hidden = browse(outsider).get(reverse(f"referrals:{name}", args=[referral.pk]))
    assert (hidden.status_code, bare(hidden)) == (404, bare(unknown))
    for other in (administrator, partner_worker):
        assert browse(other).get(reverse(f"referrals:{name}", args=[referral.pk])).status_code == 404


def test_the_directory_says_when_entries_were_checked(house, browse, caseworker, partner_worker):
    """R-53."""
    page = browse(caseworker).get(reverse("referrals:directory")).content.decode()
    assert SERVICE in page
    assert "Agreement until" in page
    assert browse(partner_worker).get(reverse("referrals:directory")).status_code == 403


def test_the_case_page_shows_who_acts_next(house, browse, caseworker, case, service):
    factories.sent(house, case, service)
    page = browse(caseworker).get(reverse("cases:case", args=[case.pk])).content.decode()
    assert "Waiting for Quayside Legal Clinic to decide" in page
    with acting(caseworker.pk):
        assert Case.objects.get(pk=case.pk).status == "in_response"


def test_what_awaits_approval_waits_on_the_focal_points_list(house, browse, caseworker, focal_point, case, service):
    """Law 1 of the loop: each state names who must act; a draft given back waits for the referrer again."""
    referral = awaiting(house, browse, case, service)
    clock = Clock.objects.running().filter(subject_id=referral.pk, code="send")
    with acting(focal_point.pk):
        assert clock.get().group_id in focal_point.group_ids
    browse(focal_point).post(reverse("referrals:return_to_draft", args=[referral.pk]))
    with acting(caseworker.pk):
        assert clock.get().user == caseworker
        assert newest(caseworker).status == "draft"


def test_an_emergency_says_that_the_contact_opens_at_once(house, browse, focal_point, service):
    """HS-01: the last page says what really opens when, and the consent page asked for just that."""
    case = factories.case(house, flags=["held_captive"])
    address = reverse("cases:case_consent", args=[case.pk]) + f"?service={service.pk}"
    assert "as this is an emergency" in browse(house.people["caseworker"]).get(address).content.decode()
    referral = awaiting(house, browse, case, service)
    page = browse(focal_point).get(reverse("referrals:share", args=[referral.pk])).content.decode()
    at_once, once_accepted = page.split("Once they accept")
    assert "As this is an emergency" in at_once
    assert factories.PHONE in at_once
    assert factories.PHONE not in once_accepted


def test_without_an_emergency_nothing_of_the_person_opens_at_once(house, browse, focal_point, case, service):
    referral = awaiting(house, browse, case, service)
    page = browse(focal_point).get(reverse("referrals:share", args=[referral.pk])).content.decode()
    at_once, once_accepted = page.split("Once they accept")
    assert factories.PHONE not in at_once
    assert factories.PHONE in once_accepted


def test_a_new_attempt_takes_the_place_of_the_declined_one(house, browse, caseworker, case, service):
    """Law 5: the decline waits on somebody's list until an attempt follows it."""
    referral = factories.sent(house, case, service)
    factories.respond(house, referral, "decline", reason="no_capacity")
    waiting = Clock.objects.running().filter(subject_id=referral.pk)
    with acting(caseworker.pk):
        assert waiting.get().code == "declined_answer"
    other, worker = house.services["Advice before a removal"], browse(caseworker)
    agree(worker, case, other)
    prepare(worker, case, other)
    with acting(caseworker.pk):
        assert not waiting.exists()
