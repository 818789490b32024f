"""What became of the risk of a case, and telling the person about medical help."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.identity import open_case
from cases.views.guards import keeps_words, refuse, typed
from cases.views.who import me
from foundation.core import policy
from foundation.core.errors import Absent, DomainError
from riskanalysis import actions, risk_page, risk_words
from riskanalysis.forms.deciding import HelpForm, OutcomeForm
from riskanalysis.models import ClinicalWindow
from riskanalysis.views.risk import shown
from riskanalysis.window import remaining


@keeps_words
def outcome(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What the assessments show, by component; written down with a word on why where it is not known (HS-19)."""
    case = open_case(request.user, pk)
    form = OutcomeForm(typed(request))
    if form.is_valid():
        try:
            actions.measure(case, form.cleaned_data["why"], by=me(request))
            messages.success(request, _("Written down."))
            return redirect("riskanalysis:outcome", pk)
        except DomainError as error:
            refuse(form, error)
    return shown(request, "outcome", case, form, **risk_page.outcome(case, me(request)))


@keeps_words
def tell_of_help(request: HttpRequest, pk: UUID, window: UUID) -> HttpResponse:
    """What to say to the person, how long it helps, and what came of it. Information, no consent is asked (W-15)."""
    case = open_case(request.user, pk)
    policy.require(request.user, "assess_risk", case)
    found = ClinicalWindow.objects.filter(case=case, pk=window).first()
    if found is None:
        raise Absent("record.absent", _("There is nothing at this address."))
    found.dossier = case.dossier
    form = HelpForm(typed(request))
    if form.is_valid():
        try:
            actions.tell_of_help(found, form.cleaned_data["answer"], by=me(request))
            return redirect("riskanalysis:risk", pk)
        except DomainError as error:
            refuse(form, error)
    hours = risk_words.hours(remaining(found.happened_at, timezone.now()))
    return shown(request, "help", case, form, hours=hours, is_said=found.answer in ("told", "declined"))
