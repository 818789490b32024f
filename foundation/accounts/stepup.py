"""Being asked again before a sensitive step: whether this person has just shown who they are, as strongly as they can."""

import time
from collections.abc import Callable
from typing import Any

from allauth.account import decorators
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from foundation.accounts.backend import facts
from foundation.accounts.gate import records

View = Callable[..., HttpResponse]
STRONG = ("mfa",)


def asked_again(view: View) -> View:
    """A view before which people confirm that it is them, unless they did within the last minutes (safety.md §1)."""
    guarded: View = decorators.reauthentication_required(view)
    return guarded


def is_fresh(request: HttpRequest) -> bool:
    """Whether the person signed in or confirmed within the last five minutes (``ACCOUNT_REAUTHENTICATION_TIMEOUT``).

    Who has an app or a key must have used it; a password alone counts only for who has nothing else.
    """
    user: Any = request.user
    if not user.is_authenticated:
        return False
    counts = [r["at"] for r in records(request) if r.get("method") in STRONG or not facts(user).has_factor]
    return bool(counts) and time.time() - max(counts) < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT
