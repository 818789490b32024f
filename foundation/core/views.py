"""Pages that belong to no domain: leaving at once, help, how information is protected, and what went wrong."""

import sys
from datetime import timedelta

from django.conf import settings
from django.contrib.auth import logout
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from foundation.core import outage
from foundation.core.leaving import leave_at_once


@require_safe
def leave(request: HttpRequest) -> HttpResponse:
    """Quick exit: the session ends, the browser forgets what it holds of us, and something harmless opens.

    Safe as GET, because all it can do is to sign its own user out; a page that is only fetched in advance never gets
    here (see ``middleware.nothing_in_advance``).
    """
    logout(request)
    return leave_at_once(request)


@require_safe
def left(request: HttpRequest) -> HttpResponse:
    """An empty page without a name, for installations that lead nowhere else."""
    return render(request, "core/left.html")


@require_safe
def leaving(request: HttpRequest) -> HttpResponse:
    """What leaving quickly does, and what it cannot do."""
    return render(request, "core/leaving.html")


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """How the pages work, and how to leave them quickly. Opening it counts as activity of the session."""
    return render(request, "core/help.html")


@require_safe
def protect(request: HttpRequest) -> HttpResponse:
    """How information is protected, in plain words, for everybody."""
    return render(request, "core/protect.html", {"contact": settings.SECURITY_CONTACT.removeprefix("mailto:")})


@transaction.non_atomic_requests
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """200 while this process answers at all; asks nobody. Whether it can work is said by ``readyz``."""
    return JsonResponse({"status": "ok"})


@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """Where somebody who found a weakness writes to (RFC 9116); nothing until the installation names an address."""
    if not settings.SECURITY_CONTACT:
        raise Http404
    expires = (timezone.now() + timedelta(days=90)).replace(hour=0, minute=0, second=0, microsecond=0)
    lines = [
        f"Contact: {settings.SECURITY_CONTACT}",
        f"Expires: {expires.strftime('%Y-%m-%dT%H:%M:%SZ')}",
        f"Preferred-Languages: {', '.join(code for code, _name in settings.LANGUAGES)}",
        f"Canonical: {settings.URL.rstrip('/')}{reverse('core:security')}",
    ]
    return HttpResponse("\n".join([*lines, ""]), content_type="text/plain; charset=utf-8")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The one 404: the same bytes for what is hidden, unknown, or never was an address."""
    return render(request, "404.html", status=404)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """A 400 for what Django itself refuses; a problem document for the API.

    Trap: Django also calls a session that could not be saved a bad request, and that may be the database's outage.
    """
    if trouble := outage.of(exception):
        return outage.answer(request, trouble)
    if request.path.startswith("/api/"):
        title = _("The request could not be understood.")
        data = {"type": "about:blank", "title": title, "status": 400, "code": "sender.malformed"}
        return JsonResponse(data, status=400, content_type="application/problem+json")
    return render(request, "400.html", status=400)


def broken(request: HttpRequest) -> HttpResponse:
    """A 500 without anything of the request, or a 503 that keeps what was typed when the database is away or full."""
    if trouble := outage.of(sys.exception()):
        return outage.answer(request, trouble)
    if request.path.startswith("/api/"):
        data = {"type": "about:blank", "title": "Internal error", "status": 500, "code": "house.broken"}
        return JsonResponse(data, status=500, content_type="application/problem+json")
    return render(request, "500.html", status=500)
