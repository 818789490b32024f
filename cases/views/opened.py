"""Who opened this case: for everybody who can open it."""

from datetime import datetime
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cases import opened
from cases.identity import bar, clocks_of, open_case, zone_of
from cases.views.who import me
from foundation.audit import trail
from foundation.core.errors import Absent


@login_required
@require_safe
def who_opened(request: HttpRequest, pk: UUID) -> HttpResponse:
    """By day and person, newest first; ``before`` (a time) leads on. That it was looked at stands in the trail itself."""
    case = open_case(request.user, pk)
    until = _until(request)
    trail.record("case.openings_read", dossier=case.dossier_id, subject=case.pk)
    found = opened.of(case, until)
    context = {
        "case": case,
        "bar": bar(case, "case_opened", clocks=clocks_of(case)),
        "days": opened.days(found, me(request), zone_of(case)),
        "before": found[-1].at.isoformat() if len(found) == opened.MOST else "",
        "zone": case.unit,
    }
    return render(request, "cases/case_opened.html", context)


def _until(request: HttpRequest) -> datetime | None:
    if "before" not in request.GET:
        return None
    try:
        until = datetime.fromisoformat(request.GET["before"])
    except ValueError:
        raise Absent("record.absent", _("There is nothing at this address.")) from None
    return until if timezone.is_aware(until) else timezone.make_aware(until)
