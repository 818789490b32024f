"""What stands between sign-in and the first page: the second step where a seat needs one, and the code of conduct.

One place asks it, for every address there is. Until it is met, nothing opens but the pages that meet it and those that
tell nothing (help, signing out, the language).
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from foundation.accounts.backend import facts
from foundation.accounts.models import User
from foundation.core.middleware import Handler

ALWAYS = frozenset(
    {
        "core:health",
        "core:help",
        "core:leave",
        "core:leaving",
        "core:left",
        "core:protect",
        "set_language",
        "account_login",
        "account_logout",
        "accounts:directory",
        "accounts:directory_back",
    }
)
"""What opens whatever is still to do. None of it tells of a matter."""

SECRET = ("csrfmiddlewaretoken", "password", "oldpassword", "password1", "password2", "code", "credential")
"""What is never shown again of what was typed."""


@dataclass(frozen=True)
class Duty:
    """Something to do first: the page where it is done, and the other routes that open meanwhile."""

    page: str
    others: frozenset[str] = frozenset()

    @property
    def open(self) -> frozenset[str]:
        """All that opens for it."""
        return self.others | {self.page}


SET_UP = Duty("accounts:second_step", frozenset({"mfa_activate_totp", "mfa_add_webauthn", "accounts:again"}))
CONFIRM = Duty("accounts:again")
CONDUCT = Duty("accounts:conduct")


def needs_factor(user: User) -> bool:
    """Whether one of the seats held now opens more than the person's own matters (``SECOND_STEP_ROLES``).

    With a grace period, only once the appointment is older than that.
    """
    since = timezone.now() - timedelta(days=settings.SECOND_STEP_GRACE_DAYS)
    return any(
        one.seat.role in settings.SECOND_STEP_ROLES and one.confirmed_at is not None and one.confirmed_at <= since
        for one in user.held
    )


def records(request: HttpRequest) -> list[dict[str, Any]]:
    """How this session's person has shown who they are, oldest first: ``method``, ``at``, for a factor its ``type``."""
    user: Any = request.user
    return list(get_authentication_records(request, user))


def is_strong(record: dict[str, Any]) -> bool:
    """Whether it was a second factor: one of ours, or one that a Society's directory vouched for in agreed words."""
    return record.get("method") == "mfa" or (record.get("method") == "directory" and record.get("factor") is True)


def used_factor(request: HttpRequest) -> bool:
    """Whether this very session was opened, or confirmed later, with a second factor."""
    return any(is_strong(record) for record in records(request))


def is_vouched(request: HttpRequest, user: User) -> bool:
    """Whether, in the sign-in that is going on, a directory said that it has asked this person for a second factor."""
    return any(one.get("method") == "directory" and is_strong(one) for one in get_authentication_records(request, user))


def outstanding(request: HttpRequest) -> Duty | None:
    """What this session's person must do first; ``None`` when nothing stands in the way."""
    user: Any = request.user
    if not user.is_authenticated:
        return None
    known = facts(user)
    if known.has_factor:
        if not used_factor(request):
            return CONFIRM
    elif needs_factor(user) and not is_vouched(request, user):
        return SET_UP
    return CONDUCT if known.is_conduct_due else None


class Gate:
    """Ask before every view. The API is not opened by sessions and has its own way in."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Note what is outstanding, for the frame of the page too."""
        request.held = outstanding(request)  # type: ignore[attr-defined]
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Lead to what is to be done; what was typed is shown, so that it can be copied."""
        duty: Duty | None = request.held  # type: ignore[attr-defined]
        route = request.resolver_match.view_name if request.resolver_match else ""
        if duty is None or route in ALWAYS | duty.open or request.path.split("/")[1] == "api":
            return None
        where = reverse(duty.page)
        if request.method in ("GET", "HEAD"):
            return redirect_to_login(request.get_full_path(), where)
        words = [value for name, value in request.POST.items() if name not in SECRET and str(value).strip()]
        return render(request, "accounts/held.html", {"words": words, "where": where}, status=403)


gate = Gate
