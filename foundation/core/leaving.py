"""Leaving no trace: what a browser is told to forget when somebody signs out or leaves at once (safety.md §1)."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth.signals import user_logged_out
from django.core import checks
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse

_KEY = "amparo.forget"


@dataclass(frozen=True)
class Forgetting:
    """What the browser is told by ``Clear-Site-Data``, and whether each cookie is ended by name as well."""

    header: str
    ends_cookies: bool = True
    keeps_language: bool = False


LEFT = Forgetting('"cache", "cookies", "storage"')
# "cookies" would reach every site of the same registrable domain and forget the language: ours are ended one by one.
SIGNED_OUT = Forgetting('"cache", "storage"', keeps_language=True)
# The other tabs keep the cookie against forgeries, so that the words typed there can still be shown (cases.views.guards).
EXPIRED = Forgetting('"cache", "storage"', ends_cookies=False)


def forget(request: HttpRequest, what: Forgetting) -> None:
    """Let the answer to this request tell the browser to forget."""
    request.META[_KEY] = what


def tell(request: HttpRequest, response: HttpResponseBase) -> None:
    """Put what was to be forgotten into the answer."""
    what: Forgetting | None = request.META.get(_KEY)
    if what is None:
        return
    response["Clear-Site-Data"] = what.header
    kept = {settings.LANGUAGE_COOKIE_NAME} if what.keeps_language else set()
    for name in set(request.COOKIES) - kept if what.ends_cookies else ():
        response.delete_cookie(name, samesite="Lax")


def leave_at_once(request: HttpRequest) -> HttpResponse:
    """The browser forgets what it holds of us, and something harmless opens."""
    forget(request, LEFT)
    return HttpResponseRedirect(elsewhere())


def elsewhere() -> str:
    """Where "Leave this page" leads: the address of the setting, or an empty page of our own."""
    return settings.LEAVE_TO or reverse("core:left")


@checks.register()
def leads_elsewhere(**kwargs: Any) -> list[checks.CheckMessage]:
    """Refuse an address that could be read on the way, or that shows our own pages."""
    known = settings.LEAVE_TO
    if not known or (known.startswith("https://") and not known.startswith(settings.URL)):
        return []
    hint = "Give an https address outside this installation, or nothing for an empty page."
    return [checks.Error("AMPARO_LEAVE_TO leads nowhere safe.", hint=hint, id="core.E001")]


def _signed_out(sender: Any, request: HttpRequest, **kwargs: Any) -> None:
    forget(request, SIGNED_OUT)


def connect() -> None:
    """Whoever signs out, by whatever way, leaves nothing in the browser."""
    user_logged_out.connect(_signed_out, dispatch_uid="leaving")
