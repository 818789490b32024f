"""The secrets that sign what goes to a partner's system: sealed with the partner's key, exchanged with an overlap."""

import secrets
from base64 import b64encode
from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone
from standardwebhooks.webhooks import Webhook

from foundation.core.machines import COURIER
from foundation.vault.crypto import VaultError
from foundation.vault.models import current_key
from foundation.vault.secrets import open_secret, seal_secret
from referrals.models import WebhookEndpoint

FIELDS = ["organisation_key_id", "secret", "old_secret", "old_until"]


def begin(endpoint: WebhookEndpoint) -> str:
    """Give a new endpoint its first secret, which is returned, this once."""
    secret = _fresh()
    _seal(endpoint, secret, None)
    return secret


def exchange(endpoint: WebhookEndpoint, overlap: timedelta) -> str:
    """A new secret, which is returned, this once; until ``overlap`` is over the one before signs too, then no more."""
    secret, before = _fresh(), _opened(endpoint, endpoint.secret)
    endpoint.old_until = timezone.now() + overlap if overlap else None
    _seal(endpoint, secret, before if overlap else None)
    endpoint.save(update_fields=FIELDS)
    return secret


def signatures(endpoint: WebhookEndpoint, name: str, at: datetime, payload: str) -> str:
    """One signature, or two while secrets overlap, separated by a space (Standard Webhooks 1.0)."""
    known = [endpoint.secret]
    if endpoint.old_secret and endpoint.old_until and endpoint.old_until > timezone.now():
        known.append(endpoint.old_secret)
    return " ".join(str(Webhook(_opened(endpoint, sealed)).sign(name, at, payload)) for sealed in known)


def forget_old() -> int:
    """Remove the secrets whose overlap is over; how many. As the courier."""
    over = WebhookEndpoint.objects.filter(old_until__lte=timezone.now())
    return over.update(old_secret=None, old_until=None)


def n_under(key: UUID) -> int:
    """How many endpoints have their secrets under this key of an organisation."""
    with COURIER.at_work():
        return WebhookEndpoint.objects.filter(organisation_key_id=key).count()


def renew(key: UUID, most: int) -> int:
    """Seal the secrets of up to ``most`` of them anew under the newest key. Those that do not open stay as they are."""
    with COURIER.at_work():
        rows = WebhookEndpoint.objects.select_for_update(skip_locked=True, of=("self",))
        return sum(_renew(endpoint) for endpoint in rows.filter(organisation_key_id=key)[:most])


def _renew(endpoint: WebhookEndpoint) -> bool:
    try:
        secret = _opened(endpoint, endpoint.secret)
        old = _opened(endpoint, endpoint.old_secret) if endpoint.old_secret else None
    except VaultError:
        return False
    _seal(endpoint, secret, old)
    endpoint.save(update_fields=FIELDS)
    return True


def _fresh() -> str:
    return "whsec_" + b64encode(secrets.token_bytes(32)).decode()


def _opened(endpoint: WebhookEndpoint, sealed: bytes | memoryview) -> str:
    return open_secret(endpoint.organisation_key_id, b"webhook", endpoint.pk, bytes(sealed)).decode()


def _seal(endpoint: WebhookEndpoint, secret: str, old: str | None) -> None:
    """Both under the newest key of the organisation."""
    endpoint.organisation_key_id = current_key(endpoint.organisation_id).pk
    endpoint.secret = _sealed(endpoint, secret)
    endpoint.old_secret = _sealed(endpoint, old) if old else None


def _sealed(endpoint: WebhookEndpoint, secret: str) -> bytes:
    return seal_secret(endpoint.organisation_key_id, b"webhook", endpoint.pk, secret.encode())
