"""One POST, one effect: the same key with the same body gives the same answer again, with another body a conflict."""

from datetime import timedelta
from hashlib import sha256

from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.request import Request

from foundation.core.errors import Refused, WrongState
from referrals.models import IdempotencyKey

KEPT = timedelta(hours=24)


def is_replay(request: Request) -> bool:
    """Claim the request's ``Idempotency-Key`` in this transaction; True if its work was done before.

    A concurrent request with the same key waits for the first one's commit. A failed request leaves no claim.
    """
    key = request.headers.get("Idempotency-Key", "")
    if not key:
        return False
    if not 1 <= len(key) <= 80 or not key.isascii() or not key.isprintable():
        raise Refused("sender.idempotency_key", _("The Idempotency-Key must be 1 to 80 printable ASCII characters."))
    fingerprint = sha256(b"\n".join((request.path.encode(), request.body))).digest()
    mine = IdempotencyKey.objects.filter(user=request.user, key=key)
    mine.filter(created_at__lt=timezone.now() - KEPT).delete()
    row, is_new = IdempotencyKey.objects.get_or_create(
        user=request.user, key=key, defaults={"fingerprint": fingerprint}
    )
    if not is_new and bytes(row.fingerprint) != fingerprint:
        raise WrongState("sender.idempotency_key_reused", _("This Idempotency-Key was used for another request."))
    return not is_new
