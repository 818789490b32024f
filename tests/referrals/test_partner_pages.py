"""The partner's pages: the same tiers, verbs and refusals as the API."""

import re

import pytest
from django.urls import reverse

from consent.models import Decision
from foundation.accounts import actions as accounts
from foundation.accounts.models import Role, User
from foundation.core.acting import acting
from referrals.models import Referral
from tests import factories


@pytest.fixture
def sent(house):
    return factories.sent(house)


@pytest.fixture
def other_partner(house):
    """A worker of another partner."""
    user = User.objects.create_user("lantern@amparo.example", "Tam Ode")
    seat = accounts.seat_of(house.partners["Lantern House"].units.get(), Role.PARTNER_WORKER)
    accounts.confirm(accounts.propose(user, seat, by=None), by=None)
    return user


def bare(response):
    """The page without what each request carries: its own token, its minute and the address that was asked for."""
    text = response.content.decode().replace(response.wsgi_request.path, "")
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"|Printed by [^<]*', "", text)


def fresh(referral, user):
    with acting(user.pk):
        return Referral.objects.get(pk=referral.pk)


def respond(client, referral, verb, **data):
    return client.post(reverse("referrals:respond", args=[referral.pk, verb]), data)


def test_the_preview_has_no_name_and_accepting_opens_the_contact(browse, partner_worker, sent):
    """HS-01: nothing above the open tier stands in the page before the partner accepts."""
    client, url = browse(partner_worker), reverse("referrals:offer", args=[sent.pk])
    for page in (client.get(reverse("referrals:inbox")), client.get(url)):
        text = page.content.decode()
        assert page.status_code == 200
        assert sent.reference in text
        assert factories.NAME not in text
        assert factories.PHONE not in text
        assert "identity papers" not in text
    assert respond(client, sent, "accept").status_code == 302
    text = client.get(url).content.decode()
    assert factories.NAME in text
    assert factories.PHONE in text
    assert "identity papers" in text


def test_opening_the_offer_is_noted_for_the_referrer(browse, partner_worker, sent):
    browse(partner_worker).get(reverse("referrals:offer", args=[sent.pk]))
    assert fresh(sent, partner_worker).viewed_at is not None


def test_another_partner_gets_the_404_of_what_does_not_exist(browse, other_partner, outsider, sent):
    """Scenario 17."""
    unknown = browse(other_partner).get(reverse("referrals:offer", args=["00000000-0000-4000-8000-000000000000"]))
    assert unknown.status_code == 404
    for user in (other_partner, outsider):
        hidden = browse(user).get(reverse("referrals:offer", args=[sent.pk]))
        assert hidden.status_code == 404
        acted = respond(browse(user), sent, "accept")
        assert acted.status_code == 404
    assert bare(browse(other_partner).get(reverse("referrals:offer", args=[sent.pk]))) == bare(unknown)
    assert sent.reference not in browse(other_partner).get(reverse("referrals:inbox")).content.decode()


def test_the_referring_side_does_not_see_the_partners_page(browse, caseworker, sent):
    assert browse(caseworker).get(reverse("referrals:offer", args=[sent.pk])).status_code == 404
    assert browse(caseworker).get(reverse("referrals:inbox")).status_code == 404


def test_declining_needs_a_reason_and_closes_the_content(browse, partner_worker, sent):
    client = browse(partner_worker)
    assert respond(client, sent, "decline").status_code == 422
    assert respond(client, sent, "decline", reason="no_capacity").status_code == 302
    text = client.get(reverse("referrals:offer", args=[sent.pk])).content.decode()
    assert factories.NAME not in text
    assert "Declined" in text


def test_asking_keeps_the_words_and_names_nobody(browse, partner_worker, sent):
    client = browse(partner_worker)
    assert respond(client, sent, "ask", text="").status_code == 422
    assert respond(client, sent, "ask", text="Which language?").status_code == 302
    text = client.get(reverse("referrals:offer", args=[sent.pk])).content.decode()
    assert "Which language?" in text
    assert factories.NAME not in text


def test_the_whole_way_to_the_report(browse, partner_worker, sent):
    """R-41: receipt, decision, service and feedback are four steps."""
    client = browse(partner_worker)
    for verb in ("acknowledge", "accept", "start"):
        assert client.get(reverse("referrals:respond", args=[sent.pk, verb])).status_code == 200
        assert respond(client, sent, verb).status_code == 302
    assert respond(client, sent, "complete").status_code == 422
    assert respond(client, sent, "complete", outcome="met", text="Papers returned").status_code == 302
    found = fresh(sent, partner_worker)
    assert (found.status, found.outcome) == ("completed", "met")


def test_a_verb_that_the_state_does_not_offer_is_a_conflict(browse, partner_worker, sent):
    client = browse(partner_worker)
    assert client.get(reverse("referrals:respond", args=[sent.pk, "start"])).status_code == 409
    assert respond(client, sent, "start").status_code == 409
    assert respond(client, sent, "send").status_code == 404
    assert fresh(sent, partner_worker).status == "sent"


def test_after_withdrawal_only_the_confirmation_is_left(house, browse, caseworker, partner_worker, sent):
    """Scenario 4; HS-05, HS-06."""
    respond(browse(partner_worker), sent, "accept")
    with acting(caseworker.pk):
        case = Referral.objects.get(pk=sent.pk).case
    browse(caseworker).post(reverse("cases:withdraw", args=[case.pk, sent.decision_id]))
    client, url = browse(partner_worker), reverse("referrals:offer", args=[sent.pk])
    answer = client.get(url)
    assert answer.status_code == 410
    assert "taken back the consent" in answer.content.decode()
    assert factories.NAME not in answer.content.decode()
    assert respond(client, sent, "complete", outcome="met").status_code == 410
    assert sent.reference in client.get(reverse("referrals:inbox")).content.decode()
    assert respond(client, sent, "confirm-withdrawal").status_code == 422
    assert respond(client, sent, "confirm-withdrawal", confirmation="deleted").status_code == 302
    assert fresh(sent, partner_worker).confirmation == "deleted"
    assert "Nothing more is asked" in client.get(url).content.decode()


def test_an_ended_consent_closes_the_page(browse, caseworker, partner_worker, sent):
    """HS-01 at each read."""
    with acting(caseworker.pk):
        Decision.objects.filter(pk=sent.decision_id).update(valid_until=sent.created_at)
    answer = browse(partner_worker).get(reverse("referrals:offer", args=[sent.pk]))
    assert answer.status_code == 410
    assert sent.reference not in browse(partner_worker).get(reverse("referrals:inbox")).content.decode()


def test_the_inbox_stands_in_order_of_need(house, browse, partner_worker, sent):
    """R-29: emergency first, whenever it came."""
    urgent = factories.case(house, flags=["held_captive"])
    second = factories.sent(house, urgent, house.services["Advice before a removal"])
    text = browse(partner_worker).get(reverse("referrals:inbox")).content.decode()
    assert text.index(second.reference) < text.index(sent.reference)
