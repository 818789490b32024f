"""Messages to a partner's system as a product: the page, secrets, tests, replays, the log, and what attacks them."""

import re
import socket
import threading
import time
from base64 import b64decode
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core import mail
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from foundation.accounts import actions as accounts
from foundation.accounts.models import Role, User
from foundation.core.acting import acting
from foundation.core.errors import Absent, Refused, WrongState
from foundation.outbox import delivery
from foundation.outbox.models import Line, Message, Notice, Status
from referrals import webhooks
from referrals.actions import endpoints as actions
from referrals.actions.watching import watch_endpoints
from referrals.models import WebhookAttempt, WebhookEndpoint
from tests import factories, partner
from tests.referrals.registering import suspended

QUAYSIDE, LANTERN = "Quayside Legal Clinic", "Lantern House"
pytestmark = pytest.mark.usefixtures("as_courier")


@pytest.fixture
def hook():
    with partner.listening() as made:
        yield made


@pytest.fixture
def lantern(house):
    """A worker of another partner."""
    user = User.objects.create_user("lantern@amparo.example", "Tam Ode")
    seat = accounts.seat_of(house.partners[LANTERN].units.get(), Role.PARTNER_WORKER)
    accounts.confirm(accounts.propose(user, seat, by=None), by=None)
    return user


def registered(house, url: str, name: str = QUAYSIDE) -> WebhookEndpoint:
    made, _secret = webhooks.register(house.partners[name], url)
    Message.objects.filter(event="endpoint.test").delete()
    return made


def put(made: WebhookEndpoint, slot: str = "m:1") -> Message:
    return delivery.add("webhook", "referral.updated", slot, target_id=made.pk, reference=uuid4())


def tried(made: WebhookEndpoint, slot: str = "m:1") -> Message:
    """One message, attempted once."""
    message = put(made, slot)
    delivery.deliver(message.pk)
    message.refresh_from_db()
    return message


def page_of(client, made: WebhookEndpoint) -> str:
    answer = client.get(reverse("referrals:endpoint", args=[made.pk]))
    assert answer.status_code == 200
    return answer.content.decode()


def do(client, made: WebhookEndpoint, verb: str, **data: str):
    return client.post(reverse("referrals:endpoint_step", args=[made.pk, verb]), data)


# --- who may


def test_the_register_and_the_partners_own_people_see_hosts_and_nothing_of_the_address(house, browse, hook):
    made = registered(house, hook.url + "?key=very-private")
    for seat in ("manager", "directory_editor", "partner_worker"):
        client = browse(house.people[seat])
        listed = client.get(reverse("referrals:endpoints", args=[made.organisation_id]))
        assert listed.status_code == 200, seat
        for text in (listed.content.decode(), page_of(client, made)):
            assert "127.0.0.1" in text
            assert "very-private" not in text
            assert "/hook" not in text
            assert "whsec_" not in text


def test_for_everybody_else_and_another_partner_there_is_nothing(house, browse, hook, lantern):
    made, other = registered(house, hook.url), uuid4()
    message = tried(made)
    people = [
        house.people[seat] for seat in ("volunteer", "caseworker", "focal_point", "data_officer", "administrator")
    ]
    for user in [*people, lantern]:
        client = browse(user)
        pages: list[tuple[str, list[Any]]] = [
            ("endpoints", [made.organisation_id]), ("endpoint_new", [made.organisation_id]), ("endpoint", [made.pk]),
            *(("endpoint_step", [made.pk, verb]) for verb in ("test", "replay", "rotate", "on", "off")),
        ]  # fmt: skip
        for name, args in pages:
            url = reverse(f"referrals:{name}", args=args)
            assert client.get(url).status_code == 404, (user, name)
            absent = client.get(url.replace(str(args[0]), str(other)))
            assert absent.status_code == 404
        assert client.post(reverse("referrals:endpoint_again", args=[made.pk, message.pk])).status_code == 404
        for act in (actions.switch_off, actions.send_test, actions.switch_on):
            with acting(user.pk), pytest.raises(Absent):
                act(made, by=user)
    assert WebhookEndpoint.objects.get(pk=made.pk).is_active
    assert len(hook.got) == 1


def test_only_the_courier_reads_addresses_and_the_log_and_nobody_changes_what_happened(house, hook):
    made = registered(house, hook.url)
    tried(made)
    for seat in ("manager", "partner_worker", "administrator"):
        with acting(house.people[seat].pk):
            assert not WebhookEndpoint.objects.exists()
            assert not WebhookAttempt.objects.exists()
            assert not Line.objects.exists()
    assert WebhookAttempt.objects.update(status=500) == 0
    assert WebhookAttempt.objects.all().delete()[0] == 0, "it is not thirty days old"
    with acting(house.people["manager"].pk), pytest.raises(DatabaseError), transaction.atomic():
        WebhookAttempt.objects.create(endpoint_id=made.pk, message_id=uuid4(), event="x", number=1, milliseconds=1)


# --- adding, secrets


def test_an_address_is_added_after_asking_again_and_its_secret_is_shown_once(house, browse, hook):
    worker = house.people["partner_worker"]
    client, organisation = browse(worker), house.partners[QUAYSIDE]
    url = reverse("referrals:endpoint_new", args=[organisation.pk])
    factories.prove(client, worker, seconds_ago=3600)
    assert client.post(url, {"url": hook.url}).status_code == 403
    assert not WebhookEndpoint.objects.exists()
    factories.prove(client, worker)
    answer = client.post(url, {"url": hook.url})
    secret = re.search(r"whsec_[\w+/=]+", answer.content.decode())
    assert answer.status_code == 200
    assert secret is not None
    assert "no-store" in answer["Cache-Control"]
    assert len(b64decode(secret[0].removeprefix("whsec_"))) == 32
    assert "whsec_" not in page_of(client, WebhookEndpoint.objects.get())
    assert delivery.deliver(Message.objects.get(event="endpoint.test").pk)
    assert hook.verified(secret[0])[0]["type"] == "endpoint.test"


@pytest.mark.parametrize(
    "url",
    ["http://1.1.1.1/", "https://10.0.0.1/", "https://a:b@1.1.1.1/", "https://169.254.169.254/", "javascript:alert(1)",
     "x", "https://1.1.1.1/" + "x" * 290, "https://[::1"],
)  # fmt: skip
def test_an_address_that_would_never_be_called_is_refused_with_what_was_typed(house, browse, settings, url):
    settings.WEBHOOK_ALLOW_LOOPBACK = False
    worker = house.people["partner_worker"]
    client = factories.prove(browse(worker), worker)
    answer = client.post(reverse("referrals:endpoint_new", args=[house.partners[QUAYSIDE].pk]), {"url": url})
    assert answer.status_code == 422
    assert "open internet" in answer.content.decode() or "300" in answer.content.decode()
    assert not WebhookEndpoint.objects.exists()


def test_five_addresses_are_enough(house, hook):
    worker = house.people["partner_worker"]
    for _ in range(actions.MOST):
        registered(house, hook.url)
    with acting(worker.pk), pytest.raises(Refused) as refused:
        actions.add(house.partners[QUAYSIDE], hook.url, by=worker)
    assert refused.value.code == "endpoint.most"


def test_a_new_secret_is_asked_for_again_and_shown_once(house, browse, hook):
    made, worker = registered(house, hook.url), house.people["partner_worker"]
    client, before = browse(worker), bytes(made.secret)
    factories.prove(client, worker, seconds_ago=3600)
    assert do(client, made, "rotate", overlap="24").status_code == 403
    factories.prove(client, worker)
    assert do(client, made, "rotate", overlap="25").status_code == 422
    answer = do(client, made, "rotate", overlap="24")
    assert "whsec_" in answer.content.decode()
    made.refresh_from_db()
    assert bytes(made.secret) != before
    assert made.old_until is not None
    assert "signs too until" in page_of(client, made)


# --- off, on, suspended


def test_switched_off_nothing_goes_there_and_on_again_what_failed_is_replayed(house, browse, hook):
    made, worker = registered(house, hook.url), house.people["partner_worker"]
    client = factories.prove(browse(worker), worker)
    assert do(client, made, "off").status_code == 302
    assert "Switched off by a person" in page_of(client, made)
    message = tried(made)
    assert (message.status, message.problem, len(hook.got)) == (Status.FAILED, "endpoint_gone", 0)
    assert do(client, made, "test").status_code == 422
    assert do(client, made, "off").status_code == 409
    assert do(client, made, "on").status_code == 302
    assert "1 message is sent again now." in client.post(
        reverse("referrals:endpoint_step", args=[made.pk, "replay"]), {"hours": "24"}, follow=True
    ).content.decode()  # fmt: skip
    assert delivery.deliver(message.pk)
    assert hook.got[0][0]["webhook-id"] == f"msg_{message.pk.hex}"


def test_a_suspended_partner_is_told_nothing_and_the_page_says_so(house, browse, hook):
    """P7, HS-25: whatever waits or is asked for."""
    made, worker = registered(house, hook.url), house.people["partner_worker"]
    before = put(made, "before")
    suspended(house)
    assert not delivery.deliver(before.pk)
    before.refresh_from_db()
    assert (before.status, before.problem, hook.n_connects) == (Status.FAILED, "partner_suspended", 0)
    text = page_of(browse(house.people["manager"]), made)
    assert "No message is delivered" in text
    for act in (
        lambda: actions.send_test(made, by=worker),
        lambda: actions.rotate(made, timedelta(hours=24), by=worker),
        lambda: actions.replay(made, before.pk, by=worker),
        lambda: actions.replay_failed(made, timezone.now() - timedelta(days=1), by=worker),
        lambda: actions.switch_on(made, by=worker),
        lambda: actions.add(made.organisation, hook.url, by=worker),
    ):
        with acting(worker.pk), pytest.raises(Refused) as refused, transaction.atomic():
            act()
        assert refused.value.code == "partner.agreement"
    assert hook.n_connects == 0


# --- tests and replays


def test_a_test_goes_at_once_even_while_the_line_rests(house, browse, hook):
    made, worker = registered(house, hook.url), house.people["partner_worker"]
    Line.objects.create(pk=made.pk, closed_until=timezone.now() + timedelta(minutes=5), is_troubled=True)
    client = browse(worker)
    assert do(client, made, "test").status_code == 302
    assert do(client, made, "test").status_code == 409, "one at a time"
    assert delivery.deliver(Message.objects.get(event="endpoint.test").pk)
    assert len(hook.got) == 1


def test_one_message_is_replayed_with_its_own_id_and_body(house, browse, hook):
    made, worker = registered(house, hook.url), house.people["partner_worker"]
    message = tried(made)
    url = reverse("referrals:endpoint_again", args=[made.pk, message.pk])
    assert browse(worker).post(url).status_code == 302
    assert delivery.deliver(message.pk)
    (one, first), (two, second) = hook.got
    assert one["webhook-id"] == two["webhook-id"] == f"msg_{message.pk.hex}"
    assert first == second


def test_replayed_twice_at_once_it_is_one_message_more(house, hook):
    made, worker = registered(house, hook.url), house.people["partner_worker"]
    message = tried(made)
    with acting(worker.pk):
        actions.replay(made, message.pk, by=worker)
    with acting(worker.pk), pytest.raises(WrongState), transaction.atomic():
        actions.replay(made, message.pk, by=worker)
    assert delivery.deliver(message.pk)
    assert not delivery.deliver(message.pk)
    assert len(hook.got) == 2


def test_anothers_message_is_not_replayed_through_ones_own_endpoint(house, hook, lantern):
    made, theirs = registered(house, hook.url), registered(house, hook.url, LANTERN)
    message = tried(made)
    for number in (message.pk, delivery.add("email", "work.waiting", "e:1", recipient=lantern).pk, uuid4()):
        with acting(lantern.pk), pytest.raises(Absent), transaction.atomic():
            actions.replay(theirs, number, by=lantern)
    message.refresh_from_db()
    assert message.status == Status.DONE


def test_what_failed_since_a_time_is_replayed_and_nothing_older_or_of_others(house, hook):
    made, other, worker = registered(house, hook.url), registered(house, hook.url), house.people["partner_worker"]
    new, old, done, foreign = put(made, "new"), put(made, "old"), put(made, "done"), put(other, "foreign")
    Message.objects.filter(pk__in=[new.pk, old.pk, foreign.pk]).update(status=Status.FAILED)
    Message.objects.filter(pk=done.pk).update(status=Status.DONE)
    Message.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=2))
    with acting(worker.pk):
        assert actions.replay_failed(made, timezone.now() - timedelta(days=1), by=worker) == 1
    assert list(Message.objects.filter(channel="webhook", status=Status.PENDING)) == [new]


# --- the log


def test_the_log_says_how_each_attempt_ended_and_nothing_of_its_content(house, browse, hook):
    hook.answer = lambda n: 503 if n == 1 else 204
    made = registered(house, hook.url)
    message = tried(made)
    Message.objects.filter(pk=message.pk).update(next_at=timezone.now())
    Line.objects.reopen([made.pk])
    assert delivery.deliver(message.pk)
    rows = list(WebhookAttempt.objects.order_by("pk").values_list("number", "status", "problem", "reference"))
    assert rows == [(1, 503, "", message.reference), (2, 204, "", message.reference)]
    text = page_of(browse(house.people["partner_worker"]), made)
    for word in ("referral.updated", f"msg_{message.pk.hex}", "503", "204", str(message.reference)):
        assert word in text
    assert str(message.reference) not in page_of(browse(house.people["directory_editor"]), made)
    columns = {field.name for field in WebhookAttempt._meta.fields}
    assert columns == {"id", "endpoint", "message_id", "event", "reference", "number", "at", "status", "problem",
                       "milliseconds"}  # fmt: skip


def test_the_log_ends_after_thirty_days(house, hook):
    made = registered(house, hook.url)
    for days in (29, 31):
        at = timezone.now() - timedelta(days=days)
        WebhookAttempt.objects.create(endpoint=made, message_id=uuid4(), event="x", number=1, milliseconds=1, at=at)
    watch_endpoints()
    assert [(timezone.now() - row.at).days for row in WebhookAttempt.objects.all()] == [29]


# --- the dead


def failing(made: WebhookEndpoint, days: float, n: int = 9) -> None:
    since = timezone.now() - timedelta(days=days)
    Line.objects.create(pk=made.pk, failing_since=since, n_failures=n, is_troubled=True)


def test_what_fails_for_days_is_switched_off_and_told_once_in_neutral_words(house, hook):
    made, worker, editor = registered(house, hook.url), house.people["partner_worker"], house.people["directory_editor"]
    failing(made, 5.1)
    watch_endpoints()
    watch_endpoints()
    made.refresh_from_db()
    assert (made.is_active, made.off_because) == (False, "failing")
    told = Message.objects.filter(event="webhook.off")
    for user in (worker, editor):
        assert sorted(told.filter(recipient=user).values_list("channel", flat=True)) == ["email", "notice"]
    for user in (house.people["caseworker"], house.people["administrator"]):
        assert not told.filter(recipient=user).exists()
    mail.outbox.clear()
    delivery.deliver(told.get(recipient=worker, channel="email").pk)
    (sent,) = mail.outbox
    assert "/hook" not in sent.body
    assert "webhook" not in sent.body.lower()


@pytest.mark.parametrize(("days", "n"), [(4.9, 9), (30, 1)])
def test_a_few_days_or_a_single_failure_switch_nothing_off(house, hook, days, n):
    made = registered(house, hook.url)
    failing(made, days, n)
    watch_endpoints()
    made.refresh_from_db()
    assert made.is_active


def test_of_failures_one_is_told_once_a_day(house, hook):
    made, worker = registered(house, hook.url), house.people["partner_worker"]
    Message.objects.filter(pk=put(made).pk).update(status=Status.FAILED)
    put(made, "second")
    watch_endpoints()
    watch_endpoints()
    assert Message.objects.filter(event="webhook.failing", recipient=worker).count() == 2, "a notice and a mail"
    assert not Notice.objects.filter(user=worker).exists(), "the worker delivers them"


# --- endpoints that lie


def talks(answer: bytes, *, pause: float = 0, times: int = 1) -> tuple[socket.socket, str]:
    """A server that says these bytes, whatever it is asked, and keeps the line open."""
    server = socket.create_server(("127.0.0.1", 0))

    def talk() -> None:
        sock, _address = server.accept()
        with sock:
            sock.recv(65536)
            try:
                for _ in range(times):
                    sock.sendall(answer)
                    time.sleep(pause)
            except OSError:
                return

    threading.Thread(target=talk, daemon=True).start()
    return server, f"http://127.0.0.1:{server.getsockname()[1]}/"


@pytest.mark.parametrize(
    ("answer", "times", "pause", "status"),
    [
        (b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n" + b"x" * 5000, 1, 0, Status.DONE),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n", 1, 3, Status.DONE),
        (b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 1_000_000, 200, 0, Status.DONE),
        (b"HTTP/1.1 200 OK\r\nx: " + b"y" * 1_000_000, 20, 0, Status.DONE),
        (b"HTTP/1.1 999 Odd\r\n\r\n", 1, 0, Status.PENDING),
        (b"HTTP/1.1 101 Switching\r\n\r\n", 1, 0, Status.PENDING),
        (b"x" * 1_000_000, 200, 0, Status.PENDING),
    ],
)
def test_lies_about_length_and_huge_answers_cost_no_time_and_nothing_is_read_but_the_status(
    house, answer, times, pause, status
):
    server, url = talks(answer, times=times, pause=pause)
    with server:
        made = registered(house, url)
        began = time.monotonic()
        message = tried(made)
        assert time.monotonic() - began < 2
    assert message.status == status
    assert WebhookAttempt.objects.get().milliseconds < 2000


def test_an_address_that_leads_inside_after_it_was_added_is_not_called(house, hook, settings, monkeypatch):
    made = registered(house, hook.url)
    settings.WEBHOOK_ALLOW_LOOPBACK = False
    message = tried(made)
    assert (message.problem, hook.n_connects) == ("address_refused", 0)
    assert WebhookAttempt.objects.get().problem == "address_refused"


def test_410_is_said_on_the_page(house, browse, hook):
    hook.answer = 410
    made = registered(house, hook.url)
    tried(made)
    made.refresh_from_db()
    assert (made.is_active, made.off_because) == (False, "gone")
    assert "It answered that it is gone (410)" in page_of(browse(house.people["partner_worker"]), made)
