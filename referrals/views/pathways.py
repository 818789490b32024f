"""How the pathways work: what was missing, and how each service answers. Figures alone (R-53, W-02)."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from foundation.audit import trail
from referrals import standing
from referrals.views.register import require_keeper


@login_required
@require_safe
def pathways(request: HttpRequest) -> HttpResponse:
    """Gaps of the last twelve months; of each service what was sent, not answered, declined, and how fast it answers."""
    require_keeper(request)
    services, gaps = standing.performance(), standing.gaps()
    trail.record("partner.listed", count=len(services))
    return render(request, "referrals/pathways.html", {"services": services, "gaps": gaps})
