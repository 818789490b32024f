"""A row that is stuck is shown to a person, who may try it again or let it go for a reason (safety.md §5; HS-17)."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connections
from django.urls import reverse
from django.utils import timezone

from foundation.core.acting import acting
from foundation.core.errors import Forbidden, WrongState
from foundation.core.machines import COURIER
from foundation.outbox import delivery
from foundation.outbox.models import Message, Status
from foundation.upkeep import actions, alarm, targets
from referrals.models import WebhookEndpoint
from tests import factories, partner

STUCK = "/running/messages/"
pytestmark = pytest.mark.usefixtures("as_courier")


@pytest.fixture
def failed(house):
    """A partner's message that failed for good: its system answers 500 to every attempt."""
    with partner.listening(answer=500) as hook:
        endpoint = register(house, hook.url)
        factories.sent(house)
        found = Message.objects.get(channel="webhook", event="referral.sent")
        Message.objects.filter(pk=found.pk).update(n_tries=9)
        delivery.deliver(found.pk)
    found.refresh_from_db()
    assert (found.status, found.problem, found.target_id) == (Status.FAILED, "http_500", endpoint.pk)
    return found


def register(house, url: str) -> WebhookEndpoint:
    from referrals import webhooks

    endpoint, _secret = webhooks.register(house.partners["Quayside Legal Clinic"], url)
    Message.objects.filter(event="endpoint.test").update(status=Status.DONE, done_at=timezone.now())
    return endpoint


def aged(message: Message, **shift: int) -> None:
    then = timezone.now() - timedelta(**shift)
    Message.objects.filter(pk=message.pk).update(created_at=then, next_at=then)


def verbs() -> list[str]:
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT verb FROM trail.event ORDER BY id DESC LIMIT 5")
        return [verb for (verb,) in cursor.fetchall()]


def test_it_stands_on_the_page_with_what_a_person_needs_and_nothing_more(house, browse, failed):
    page = browse(house.people["administrator"]).get(STUCK).content.decode()
    for word in ("Message to a partner’s system", "referral.sent", "Quayside Legal Clinic", "http_500", "Failed"):
        assert word in page
    assert str(failed.reference) not in page
    assert not any(secret in page for secret in (factories.NAME, factories.PHONE, factories.WORDS))
    codes = re.findall(r"(?<![\w-])[A-Z0-9]{4}-[A-Z0-9]{4}(?![\w-])", page)
    assert codes == [], "no code of a concern, a case or a referral"


def test_what_a_colleague_was_told_of_is_not_said(house, browse, volunteer):
    """An administrator mends an address; that a consent was taken back is not theirs to know."""
    message = delivery.add("email", "consent.withdrawn", f"x:{uuid4()}", recipient=volunteer)
    Message.objects.filter(pk=message.pk).update(status=Status.FAILED, problem="SMTPRecipientsRefused")
    page = browse(house.people["administrator"]).get(STUCK).content.decode()
    assert volunteer.name in page
    assert "SMTPRecipientsRefused" in page
    assert "consent" not in re.sub(r"<[^>]+>", " ", page).split("What went wrong")[1].lower()


def test_what_counts_as_stuck(house, volunteer):
    fresh, tried, overlooked, left = (delivery.add("notice", "x", f"s:{n}", recipient=volunteer) for n in range(4))
    aged(tried, minutes=16)
    Message.objects.filter(pk=tried.pk).update(n_tries=2, next_at=timezone.now() + timedelta(hours=1))
    aged(overlooked, minutes=6)
    aged(left, minutes=60)
    Message.objects.filter(pk=left.pk).update(status=Status.DONE)
    assert set(Message.objects.stuck()) == {tried, overlooked}
    assert fresh not in Message.objects.stuck()


def test_one_is_tried_again_and_arrives(house, browse, failed):
    client = browse(house.people["administrator"])
    answer = client.post(reverse("upkeep:retry", args=[failed.pk]), follow=True)
    assert "It is tried again now." in answer.content.decode()
    failed.refresh_from_db()
    assert (failed.status, failed.n_tries) == (Status.PENDING, 0)
    with partner.listening() as hook:
        WebhookEndpoint.objects.update(url=hook.url)
        assert delivery.deliver(failed.pk)
        assert len(hook.got) == 1


def test_all_are_tried_again(house, browse, failed, volunteer):
    other = delivery.add("notice", "x", "s:9", recipient=volunteer)
    Message.objects.filter(pk=other.pk).update(status=Status.FAILED, problem="died", n_tries=10)
    answer = browse(house.people["data_officer"]).post(reverse("upkeep:retry_all"), follow=True)
    assert "2 messages are tried again now." in answer.content.decode()
    assert not Message.objects.filter(status=Status.FAILED).exists()
    assert delivery.deliver(other.pk)


def test_what_has_left_cannot_be_tried_again_nor_let_go(house, failed, administrator, data_officer):
    Message.objects.filter(pk=failed.pk).update(status=Status.DONE)
    with acting(administrator.pk), pytest.raises(WrongState):
        actions.retry(failed, by=administrator)
    with acting(data_officer.pk), pytest.raises(WrongState):
        actions.give_up(failed, "overtaken", by=data_officer)


def test_letting_go_needs_a_reason_and_the_data_officer(house, browse, failed, administrator):
    url = reverse("upkeep:give_up", args=[failed.pk])
    assert browse(administrator).get(url).status_code == 403
    assert browse(administrator).post(url, {"reason": "overtaken"}).status_code == 403
    with acting(administrator.pk), pytest.raises(Forbidden):
        actions.give_up(failed, "overtaken", by=administrator)
    client = browse(house.people["data_officer"])
    assert "Let it go" in client.get(STUCK).content.decode()
    without = client.post(url, {})
    assert (without.status_code, "Choose a reason." in without.content.decode()) == (422, True)
    assert client.post(url, {"reason": "because I say so"}).status_code == 422
    assert client.post(url, {"reason": "told_otherwise"}).status_code == 302
    failed.refresh_from_db()
    assert (failed.status, failed.end_reason) == (Status.GIVEN_UP, "told_otherwise")
    assert not delivery.deliver(failed.pk)
    assert not Message.objects.stuck().exists()
    assert "Every message has arrived" in client.get(STUCK).content.decode()


@pytest.mark.django_db(transaction=True)
def test_looking_trying_and_letting_go_stand_in_the_trail(browse):
    with acting(None):
        house = factories.house()
    volunteer, officer = house.people["volunteer"], house.people["data_officer"]
    with COURIER.at_work():
        message = delivery.add("notice", "x", "s:trail", recipient=volunteer)
        Message.objects.filter(pk=message.pk).update(status=Status.FAILED)
    with acting(officer.pk):
        actions.retry(message, by=officer)
        assert verbs()[0] == "message.retried"
        actions.retry_all(by=officer)
        actions.give_up(message, "overtaken", by=officer)
        assert verbs()[:2] == ["message.given_up", "message.retried"]
    browse(officer).get(STUCK)
    assert "message.listed" in verbs()


@pytest.mark.parametrize("seat", ["volunteer", "caseworker", "focal_point", "outsider", "partner_worker"])
def test_nobody_else_looks(house, browse, failed, seat):
    client = browse(house.people[seat])
    for path in ("/running/", STUCK, reverse("upkeep:give_up", args=[failed.pk])):
        assert client.get(path).status_code == 403
    assert client.post(reverse("upkeep:retry_all")).status_code == 403
    assert "Running" not in client.get("/").content.decode()


def test_an_endpoint_that_fails_again_and_again_is_shown(house, browse, failed):
    (line,) = targets.lines()
    assert (line.target.organisation, line.n_failed, line.is_failing) == ("Quayside Legal Clinic", 1, True)
    page = browse(house.people["administrator"]).get("/running/").content.decode()
    assert "Messages do not arrive. Phone the partner" in page
    assert "1 message did not arrive" in page
    WebhookEndpoint.objects.update(is_active=False)
    assert "It is switched off." in browse(house.people["administrator"]).get("/running/").content.decode()


def test_who_looks_after_the_running_is_told_once_a_day(house, failed):
    keepers = {house.people["administrator"].pk, house.people["data_officer"].pk}
    told = Message.objects.filter(event=alarm.EVENT)
    assert {"stuck", "targets"} <= set(alarm.look())
    n = told.count()
    assert {m.recipient_id for m in told} == keepers
    alarm.look()
    assert told.count() == n, "a second look on the same day tells nobody again"
    assert all(m.reference is None for m in told)


def test_the_notice_says_where_to_look(house, browse, failed):
    alarm.look()
    for message in Message.objects.filter(event=alarm.EVENT, channel="notice"):
        delivery.deliver(message.pk)
    page = browse(house.people["administrator"]).get("/").content.decode()
    assert "Something does not run as it should" in page
    assert "/running/" in page
