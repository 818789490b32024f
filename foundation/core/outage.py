"""The database is away, or takes nothing more: what a person sees then, and that nothing they typed is lost.

Such a page may ask nothing of the database: no session, no user, no navigation. The language is the browser's cookie's.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from foundation.core.leaving import leave_at_once

CSRF = "csrfmiddlewaretoken"
SECRET = ("password", "secret", "token", "code", "otp", "credential")


@dataclass(frozen=True)
class Outage:
    """A stable ``code``, and after how many seconds to try again."""

    code: str
    seconds: int


AWAY = Outage("house.unavailable", 10)
FULL = Outage("house.full", 60)
# SQLSTATEs of PostgreSQL: disk full, read-only transaction.
FULL_STATES = {"53100", "25006"}


def of(error: BaseException | None) -> Outage | None:
    """Which outage an exception tells of, however deep; ``None`` if it is something else."""
    for link in _chain(error):
        if getattr(link, "sqlstate", None) in FULL_STATES:
            return FULL
    return AWAY if any(isinstance(link, OperationalError | InterfaceError) for link in _chain(error)) else None


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def answer(request: HttpRequest, outage: Outage) -> HttpResponse:
    """503 with ``Retry-After``. Who wants to leave, leaves: the quick exit needs no database."""
    if request.path == reverse("core:leave"):
        return leave_at_once(request)
    response = _problem(outage) if request.path.startswith("/api/") else _page(request, outage)
    response["Retry-After"] = str(outage.seconds)
    return response


def _problem(outage: Outage) -> HttpResponse:
    title = _("Nothing can be saved at the moment.") if outage is FULL else _("Not available at the moment.")
    data = {"type": f"/api/v1/problems#{outage.code}", "title": title, "status": 503, "code": outage.code}
    return JsonResponse(data, status=503, content_type="application/problem+json")


def _page(request: HttpRequest, outage: Outage) -> HttpResponse:
    kept = list(_kept(request))
    context = {
        "outage": outage,
        "was_sent": request.method == "POST",
        "kept": kept,
        "action": request.get_full_path(),
        "csrf_token": get_token(request) if kept else "",
    }
    return HttpResponse(render_to_string("503.html", context), status=503)


def _kept(request: HttpRequest) -> Iterator[dict[str, str | bool]]:
    """What was sent, field by field, to send it again; nothing of a form that held a secret."""
    names = [name for name in request.POST if name != CSRF] if request.method == "POST" else []
    if any(word in name for name in names for word in SECRET):
        return
    for name in names:
        for value in request.POST.getlist(name):
            is_text = not value.isascii() or any(sign.isspace() for sign in value)
            yield {"name": name, "value": value, "is_text": is_text}
