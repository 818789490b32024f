"""Short sessions on shared devices."""

import time
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth import logout
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from foundation.audit import trail
from foundation.core import leaving
from foundation.core.middleware import Handler


def session_limits(get_response: Handler) -> Handler:
    """End a session that was idle or old for too long (15 min and 8 h unless set otherwise).

    What remains is shown in the local time of the person's unit.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if request.user.is_authenticated:
            _check(request)
        with timezone.override(_zone(request)):
            return get_response(request)

    return middleware


def _zone(request: HttpRequest) -> ZoneInfo | None:
    seats = request.user.seats if request.user.is_authenticated else []
    return ZoneInfo(seats[0].unit.time_zone) if seats else None


def _check(request: HttpRequest) -> None:
    now = int(time.time())
    began = request.session.setdefault("began", now)
    last = request.session.get("last", now)
    if now - last > settings.SESSION_IDLE.total_seconds() or now - began > settings.SESSION_ABSOLUTE.total_seconds():
        pk = request.user.pk
        logout(request)
        leaving.forget(request, leaving.EXPIRED)
        with transaction.atomic():
            trail.record("session.expired", user=pk)
    elif now - last >= 30 or "last" not in request.session:
        request.session["last"] = now
