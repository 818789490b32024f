"""Who acts, what may be kept by a browser, and how a refusal of the domain becomes a page."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.shortcuts import render

from foundation.core import leaving
from foundation.core.acting import acting
from foundation.core.errors import DomainError

Handler = Callable[[HttpRequest], HttpResponseBase]


def headers(get_response: Handler) -> Handler:
    """Nothing but the interface's own files may be kept by a browser or a proxy."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        response["Cross-Origin-Resource-Policy"] = "same-origin"
        response["X-DNS-Prefetch-Control"] = "off"
        if not request.path.startswith("/static/"):
            response["Cache-Control"] = "no-store"
            response["X-Robots-Tag"] = "noindex, nofollow"
        leaving.tell(request, response)
        return response

    return middleware


class CompressPages(GZipMiddleware):
    """Compress pages, never downloads: a stream compressed on its way has no length, and broken off it would look whole."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Compress what the browser takes compressed, unless it is handed over as a file."""
        if response.get("Content-Disposition", "").startswith("attachment"):
            return response
        compressed: HttpResponseBase = super().process_response(request, response)
        return compressed


def nothing_in_advance(get_response: Handler) -> Handler:
    """Refuse what a browser fetches because it guesses that somebody may want it: nothing is read, ended or recorded.

    It asks again when somebody really opens the page.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        said = request.headers.get("Sec-Purpose", request.headers.get("Purpose", ""))
        return HttpResponse(status=503) if "prefetch" in said else get_response(request)

    return middleware


class ActAsUser:
    """Run the view as the signed-in user, and answer the domain's refusals with a page.

    The response for ``Absent`` is the same for a hidden record, an unknown one and an unknown address.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Everything below, templates included, runs as the user."""
        with acting(request.user.pk if request.user.is_authenticated else None):
            return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Called after the transaction was rolled back."""
        if not isinstance(exception, DomainError):
            return None
        if exception.status == 404:
            return render(request, "404.html", status=404)
        return render(request, "refused.html", {"error": exception}, status=exception.status)


act_as_user = ActAsUser
