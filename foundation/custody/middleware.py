"""What a reader sees of a record that cannot be opened, and of an installation whose keys are wrong."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from foundation.core.codes import new_code
from foundation.core.errors import Unreadable
from foundation.core.legible import NOTED
from foundation.core.middleware import Handler
from foundation.custody import start, unreadable

ALWAYS = ("/healthz", "/readyz", "/metrics")
"""What says whether keys and all else are in order is answered without them."""
KEPT = 20
"""From so many characters on, what was typed is shown again, for the person to keep."""


class Unreadables:
    """Answers ``Unreadable`` with a page that says whom to tell, and reports what lists could not show.

    Stands innermost: the view's transaction was rolled back, and the person still acts.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Serve nobody before the keys were found to be the right ones."""
        if not start.is_checked() and request.path not in ALWAYS and start.check():
            return _answer(request, new_code((3, 3)))
        token = NOTED.set([])
        try:
            response = self.get_response(request)
            noted = NOTED.get()
        finally:
            NOTED.reset(token)
        if noted:
            unreadable.report(noted)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Called after the transaction was rolled back: nothing was changed."""
        if not isinstance(exception, Unreadable):
            return None
        return _answer(request, unreadable.report([exception]))


def _answer(request: HttpRequest, reference: str) -> HttpResponse:
    if request.path.startswith("/api/"):
        title, code = _("This record cannot be opened now."), "house.unreadable"
        data = {"type": f"/api/v1/problems#{code}", "title": title, "status": 503, "code": code, "reference": reference}
        return JsonResponse(data, status=503, content_type="application/problem+json")
    context = {"reference": reference, "officers": unreadable.officers(), "typed": _typed(request)}
    return render(request, "unreadable.html", context, status=503)


def _typed(request: HttpRequest) -> list[str]:
    """What the person wrote and would lose: shown to them alone, stored nowhere."""
    given = [value for name, values in request.POST.lists() if name != "csrfmiddlewaretoken" for value in values]
    return [str(value) for value in given if len(str(value)) >= KEPT]
