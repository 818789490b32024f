"""Being asked again before a sensitive step.

A view asks for it with ``asked_again``; allauth's own views ask through the adapter. Who comes by a link is led to the page
``accounts:again`` and back. Who sends a form is asked on the answer to that very form: what was typed travels with the
confirmation, through the browser, and is neither lost nor kept anywhere (allauth's own way would write it into the
session table, in the clear).
"""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.core.exceptions import ReauthenticationRequired
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from foundation.accounts.backend import facts
from foundation.accounts.directory import provider
from foundation.accounts.gate import SECRET, is_strong, needs_factor, records
from foundation.accounts.models import DirectoryLink, User
from foundation.core.middleware import Handler

View = Callable[..., HttpResponse]


def asked_again(view: View) -> View:
    """A view before which people confirm that it is them, unless they did within the last minutes (safety.md §1)."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not is_fresh(request):
            raise ReauthenticationRequired
        return view(request, *args, **kwargs)

    return guarded


def is_fresh(request: HttpRequest) -> bool:
    """Whether the person signed in or confirmed within the last five minutes (``ACCOUNT_REAUTHENTICATION_TIMEOUT``).

    Who has an app or a key must have used it; a password alone counts only for who has nothing else, and a directory's
    word alone only where no second step is needed.
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
    return [record for record in records(request) if is_strong(record) or _is_enough(user, record)]


def _age(shown: list[dict[str, Any]]) -> float:
    return time.time() - max((float(record["at"]) for record in shown), default=float("-inf"))


def _is_enough(user: User, record: dict[str, Any]) -> bool:
    if facts(user).has_factor:
        return False
    return record.get("method") != "directory" or not needs_factor(user)


def page(request: HttpRequest, form: Any, status: int, following: str = "") -> HttpResponse:
    """Ask who it is. What came with the request goes back with the page, for the second time it is sent."""
    from foundation.accounts.forms import again

    left = {*SECRET, *again.NAMES, *(["next"] if following else [])} - {"code"}  # a case's code is typed on other forms
    kept = [(name, value) for name, values in request.POST.lists() if name not in left for value in values]
    context = {
        "form": form, "kept": kept, "next": following, "has_files": bool(request.FILES),
        "by_directory": provider.is_on() and DirectoryLink.objects.filter(user=form.user).exists(),
        "js_data": again.question(form.user) if form.has_key else None,
    }  # fmt: skip
    return render(request, "accounts/again.html", context, status=status)


class StepUp:
    """Take the confirmation that comes with a form, and ask for one where a view needs it."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Nothing of its own."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """A form that brings a code, a key's answer or a password along: check it, and let the view have the rest."""
        from foundation.accounts.forms import again

        user: Any = request.user
        route = request.resolver_match.view_name if request.resolver_match else ""
        if request.method != "POST" or not user.is_authenticated or route == "accounts:again":
            return None
        if not any(name in request.POST for name in again.NAMES):
            return None
        form = again.Again(request.POST, user=user)
        if not form.is_valid():
            return page(request, form, 422)
        form.confirm(request)
        rest = request.POST.copy()
        for name in again.NAMES:
            rest.pop(name, None)
        request.POST = rest  # type: ignore[assignment]
        return None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Called after the view's transaction was rolled back: nothing was done yet."""
        from foundation.accounts.forms import again

        if not isinstance(exception, ReauthenticationRequired):
            return None
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if request.method in ("GET", "HEAD"):
            return redirect_to_login(request.get_full_path(), reverse("accounts:again"))
        user: Any = request.user
        return page(request, again.Again(user=user), 403)


step_up = StepUp
