"""Counting requests: route, method and kind of answer. Addresses, people and what was sent are not looked at."""

import time

from django.http import HttpRequest, HttpResponseBase

from foundation.core.middleware import Handler
from foundation.upkeep import metrics


def measured(get_response: Handler) -> Handler:
    """The outermost layer, so that what every other one costs is in the figure."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        began = time.perf_counter()
        response = get_response(request)
        metrics.observe(request, response.status_code, time.perf_counter() - began)
        return response

    return middleware
