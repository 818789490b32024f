"""Thin signed webhooks (Standard Webhooks 1.0): a type, a time and an id. What is new is read through the API.

The address is checked at each attempt: https, every resolved address public, no redirects, 5 seconds for everything,
nothing of the answer read but its status. Plain http to loopback is possible only where ``WEBHOOK_ALLOW_LOOPBACK`` is
set (demonstration, tests).
"""

import http.client
import ipaddress
import json
import secrets
import socket
import ssl
import time
from base64 import b64encode
from collections.abc import Iterable
from datetime import UTC, datetime
from urllib.parse import SplitResult, urlsplit
from uuid import UUID

from django.conf import settings
from django.db import transaction
from standardwebhooks.webhooks import Webhook

from foundation.accounts.models import Organisation
from foundation.audit import trail
from foundation.core.machines import COURIER
from foundation.outbox import delivery
from foundation.outbox.delivery import DeliveryError
from foundation.outbox.models import Message
from foundation.upkeep.targets import Target
from foundation.vault.crypto import VaultError
from foundation.vault.models import current_key
from foundation.vault.secrets import open_secret, seal_secret
from referrals.actions.partners import require_api
from referrals.models import WebhookEndpoint

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
        return _register(organisation, url)


def _register(organisation: Organisation, url: str) -> tuple[WebhookEndpoint, str]:
    secret = "whsec_" + b64encode(secrets.token_bytes(32)).decode()
    check(parts(url))
    endpoint = WebhookEndpoint(organisation=organisation, url=url, organisation_key_id=current_key(organisation.pk).pk)
    endpoint.secret = seal_secret(endpoint.organisation_key_id, b"webhook", endpoint.pk, secret.encode())
    endpoint.full_clean(exclude=["organisation", "secret"])
    endpoint.save(force_insert=True)
    slot = f"endpoint.test:{endpoint.pk}"
    delivery.add("webhook", "endpoint.test", slot, target_id=endpoint.pk, reference=endpoint.pk)
    return endpoint, secret


def endpoints_of(organisation: UUID) -> list[UUID]:
    """Where a partner wants to be told, by id. Only the courier sees the addresses."""
    with COURIER.acting():
        active = WebhookEndpoint.objects.filter(organisation=organisation, is_active=True)
        return list(active.values_list("pk", flat=True))


def switch_off(endpoints: set[UUID]) -> int:
    """A partner no longer wants to be told there; returns how many of these were in use."""
    with COURIER.at_work():
        return WebhookEndpoint.objects.filter(pk__in=endpoints, is_active=True).update(is_active=False)


def describe(ids: Iterable[UUID] | None) -> dict[UUID, Target]:
    """Whose endpoints these are, for those who look after the running."""
    with COURIER.acting():
        rows = WebhookEndpoint.objects.select_related("organisation")
        wanted = rows if ids is None else rows.filter(pk__in=ids)
        return {row.pk: Target(row.organisation.name, row.is_active) for row in wanted}


def n_under(key: UUID) -> int:
    """How many secrets of endpoints stand under this key of an organisation."""
    with COURIER.at_work():
        return WebhookEndpoint.objects.filter(organisation_key_id=key).count()


def renew(key: UUID, most: int) -> int:
    """Seal up to ``most`` of them anew under the newest key. One that does not open stays as it is."""
    with COURIER.at_work():
        rows = WebhookEndpoint.objects.select_for_update(skip_locked=True, of=("self",))
        return sum(_renew(endpoint) for endpoint in rows.filter(organisation_key_id=key)[:most])


def _renew(endpoint: WebhookEndpoint) -> bool:
    try:
        secret = open_secret(endpoint.organisation_key_id, b"webhook", endpoint.pk, bytes(endpoint.secret))
    except VaultError:
        return False
    endpoint.organisation_key_id = current_key(endpoint.organisation_id).pk
    endpoint.secret = seal_secret(endpoint.organisation_key_id, b"webhook", endpoint.pk, secret)
    endpoint.save(update_fields=["organisation_key_id", "secret"])
    return True


def body(message: Message) -> str:
    """The payload, the same at every attempt."""
    at = message.created_at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    data = {"type": message.event, "timestamp": at, "data": {"id": str(message.reference)}}
    return json.dumps(data, separators=(",", ":"))


def deliver(message: Message) -> None:
    """One attempt. 2xx is done, 410 disables the endpoint and is final, anything else is tried again."""
    endpoint = _endpoint(message)
    payload = body(message)
    status = post(endpoint.url, payload.encode(), _headers(endpoint, message, payload))
    if status == GONE:
        switch_off({endpoint.pk})
    if not 200 <= status < 300:
        raise DeliveryError(f"http_{status}", is_final=status == GONE)
    with transaction.atomic():
        trail.record("webhook.sent", subject=message.reference, endpoint=endpoint.pk, event=message.event)


def _endpoint(message: Message) -> WebhookEndpoint:
    """The row is read in a transaction of its own: none stays open while the partner is asked."""
    with transaction.atomic():
        active = WebhookEndpoint.objects.filter(is_active=True)
        endpoint = active.filter(pk=message.target_id).first() if message.target_id else None
    if endpoint is None:
        raise DeliveryError("endpoint_gone", is_final=True)
    return endpoint


def _headers(endpoint: WebhookEndpoint, message: Message, payload: str) -> dict[str, str]:
    secret = open_secret(endpoint.organisation_key_id, b"webhook", endpoint.pk, bytes(endpoint.secret)).decode()
    name, now = f"msg_{message.pk.hex}", datetime.now(UTC)
    return {
        "content-type": "application/json",
        "webhook-id": name,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign(name, now, payload),
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
