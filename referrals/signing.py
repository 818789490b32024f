"""How partners' programs sign in now: which secrets and keys count, and whether secrets count at all."""

from typing import Any

from django.conf import settings
from django.utils import timezone

from referrals.models import Client


def needs_key(client: Client) -> bool:
    """Whether secrets do not count: by its own row, or because the installation wants keys and it has, or had, one.

    A key that has ended still counts here: whoever loses the last one does not fall back to a secret.
    """
    return client.needs_key or (settings.API_KEYS_ONLY and bool(client.keys.all()))


def live(rows: Any) -> list[Any]:
    """Those of one program that have not ended, oldest first; asks no database where they were fetched before."""
    now = timezone.now()
    found = [row for row in rows.all() if row.ends_at is None or row.ends_at > now]
    return sorted(found, key=lambda row: row.made_at)
