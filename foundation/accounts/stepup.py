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
    return bool(_age(_strong(request)) < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT)


def confirmed_ago(request: HttpRequest) -> float:
    """Seconds since the person confirmed that it is them, after signing in and as strongly as they can; infinite if never."""
    return _age([record for record in _strong(request) if record.get("reauthenticated")])


def _strong(request: HttpRequest) -> list[dict[str, Any]]:
    """What counts as showing who one is: with an app or a key only these."""
    user: Any = request.user
    if not user.is_authenticated:
        return []
    is_any = not facts(user).has_factor
    return [record for record in records(request) if is_any or record.get("method") in STRONG]


def _age(shown: list[dict[str, Any]]) -> float:
    return time.time() - max((float(record["at"]) for record in shown), default=float("-inf"))
