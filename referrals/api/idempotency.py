"""One POST, one effect: the same key with the same body gives the same answer again, with another body a conflict."""

import json
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.utils.encoders import JSONEncoder

from foundation.core.errors import Refused, WrongState
from foundation.core.machines import CARETAKER
from referrals.api.authentication import machine
from referrals.models import IdempotencyKey

KEPT = timedelta(hours=24)
LONGEST = 80


@dataclass
class Claim:
    """This transaction's hold on a key, and the answer if its work was done before. Without a key it holds nothing."""

    row: IdempotencyKey | None = None
    answer: dict[str, Any] | None = None

    def keep(self, answer: dict[str, Any]) -> None:
        """Keep the answer with the effect, in the same transaction."""
        if self.row is not None:
            self.row.answer = json.dumps(answer, cls=JSONEncoder)
            self.row.save(update_fields=["answer"])


def claim(request: Request) -> Claim:
    """Claim the request's ``Idempotency-Key``.

    A concurrent request with the same key waits for the first one's commit. A failed request leaves no claim.
    """
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return Claim()
    if not 1 <= len(key) <= LONGEST or not key.isascii() or not key.isprintable():
        raise Refused("sender.idempotency_key", _("The Idempotency-Key must be 1 to 80 printable ASCII characters."))
    digest = sha256(b"\n".join((request.path.encode(), request.body))).digest()
    mine = IdempotencyKey.objects.filter(user=machine(request), key=key)
    mine.filter(created_at__lt=timezone.now() - KEPT).delete()
    row, is_new = IdempotencyKey.objects.get_or_create(user=machine(request), key=key, defaults={"fingerprint": digest})
    if is_new:
        return Claim(row)
    if bytes(row.fingerprint) != digest:
        raise WrongState("sender.idempotency_key_reused", _("This Idempotency-Key was used for another request."))
    return Claim(row, json.loads(row.answer))


def forget_old() -> int:
    """Remove the keys whose time is over."""
    with CARETAKER.at_work():
        n_rows, _by_model = IdempotencyKey.objects.filter(created_at__lt=timezone.now() - KEPT).delete()
    return n_rows
