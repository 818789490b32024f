"""What was passed on about the person, and what came of what they took back: to read aloud, or to hand over if safe."""

from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.views.decorators.http import require_http_methods

from cases.identity import open_case, zone_of
from cases.models import Case
from cases.views.guards import status_of, typed
from cases.views.who import me
from foundation.audit import trail
from foundation.core.errors import DomainError
from referrals import actions, telling
from referrals.forms.results import ResultForm
from referrals.forms.telling import TellForm
from referrals.results import results
from referrals.views.guards import refuse


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def told(request: HttpRequest, case: UUID) -> HttpResponse:
    """The history of disclosures. Posting ``language``, ``way`` (and for paper ``reason``) shows the person's own sheet."""
    found = open_case(request.user, case)
    initial = {"language": telling.language_of(found, [code for code, _name in settings.LANGUAGES])}
    form = TellForm(typed(request), initial=initial)
    if form.is_bound and form.is_valid():
        actions.tell(found, by=me(request), **form.cleaned_data)
        with translation.override(form.cleaned_data["language"]):
            return render(request, "referrals/told_sheet.html", {"case": found, "rows": _rows(found)})
    trail.record("case.read", dossier=found.dossier_id, subject=found.pk)
    context = {"case": found, "rows": _rows(found), "form": form}
    return render(request, "referrals/told.html", context, status=status_of(form))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def withdrawals(request: HttpRequest, case: UUID) -> HttpResponse:
    """What the person took back and what each recipient answered; posting ``told`` records that the person knows."""
    found = open_case(request.user, case)
    form = ResultForm(typed(request))
    if form.is_bound and form.is_valid():
        try:
            actions.tell_result(found, form.cleaned_data["told"], by=me(request))
            return redirect("referrals:withdrawals", case)
        except DomainError as error:
            refuse(form, error)
    trail.record("case.read", dossier=found.dossier_id, subject=found.pk)
    context = {"case": found, "form": form, **results(found, me(request), zone_of(found))}
    return render(request, "referrals/withdrawals.html", context, status=status_of(form))


def _rows(case: Case) -> list[dict[str, object]]:
    return telling.told(case, zone_of(case))
