"""The risk of a case: its threats, how each changed, a new one, another look."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from cases.identity import bar, clocks_of, open_case
from cases.models import Case
from cases.views.guards import keeps_words, refuse, status_of, typed
from cases.views.who import me
from foundation.audit import trail
from foundation.core import policy
from foundation.core.errors import DomainError
from riskanalysis import actions, risk_page
from riskanalysis.forms.assessment import ThreatForm
from riskanalysis.models import SpecificThreat


def shown(request: HttpRequest, name: str, case: Case, form: Any = None, /, **more: Any) -> HttpResponse:
    """A page about the risk of a case; that the case was opened stands in the trail."""
    trail.record("case.read", dossier=case.dossier_id, subject=case.pk)
    context = {"case": case, "bar": bar(case, "case", clocks=clocks_of(case)), "form": form, **more}
    return render(request, f"riskanalysis/{name}.html", context, status=status_of(form) if form is not None else 200)


@login_required
@require_safe
def risk(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Each threat with its history; what is under way; medical help that is still in time."""
    case = open_case(request.user, pk)
    return shown(request, "risk", case, **risk_page.page(case, me(request)))


@keeps_words
def name_threat(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A specific threat, in codes alone; its first assessment follows."""
    case = open_case(request.user, pk)
    policy.require(request.user, "assess_risk", case)
    form = ThreatForm(typed(request))
    if form.is_valid():
        try:
            row = actions.name_threat(case, form.cleaned_data, by=me(request))
            return redirect("riskanalysis:assessment", row.pk)
        except DomainError as error:
            refuse(form, error)
    return shown(request, "threat", case, form)


@login_required
@require_POST
def assess(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Look at a threat again, or go on with what one began."""
    threat = policy.fetch(request.user, SpecificThreat, pk)
    return redirect("riskanalysis:assessment", actions.start_assessment(threat, by=me(request)).pk)
