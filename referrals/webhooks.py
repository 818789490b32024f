"""Thin signed webhooks (Standard Webhooks 1.0): a type, a time and an id. What is new is read through the API.

The address is checked at each attempt: https, every resolved address public, no redirects, 5 seconds, the answer's
body never kept. Plain http to loopback is possible only where ``WEBHOOK_ALLOW_LOOPBACK`` is set (demonstration, tests).
"""

import http.client
import ipaddress
import json
import secrets
import socket
import ssl
from base64 import b64encode
from datetime import UTC, datetime
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from standardwebhooks.webhooks import Webhook

from foundation.accounts.models import Organisation
from foundation.outbox.delivery import DeliveryError
from foundation.outbox.models import Message
from foundation.vault.models import current_key
from foundation.vault.secrets import open_secret, seal_secret
from referrals.models import WebhookEndpoint

TIMEOUT, LARGEST = 5, 64 * 1024


def register(organisation: Organisation, url: str) -> tuple[WebhookEndpoint, str]:
    """A new endpoint and its secret (``whsec_…``), which is shown once."""
    secret = "whsec_" + b64encode(secrets.token_bytes(32)).decode()
    check(urlsplit(url))
    endpoint = WebhookEndpoint(organisation=organisation, url=url, organisation_key_id=current_key(organisation.pk).pk)
    endpoint.secret = seal_secret(endpoint.organisation_key_id, b"webhook", endpoint.pk, secret.encode())
    endpoint.full_clean(exclude=["organisation", "secret"])
    endpoint.save(force_insert=True)
    return endpoint, secret


def body(message: Message) -> str:
    """The payload, the same at every attempt."""
    at = message.created_at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    data = {"type": message.event, "timestamp": at, "data": {"id": str(message.reference)}}
    return json.dumps(data, separators=(",", ":"))


def deliver(message: Message) -> None:
    """One attempt. 2xx is done, 410 disables the endpoint, anything else is tried again."""
    endpoint = WebhookEndpoint.objects.filter(pk=message.target_id, is_active=True).first()
    if endpoint is None:
        raise DeliveryError("endpoint_gone")
    secret = open_secret(endpoint.organisation_key_id, b"webhook", endpoint.pk, bytes(endpoint.secret)).decode()
    payload, now = body(message), datetime.now(UTC)
    headers = {
        "content-type": "application/json",
        "webhook-id": f"msg_{message.pk.hex}",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign(f"msg_{message.pk.hex}", now, payload),
    }
    status = post(endpoint.url, payload.encode(), headers)
    if status == 410:
        WebhookEndpoint.objects.filter(pk=endpoint.pk).update(is_active=False)
    if not 200 <= status < 300:
        raise DeliveryError(f"http_{status}")


def check(url: SplitResult) -> tuple[str, int]:
    """The address to connect to: resolved once, every answer public. ``DeliveryError`` otherwise."""
    host, is_loopback_ok = url.hostname or "", settings.WEBHOOK_ALLOW_LOOPBACK
    if url.scheme not in ("https", "http") or not host or url.username or url.password:
        raise DeliveryError("url_refused")
    port = url.port or (443 if url.scheme == "https" else 80)
    try:
        found = {str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    except OSError as problem:
        raise DeliveryError("dns") from problem
    addresses = [ipaddress.ip_address(address) for address in found]
    if is_loopback_ok and all(address.is_loopback for address in addresses):
        return str(addresses[0]), port
    if url.scheme != "https" or not all(_is_public(address) for address in addresses):
        raise DeliveryError("address_refused")
    return str(addresses[0]), port


def _is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    mapped = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None)
    return address.is_global and not address.is_multicast and (mapped is None or mapped.is_global)


def post(address: str, payload: bytes, headers: dict[str, str]) -> int:
    """POST to the checked address with the host's name for TLS and the Host header; returns the status."""
    url = urlsplit(address)
    ip, port = check(url)
    try:
        sock = socket.create_connection((ip, port), timeout=TIMEOUT)
        if url.scheme == "https":
            sock = ssl.create_default_context().wrap_socket(sock, server_hostname=url.hostname)
        connection = http.client.HTTPConnection(url.hostname or "", port, timeout=TIMEOUT)
        connection.sock = sock
        path = (url.path or "/") + (f"?{url.query}" if url.query else "")
        connection.request("POST", path, payload, headers)
        answer = connection.getresponse()
        answer.read(LARGEST)
        connection.close()
    except (OSError, http.client.HTTPException) as problem:
        raise DeliveryError(type(problem).__name__) from problem
    return answer.status
