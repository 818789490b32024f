"""Denials are events too."""

import re
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponseBase

from foundation.audit import trail
from foundation.core.acting import acting
from foundation.core.middleware import Handler
from foundation.core.policy import DENIED

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9]{1,20}")


def denials(get_response: Handler) -> Handler:
    """Record what was refused, in a transaction of its own: the view's was rolled back with the refusal."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        token = DENIED.set(None)
        try:
            response = get_response(request)
            actor = getattr(request, "partner_user", request.user)
            denied = DENIED.get() or _by_address(request, actor)
        finally:
            DENIED.reset(token)
        if denied and actor and response.status_code in (403, 404):
            with acting(actor.pk), transaction.atomic():
                trail.record("access.denied", what=denied[0], ref=_named(denied[1]))
        return response

    return middleware


def _by_address(request: HttpRequest, actor: Any) -> tuple[str, str] | None:
    """What was asked for, where the refusal itself does not say it: the address and the record it names."""
    found = request.resolver_match
    values = [str(value) for value in found.kwargs.values()] if found else []
    return (found.view_name, values[0]) if found and values and actor and actor.is_authenticated else None


def _named(ref: str) -> str:
    """An id, as it was asked for; what is none was typed by somebody, and does not get into the trail."""
    return ref if _ID.fullmatch(ref) else "…"


trail.names("access.denied")
