"""Reports for managers and data-protection officers. Figures only: no record is behind them, nothing is exported (HS-21)."""

import json
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cases.views.who import me
from foundation.audit import trail
from foundation.core import policy
from foundation.core.errors import Forbidden
from riskanalysis import words
from riskanalysis.models import Release
from riskanalysis.policy import reads
from riskanalysis.sealing import Sealer

PAGE = 40


@login_required
@require_safe
def reports(request: HttpRequest) -> HttpResponse:
    """The reports that this seat may read, newest first."""
    if not reads(request.user):
        raise Forbidden("actor.not_allowed", _("Your seat does not allow this."))
    rows = Release.objects.visible_to(me(request)).select_related("unit").order_by("-quarter", "unit__name")[:PAGE]
    found = list(rows)
    trail.record("report.listed", ids=[release.pk for release in found])
    lines = [words.line(release, request.user) for release in found]
    return render(request, "riskanalysis/reports.html", {"lines": lines})


@login_required
@require_safe
def report(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One frozen report. Who reads it stands in the trail."""
    found: Release = policy.fetch(request.user, Release, pk, related=("unit",))
    content: dict[str, Any] = json.loads(Sealer.of(found.unit.organisation_id).open(found.pk, bytes(found.content)))
    trail.record("report.read", subject=found.pk)
    return render(request, "riskanalysis/report.html", words.page(found, content, request.user))
