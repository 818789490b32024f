"""Webhooks: thin, signed, the same at every attempt, never to an address of our own network."""

import json
import socket
import time
from datetime import UTC, datetime, timedelta
from io import StringIO
from threading import Thread
from uuid import UUID

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.utils import timezone
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from foundation.outbox import delivery, tasks
from foundation.outbox.delivery import DeliveryError
from foundation.outbox.models import Line, Message, Status
from foundation.vault.crypto import VaultError
from referrals import webhooks
from referrals.models import WebhookEndpoint
from tests import factories, partner

QUAYSIDE = "Quayside Legal Clinic"
PRIVATE = [
    "https://127.0.0.1/", "https://127.1/", "https://127.255.255.254/", "https://0/", "https://0.0.0.0/",
    "https://2130706433/", "https://0x7f000001/", "https://017700000001/", "https://0177.0.0.1/", "https://0x7f.1/",
    "https://10.0.0.1/", "https://10.255.255.255/", "https://172.16.0.1/", "https://172.31.255.255/",
    "https://192.168.1.1/", "https://169.254.169.254/latest/meta-data/", "https://169.254.0.1/",
    "https://100.64.0.1/", "https://100.127.255.254/", "https://192.0.0.1/", "https://192.0.2.1/",
    "https://198.18.0.1/", "https://198.51.100.1/", "https://203.0.113.1/", "https://224.0.0.1/",
    "https://239.255.255.255/", "https://240.0.0.1/", "https://255.255.255.255/", "https://192.88.99.1/",
    "https://[::1]/", "https://[::]/", "https://[::ffff:127.0.0.1]/", "https://[::ffff:7f00:1]/",
    "https://[::ffff:10.0.0.1]/", "https://[::127.0.0.1]/", "https://[fe80::1]/", "https://[fe80::1%25lo]/",
    "https://[fc00::1]/", "https://[fd00:ec2::254]/", "https://[fec0::1]/", "https://[ff02::1]/",
    "https://[64:ff9b::127.0.0.1]/", "https://[64:ff9b:1::1]/", "https://[2002:7f00:1::]/", "https://[2002:a00:1::1]/",
    "https://[2001::1]/", "https://[2001:db8::1]/", "https://[100::1]/", "https://[3fff::1]/", "https://localhost/",
    "https://localhost.:8443/", "https://LOCALHOST/",
]  # fmt: skip
NO_ADDRESS = [
    "http://1.1.1.1/", "ftp://1.1.1.1/", "file:///etc/passwd", "gopher://1.1.1.1/", "javascript:alert(1)", "//1.1.1.1/",
    "https://", "https:///x", "https://user@1.1.1.1/", "https://user:pass@1.1.1.1/", "https://@1.1.1.1/", "",
    "https://1.1.1.1:0/", "https://1.1.1.1:99999/", "https://1.1.1.1:x/", "https://[::1/", "https://a..b/",
    "https://" + "a" * 70 + ".example/", "https://-/", "https://1.1.1.1 /", "https://127.0.0.1\\@1.1.1.1/",
    "http://localhost/", "http://127.0.0.1/",
]  # fmt: skip


pytestmark = pytest.mark.usefixtures("as_courier")


@pytest.fixture
def connects(monkeypatch):
    """Every attempt to connect anywhere, none of which gets through."""
    made = []

    def create_connection(address, *args, **more):
        made.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", create_connection)
    return made


@pytest.fixture
def dns(monkeypatch):
    """Names and their addresses, one answer per question; literal addresses are taken as the system takes them."""
    names: dict[str, list[list[str]]] = {}
    real = socket.getaddrinfo

    def getaddrinfo(host, port, *args, **more):
        if host in names:
            answer = names[host].pop(0) if len(names[host]) > 1 else names[host][0]
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port)) for ip in answer]
        more["flags"] = 0 if "localhost" in str(host).lower() else socket.AI_NUMERICHOST
        return real(host, port, *args, **more)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return names


def endpoint(house, hook):
    made, secret = webhooks.register(house.partners[QUAYSIDE], hook.url)
    Message.objects.filter(event="endpoint.test").delete()
    return made, secret


def message(event="referral.sent"):
    return Message.objects.get(channel="webhook", event=event)


def due_now():
    Message.objects.filter(status=Status.PENDING).update(next_at=timezone.now())
    Line.objects.update(closed_until=None)


@pytest.mark.proof("ssrf")
def test_of_all_the_vectors_none_is_connected_to(settings, connects, dns, figure):
    settings.WEBHOOK_ALLOW_LOOPBACK = False
    vectors = {*PRIVATE, *NO_ADDRESS}
    assert len(vectors) >= 40
    for url in vectors:
        with pytest.raises(DeliveryError):
            webhooks.post(url, b"{}", {})
    assert connects == []
    dns["hooks.example"] = [["1.1.1.1"]]
    with pytest.raises(DeliveryError, match="ConnectionRefusedError"):
        webhooks.post("https://hooks.example/", b"{}", {})
    assert connects == [("1.1.1.1", 443)], "the positive control: a public address is connected to"
    figure(f"{len(vectors)} addresses, 0 connects; the control, a public one, is connected to")


@pytest.mark.parametrize("url", PRIVATE + NO_ADDRESS)
def test_no_connection_to_an_address_that_is_not_public(settings, connects, dns, url):
    settings.WEBHOOK_ALLOW_LOOPBACK = False
    with pytest.raises(DeliveryError) as refused:
        webhooks.post(url, b"{}", {})
    assert refused.value.code in ("url_refused", "address_refused", "dns")
    assert connects == []


@pytest.mark.parametrize(
    "url", ["http://10.0.0.1/", "https://10.0.0.1/", "http://[::ffff:127.0.0.1]/", "http://1.1.1.1/"]
)
def test_allowing_the_loopback_allows_nothing_else(settings, connects, dns, url):
    settings.WEBHOOK_ALLOW_LOOPBACK = True
    with pytest.raises(DeliveryError):
        webhooks.post(url, b"{}", {})
    assert connects == []


@pytest.mark.parametrize("answer", [["10.0.0.1"], ["1.1.1.1", "127.0.0.1"], ["8.8.8.8", "169.254.169.254", "9.9.9.9"]])
def test_one_private_answer_of_several_is_enough(settings, connects, dns, answer):
    settings.WEBHOOK_ALLOW_LOOPBACK = False
    dns["hooks.example"] = [answer]
    with pytest.raises(DeliveryError, match="address_refused"):
        webhooks.post("https://hooks.example/", b"{}", {})
    assert connects == []


@pytest.mark.proof("ssrf")
def test_the_checked_address_is_the_one_connected_to(settings, connects, dns, figure):
    """A name that changes between two questions (rebinding) is asked once per attempt, and checked at each."""
    settings.WEBHOOK_ALLOW_LOOPBACK = False
    dns["hooks.example"] = [["1.1.1.1"], ["127.0.0.1"]]
    with pytest.raises(DeliveryError, match="ConnectionRefusedError"):
        webhooks.post("https://hooks.example:8443/x?y=1", b"{}", {})
    assert connects == [("1.1.1.1", 8443)]
    with pytest.raises(DeliveryError, match="address_refused"):
        webhooks.post("https://hooks.example:8443/x?y=1", b"{}", {})
    assert len(connects) == 1
    figure("a name that leads elsewhere the second time: asked at each attempt, 0 connects to the place inside")


def test_a_public_address_of_either_family_passes(settings, dns):
    settings.WEBHOOK_ALLOW_LOOPBACK = False
    for host in ("1.1.1.1", "2606:4700:4700::1111", "2a00:1450:4001::1"):
        url = webhooks.parts(f"https://[{host}]/" if ":" in host else f"https://{host}/")
        assert webhooks.check(url) == (host, 443)


def test_signed_thin_and_verified_by_the_official_library(house):
    with partner.listening() as hook:
        _endpoint, secret = endpoint(house, hook)
        referral = factories.sent(house)
        assert delivery.deliver(message().pk)
        (data,) = hook.verified(secret)
        headers, body = hook.got[0]
    assert data == {"type": "referral.sent", "timestamp": data["timestamp"], "data": {"id": str(referral.pk)}}
    assert datetime.fromisoformat(data["timestamp"]) == message().created_at
    assert headers["webhook-id"] == f"msg_{message().pk.hex}"
    assert headers["content-type"] == "application/json"
    assert abs(int(headers["webhook-timestamp"]) - time.time()) < 60
    for changed in (body + b" ", body.replace(b"sent", b"gone")):
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(changed, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook("whsec_" + "A" * 43 + "=").verify(body, headers)
    assert message().status == Status.DONE


def test_nothing_of_the_person_leaves_with_any_event(house):
    with partner.listening() as hook:
        _endpoint, secret = endpoint(house, hook)
        referral = factories.sent(house)
        factories.respond(house, referral, "accept")
        from tests.referrals.test_api_read import withdraw

        withdraw(house, referral)
        for row in Message.objects.filter(channel="webhook"):
            assert delivery.deliver(row.pk)
        assert {data["type"] for data in hook.verified(secret)} == {"referral.sent", "consent.withdrawn"}
        for data in hook.verified(secret):
            assert set(data) == {"type", "timestamp", "data"}
            assert data["data"] == {"id": str(referral.pk)}


def test_a_retry_sends_the_frozen_payload_under_the_same_id(house):
    with partner.listening(answer=lambda n: 500 if n < 3 else 204) as hook:
        _endpoint, secret = endpoint(house, hook)
        referral = factories.sent(house)
        assert not delivery.deliver(message().pk)
        assert (message().status, message().problem, message().n_tries) == (Status.PENDING, "http_500", 1)
        factories.respond(house, referral, "accept")
        due_now()
        assert not delivery.deliver(message().pk)
        due_now()
        with time_machine.travel(datetime.now(UTC) + timedelta(seconds=90)):
            assert delivery.deliver(message().pk)
        assert len({body for _headers, body in hook.got}) == 1
        assert len({headers["webhook-id"] for headers, _body in hook.got}) == 1
        assert len({headers["webhook-signature"] for headers, _body in hook.got}) >= 2
        assert len(hook.verified(secret)) == 3


def test_the_back_off_is_that_of_the_specification(house):
    with partner.listening(answer=503) as hook:
        endpoint(house, hook)
        factories.sent(house)
        waits = []
        for _n in range(10):
            due_now()
            before = timezone.now()
            delivery.deliver(message().pk)
            waits.append((message().next_at - before).total_seconds())
        steps = [5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400, 86400]
        assert all(least <= wait < 1.21 * least for wait, least in zip(waits, steps, strict=True))
        assert message().status == Status.FAILED
        due_now()
        assert not delivery.deliver(message().pk)
        assert len(hook.got) == 10


def test_410_disables_the_endpoint_for_good(house):
    with partner.listening(answer=410) as hook:
        made, _secret = endpoint(house, hook)
        factories.sent(house)
        assert not delivery.deliver(message().pk)
        assert (message().status, message().problem) == (Status.FAILED, "http_410")
        assert not WebhookEndpoint.objects.get(pk=made.pk).is_active
        factories.sent(house)
        assert Message.objects.filter(channel="webhook").count() == 1
        Message.objects.filter(pk=message().pk).again()
        assert not delivery.deliver(message().pk)
        assert (message().status, message().problem, len(hook.got)) == (Status.FAILED, "endpoint_gone", 1)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_not_followed(house, status):
    with partner.listening() as target, partner.listening(answer=status, location=target.url) as hook:
        endpoint(house, hook)
        factories.sent(house)
        assert not delivery.deliver(message().pk)
        assert (message().problem, target.n_connects) == (f"http_{status}", 0)


@pytest.mark.parametrize("how", [{"delay": 3}, {"drip": 0.1}])
def test_a_hanging_endpoint_is_given_up_in_time(house, monkeypatch, how):
    """Neither silence nor a byte now and then holds the worker longer than the limit."""
    assert webhooks.TIMEOUT == 5
    monkeypatch.setattr(webhooks, "TIMEOUT", 0.4)
    with partner.listening(**how) as hook:
        endpoint(house, hook)
        factories.sent(house)
        began = time.monotonic()
        assert not delivery.deliver(message().pk)
        assert time.monotonic() - began < 1.2
        assert message().problem == "TimeoutError"


@pytest.mark.parametrize("line", [b"", b"\r\n", b"HTTP/1.1 2x0\r\n", b"SSH-2.0\r\n", b"x" * 5000, b"HTTP/2 200\r\n"])
def test_an_answer_that_is_not_http(house, monkeypatch, line):
    server = socket.create_server(("127.0.0.1", 0))
    with server:

        def talk():
            sock, _address = server.accept()
            with sock:
                sock.recv(65536)
                sock.sendall(line)

        Thread(target=talk, daemon=True).start()
        with pytest.raises(DeliveryError):
            webhooks.post(f"http://127.0.0.1:{server.getsockname()[1]}/", b"{}", {})


def test_one_dead_endpoint_delays_nobody(house, monkeypatch):
    """The dead one costs one attempt, then its line waits for the retry; the others' messages leave with the sweep."""
    monkeypatch.setattr(webhooks, "TIMEOUT", 0.3)
    sent_off = []
    monkeypatch.setattr(tasks.deliver, "apply_async", lambda args, **_more: sent_off.append(args[0]))
    with partner.listening(delay=2) as dead, partner.listening() as good:
        bad, _secret = endpoint(house, dead)
        fine, _secret = endpoint(house, good)
        Message.objects.all().delete()
        for n in range(20):
            delivery.add("webhook", "referral.updated", f"bad:{n}", target_id=bad.pk, reference=bad.pk)
        delivery.add("webhook", "referral.updated", "good", target_id=fine.pk, reference=fine.pk)
        tasks.sweep()
        assert len(sent_off) == 2
        for pk in sent_off:
            tasks.deliver(pk)
        assert (dead.n_connects, len(good.got)) == (1, 1)
        tasks.sweep()
        assert len(sent_off) == 2
        assert Message.objects.filter(target_id=bad.pk, status=Status.PENDING).count() == 20
        assert Line.objects.shut().filter(pk=bad.pk).exists()


def test_a_line_goes_on_as_soon_as_its_endpoint_answers(house, monkeypatch):
    with partner.listening(answer=lambda n: 500 if n == 1 else 204) as hook:
        made, _secret = endpoint(house, hook)
        for n in range(3):
            delivery.add("webhook", "referral.updated", f"line:{n}", target_id=made.pk, reference=made.pk)
        rows = list(Message.objects.filter(target_id=made.pk).order_by("created_at"))
        assert not delivery.deliver(rows[0].pk)
        assert not delivery.deliver(rows[1].pk)
        due_now()
        woken: list[UUID] = []
        monkeypatch.setattr(delivery, "_WAKE", [woken.append])
        assert delivery.deliver(rows[0].pk)
        assert woken == [rows[1].pk]
        assert delivery.deliver(woken.pop())
        assert delivery.deliver(woken.pop())
        assert len(hook.got) == 4


def test_the_sweep_only_dispatches(house, monkeypatch):
    """A task of its own for each message, which expires when no worker took it up before the next sweep."""
    options = []
    monkeypatch.setattr(tasks.deliver, "apply_async", lambda args, **more: options.append(more))
    monkeypatch.setattr(delivery, "deliver", lambda pk: pytest.fail("delivered inline"))
    factories.sent(house)
    tasks.sweep()
    assert options
    assert all(more["expires"] > 0 for more in options)


def test_an_unexpected_failure_is_kept_on_the_row(house):
    with partner.listening() as hook:
        made, _secret = endpoint(house, hook)
        factories.sent(house)
        WebhookEndpoint.objects.filter(pk=made.pk).update(secret=b"\0" * 60)
        with pytest.raises(VaultError):
            delivery.deliver(message().pk)
        assert (message().problem, message().status, hook.n_connects) == ("VaultError", Status.PENDING, 0)


def test_secrets_are_sealed_and_bound_to_their_row(house):
    with partner.listening() as hook:
        one, secret = endpoint(house, hook)
        two, _secret = endpoint(house, hook)
    assert secret.encode() not in bytes(one.secret)
    WebhookEndpoint.objects.filter(pk=two.pk).update(secret=one.secret)
    factories.sent(house)
    row = Message.objects.get(target_id=two.pk)
    with pytest.raises(VaultError):
        delivery.deliver(row.pk)


def test_the_command_registers_prints_the_secret_once_and_sends_a_test(house):
    out = StringIO()
    with partner.listening() as hook:
        call_command("webhook_register", QUAYSIDE.upper(), hook.url, stdout=out)
        name, secret = (line.split()[1] for line in out.getvalue().splitlines())
        assert delivery.deliver(message("endpoint.test").pk)
        (data,) = hook.verified(secret)
    assert (data["type"], data["data"]) == ("endpoint.test", {"id": name})
    assert WebhookEndpoint.objects.get(pk=name).organisation.name == QUAYSIDE


@pytest.mark.parametrize(
    ("name", "url", "why"),
    [
        ("Nobody", "https://1.1.1.1/", "no partner"),
        ("Harbour service point", "https://1.1.1.1/", "no partner"),
        (QUAYSIDE, "http://1.1.1.1/", "open internet"),
        (QUAYSIDE, "https://10.0.0.1/", "open internet"),
        (QUAYSIDE, "https://a:b@1.1.1.1/", "name and a password"),
        (QUAYSIDE, "https://1.1.1.1/" + "x" * 300, "300"),
    ],
)
def test_what_the_command_refuses(house, name, url, why):
    with pytest.raises(CommandError, match=why):
        call_command("webhook_register", name, url)
    assert not WebhookEndpoint.objects.exists()


def test_the_command_that_removes(house):
    with partner.listening() as hook:
        made, _secret = endpoint(house, hook)
        call_command("webhook_remove", str(made.pk))
        factories.sent(house)
        assert not Message.objects.filter(channel="webhook").exists()
        with pytest.raises(CommandError, match="not all"):
            call_command("webhook_remove", str(made.pk))


def test_the_payload_is_small(house):
    with partner.listening() as hook:
        endpoint(house, hook)
        factories.sent(house)
        assert len(webhooks.body(message())) < 200
        assert set(json.loads(webhooks.body(message()))) == {"type", "timestamp", "data"}
