"""One assessment: its questions, what they suggest, what people decide."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cases.views.guards import keeps_words, refuse, typed
from cases.views.who import me
from foundation.core import policy
from foundation.core.errors import Absent, DomainError
from riskanalysis import actions, assessment_page
from riskanalysis.forms.assessment import FORMS
from riskanalysis.forms.deciding import DecideForm, SignForm
from riskanalysis.models import RiskAssessment
from riskanalysis.questions import questions_of
from riskanalysis.risks import State
from riskanalysis.suggesting import suggest
from riskanalysis.views.risk import shown

RELATED = (
    "author", "second", "threat", "dossier", "case__unit", "case__concern", "case__person", "case__owner",
)  # fmt: skip


def fetch(request: HttpRequest, pk: UUID) -> RiskAssessment:
    """An assessment with its case and what its pages need; the folder's key is unwrapped once."""
    row: RiskAssessment = policy.fetch(request.user, RiskAssessment, pk, related=RELATED)
    case = row.case
    case.dossier = case.concern.dossier = case.person.dossier = row.threat.dossier = row.dossier
    return row


@keeps_words
def assessment(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The questions; when all are answered the suggestion with its arithmetic, and what its author makes of it."""
    row = fetch(request, pk)
    if not policy.allows(request.user, "describe", row) or assessment_page.first_open(row):
        return _read(request, row)
    form = DecideForm(suggest(row), typed(request), known=dict(row.reasons or {}))
    if form.is_valid():
        try:
            return _decided(request, actions.decide(row, form.choice, by=me(request)))
        except DomainError as error:
            refuse(form, error)
    return shown(request, "decide", row.case, form, **assessment_page.deciding(row, suggest(row)))


def _decided(request: HttpRequest, row: RiskAssessment) -> HttpResponse:
    if row.status == State.PROPOSED:
        messages.success(request, _("A second person is asked. Until they agree, nothing changes."))
    else:
        messages.success(request, _("Confirmed. It stays as it is; look at the risk again when it is due."))
    return redirect("riskanalysis:risk", row.case_id)


def _read(request: HttpRequest, row: RiskAssessment) -> HttpResponse:
    if row.status == State.DRAFT:
        return shown(request, "questions", row.case, **assessment_page.tasks(row, me(request)))
    return shown(request, "assessment", row.case, **assessment_page.decided(row, me(request)))


@keeps_words
def question(request: HttpRequest, pk: UUID, question: str) -> HttpResponse:
    """One question; the next that has no answer yet follows."""
    row = fetch(request, pk)
    if question not in questions_of(row.number):
        raise Absent("record.absent", _("There is nothing at this address."))
    policy.require(request.user, "describe", row)
    form = FORMS[question](typed(request), known=row.known.get(question))
    if form.is_valid():
        try:
            return _next(actions.answer(row, question, form.cleaned_data, by=me(request)))
        except DomainError as error:
            refuse(form, error)
    return shown(request, "question", row.case, form, **assessment_page.question(row, question))


def _next(row: RiskAssessment) -> HttpResponse:
    missing = assessment_page.first_open(row)
    if missing:
        return redirect("riskanalysis:question", row.pk, missing)
    return redirect("riskanalysis:assessment", row.pk)


@keeps_words
def sign(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The second person reads it all, and agrees that a high risk is rated lower, or gives it back (HS-20)."""
    row = fetch(request, pk)
    policy.require(request.user, "sign", row)
    form = SignForm(typed(request))
    if form.is_valid():
        try:
            return _signed(request, row, form)
        except DomainError as error:
            refuse(form, error)
    return shown(request, "sign", row.case, form, **assessment_page.decided(row, me(request)))


def _signed(request: HttpRequest, row: RiskAssessment, form: SignForm) -> HttpResponse:
    if form.cleaned_data["answer"] == "yes":
        actions.agree(row, by=me(request))
        messages.success(request, _("Confirmed by two people."))
    else:
        actions.disagree(row, form.cleaned_data["why"], by=me(request))
        messages.success(request, _("Given back. The one who asked is told why."))
    return redirect("riskanalysis:risk", row.case_id)


@login_required
@require_POST
def discard(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Throw a draft away."""
    row = fetch(request, pk)
    actions.discard_assessment(row, by=me(request))
    messages.success(request, _("The draft was thrown away."))
    return redirect("riskanalysis:risk", row.case_id)
