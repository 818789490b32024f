"""What machines ask: ready or not, and the figures. A stranger learns one word; the rest is for the operator's token."""

import hmac

from django.conf import settings
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4

from foundation.upkeep import checks
from foundation.upkeep.metrics import text


def _is_operator(request: HttpRequest) -> bool:
    """Whether the request shows the token; without one in the settings nobody does."""
    wanted = settings.OPERATOR_TOKEN.encode()
    given = request.headers.get("Authorization", "").removeprefix("Bearer ").encode()
    return bool(wanted) and hmac.compare_digest(wanted, given)


@transaction.non_atomic_requests
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """200 when this process can work, if need be with less; 503 when it cannot. Part by part for operators."""
    found = checks.results()
    state = checks.worst(found)
    said: dict[str, object] = {"status": state}
    if _is_operator(request):
        said["parts"] = {result.name: result.state for result in found}
    return JsonResponse(said, status=503 if state is checks.State.BROKEN else 200)


@transaction.non_atomic_requests
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """The figures; for everybody without the token there is nothing at this address."""
    if not _is_operator(request):
        raise Http404
    return HttpResponse(text(), content_type=CONTENT_TYPE_PLAIN_0_0_4)
