"""Around every request: what it opens of the vault is counted, and whoever reads far too much is asked why."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from foundation.core.middleware import Handler
from foundation.vault.meter import metered
from foundation.watch import vault
from foundation.watch.gate import ReasonNeeded, reading


class Watched:
    """Stands next to the view, inside the transaction's actor; the partner API's caller is known by then."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Count, once per request."""
        person = getattr(request, "partner_user", None) or request.user
        with metered() as count, reading(person):
            response = self.get_response(request)
        if count[0] and person.is_authenticated:
            vault.add(person, count[0])
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Lead to the one question, and from there back; a form that was sent is refused in words instead."""
        if isinstance(exception, ReasonNeeded) and request.method in ("GET", "HEAD"):
            return redirect(f"{reverse('watch:why')}?{urlencode({'next': request.path})}")
        return None


watched = Watched
