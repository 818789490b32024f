"""Denials are events too."""

from django.db import transaction
from django.http import HttpRequest, HttpResponseBase

from foundation.audit import trail
from foundation.core.acting import acting
from foundation.core.middleware import Handler
from foundation.core.policy import DENIED


def denials(get_response: Handler) -> Handler:
    """Record what was refused, in a transaction of its own: the view's was rolled back with the refusal."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        token = DENIED.set(None)
        try:
            response = get_response(request)
            denied = DENIED.get()
        finally:
            DENIED.reset(token)
        if denied and response.status_code in (403, 404):
            actor = getattr(request, "partner_user", request.user)
            with acting(actor.pk), transaction.atomic():
                trail.record("access.denied", what=denied[0], ref=denied[1][:64])
        return response

    return middleware


trail.names("access.denied")
