"""Thin signed webhooks (Standard Webhooks 1.0): a type, a time and an id. What is new is read through the API.

The address is checked at each attempt: https, every resolved address public, no redirects, 5 seconds for everything,
nothing of the answer read but its status. Plain http to loopback is possible only where ``WEBHOOK_ALLOW_LOOPBACK`` is
set (demonstration, tests).
"""

import http.client
import ipaddress
import json
import socket
import ssl
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from urllib.parse import SplitResult, urlsplit
from uuid import UUID

from django.conf import settings
from django.db import transaction

from foundation.accounts.models import Organisation
from foundation.audit import trail
from foundation.core.machines import COURIER
from foundation.outbox import delivery
from foundation.outbox.delivery import DeliveryError
from foundation.outbox.models import Message
from foundation.upkeep.targets import Target
from referrals import webhook_secrets
from referrals.actions.partners import require_api
from referrals.models import Off, Partner, WebhookAttempt, WebhookEndpoint
from referrals.partnership import PartnerStatus

TIMEOUT, LONGEST_LINE = 5.0, 1024
GONE = 410
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# Global unicast is all of IPv6 that may be public; out of it go what carries an IPv4 address and what serves no host.
PUBLIC_V6 = ipaddress.IPv6Network("2000::/3")
REFUSED_V6 = [ipaddress.IPv6Network(net) for net in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")]
REFUSED_V4 = [ipaddress.IPv4Network("192.88.99.0/24")]


def register(organisation: Organisation, url: str) -> tuple[WebhookEndpoint, str]:
    """A new endpoint and its secret (``whsec_…``), which is shown once. Its first message is ``endpoint.test``.

    Raises ``Refused`` unless the partner was assessed and its agreement is in force (HS-25).
    """
    require_api(organisation)
    with COURIER.at_work():
        check(parts(url))
        endpoint = WebhookEndpoint(organisation=organisation, url=url)
        secret = webhook_secrets.begin(endpoint)
        endpoint.full_clean(exclude=["organisation", "secret", "old_secret"])
        endpoint.save(force_insert=True)
        send_test(endpoint, "first")
        return endpoint, secret


def send_test(endpoint: WebhookEndpoint, number: str) -> Message:
    """Put an ``endpoint.test`` into the outbox, as the courier."""
    slot = f"endpoint.test:{endpoint.pk}:{number}"
    return delivery.add("webhook", "endpoint.test", slot, target_id=endpoint.pk, reference=endpoint.pk)


def endpoints_of(organisation: UUID) -> list[UUID]:
    """Where a partner wants to be told, by id. Only the courier sees the addresses."""
    with COURIER.acting():
        active = WebhookEndpoint.objects.filter(organisation=organisation, is_active=True)
        return list(active.values_list("pk", flat=True))


def switch_off(endpoints: set[UUID], because: Off = Off.BY_HAND) -> int:
    """A partner is no longer told there; returns how many of these were in use."""
    with COURIER.at_work():
        rows = WebhookEndpoint.objects.filter(pk__in=endpoints, is_active=True)
        return rows.update(is_active=False, off_because=because)


def describe(ids: Iterable[UUID] | None) -> dict[UUID, Target]:
    """Whose endpoints these are, for those who look after the running."""
    with COURIER.acting():
        rows = WebhookEndpoint.objects.select_related("organisation")
        wanted = rows if ids is None else rows.filter(pk__in=ids)
        return {row.pk: Target(row.organisation.name, row.is_active) for row in wanted}


def body(message: Message) -> str:
    """The payload, the same at every attempt."""
    at = message.created_at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    data = {"type": message.event, "timestamp": at, "data": {"id": str(message.reference)}}
    return json.dumps(data, separators=(",", ":"))


def deliver(message: Message) -> None:
    """One attempt. 2xx is done, 410 disables the endpoint and is final, anything else is tried again."""
    endpoint, payload, began = _endpoint(message), body(message), time.monotonic()
    headers = _headers(endpoint, message, payload)
    try:
        status = post(endpoint.url, payload.encode(), headers)
    except DeliveryError as problem:
        _note(endpoint, message, began, problem=problem.code)
        raise
    if status == GONE:
        switch_off({endpoint.pk}, Off.GONE)
    _note(endpoint, message, began, status=status)
    if not 200 <= status < 300:
        raise DeliveryError(f"http_{status}", is_final=status == GONE)


@transaction.atomic
def _note(
    endpoint: WebhookEndpoint, message: Message, began: float, *, status: int | None = None, problem: str = ""
) -> None:
    """A line in the log of deliveries; what arrived stands in the trail too."""
    is_done = status is not None and 200 <= status < 300
    took = round(1000 * (time.monotonic() - began))
    WebhookAttempt.objects.create(
        endpoint=endpoint, message_id=message.pk, event=message.event, reference=message.reference,
        number=message.n_tries, status=status, problem=problem[:40], milliseconds=took,
    )  # fmt: skip
    if is_done:
        trail.record("webhook.sent", subject=message.reference, endpoint=endpoint.pk, event=message.event)


def _endpoint(message: Message) -> WebhookEndpoint:
    """The row is read in a transaction of its own: none stays open while the partner is asked.

    A partner that is suspended is told nothing, by no way (P7).
    """
    with transaction.atomic():
        active = WebhookEndpoint.objects.filter(is_active=True)
        endpoint = active.filter(pk=message.target_id).first() if message.target_id else None
        if endpoint is None:
            raise DeliveryError("endpoint_gone", is_final=True)
        if not Partner.objects.filter(pk=endpoint.organisation_id, status=PartnerStatus.ACTIVE).exists():
            raise DeliveryError("partner_suspended", is_final=True)
    return endpoint


def named(message: UUID) -> str:
    """The ``webhook-id``: the same at every attempt and every replay."""
    return f"msg_{message.hex}"


def _headers(endpoint: WebhookEndpoint, message: Message, payload: str) -> dict[str, str]:
    name, now = named(message.pk), datetime.now(UTC)
    return {
        "content-type": "application/json",
        "webhook-id": name,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": webhook_secrets.signatures(endpoint, name, now, payload),
    }


def parts(address: str) -> SplitResult:
    """The address taken apart. ``DeliveryError`` if it is none that we would ever call."""
    try:
        url = urlsplit(address)
        is_web = url.scheme in ("https", "http") and bool(url.hostname) and url.port != 0
    except ValueError as problem:
        raise DeliveryError("url_refused") from problem
    if not is_web or url.username is not None or url.password is not None:
        raise DeliveryError("url_refused")
    return url


def check(url: SplitResult) -> tuple[str, int]:
    """The address to connect to: resolved once, every answer public. ``DeliveryError`` otherwise."""
    port = url.port or (443 if url.scheme == "https" else 80)
    try:
        found = {str(info[4][0]) for info in socket.getaddrinfo(url.hostname, port, type=socket.SOCK_STREAM)}
        addresses = sorted(map(ipaddress.ip_address, found), key=lambda address: (address.version, int(address)))
    except (OSError, ValueError) as problem:
        raise DeliveryError("dns") from problem
    if settings.WEBHOOK_ALLOW_LOOPBACK and all(address.is_loopback for address in addresses):
        return str(addresses[0]), port
    if url.scheme != "https" or not all(map(is_public, addresses)):
        raise DeliveryError("address_refused")
    return str(addresses[0]), port


def is_public(address: Address) -> bool:
    """Whether it is somebody's on the open internet, whatever it may be written as."""
    if isinstance(address, ipaddress.IPv4Address):
        is_special = address.is_multicast or address.is_reserved or any(address in net for net in REFUSED_V4)
        return address.is_global and not is_special
    return address in PUBLIC_V6 and not any(address in net for net in REFUSED_V6)


def post(address: str, payload: bytes, headers: dict[str, str]) -> int:
    """POST to the checked address, with the host's name for TLS and the Host header; returns the status."""
    url, until = parts(address), time.monotonic() + TIMEOUT
    ip, port = check(url)
    try:
        with _connected(url, ip, port, until) as sock:
            kind = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
            connection = kind(url.hostname or "", port)
            connection.sock = sock
            _wait_until(sock, until)
            connection.request("POST", (url.path or "/") + (f"?{url.query}" if url.query else ""), payload, headers)
            return _status(sock, until)
    except (OSError, http.client.HTTPException, ValueError) as problem:
        raise DeliveryError(type(problem).__name__) from problem


def _wait_until(sock: socket.socket, until: float) -> None:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    sock.settimeout(left)


def _connected(url: SplitResult, ip: str, port: int, until: float) -> socket.socket:
    sock = socket.create_connection((ip, port), timeout=max(until - time.monotonic(), 0.01))
    if url.scheme == "http":
        return sock
    try:
        _wait_until(sock, until)
        return ssl.create_default_context().wrap_socket(sock, server_hostname=url.hostname)
    except BaseException:
        sock.close()
        raise


def _status(sock: socket.socket, until: float) -> int:
    """The status of the first line. However slowly it drips, it must be here in time."""
    line = b""
    while b"\n" not in line and len(line) < LONGEST_LINE:
        _wait_until(sock, until)
        more = sock.recv(LONGEST_LINE)
        if not more:
            break
        line += more
    version, _space, rest = line.partition(b" ")
    if not version.startswith(b"HTTP/1.") or not rest[:3].isdigit():
        raise http.client.BadStatusLine("")
    return int(rest[:3])
