"""What is said of a case when there is time for it: its context, the rights at stake, how help is adapted."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from cases import adapting
from cases.actions import describing as actions
from cases.forms.describing import ContextForm, FunctioningForm
from cases.identity import bar, clocks_of, open_case
from cases.views.closing import one_step
from cases.views.guards import keeps_words, page, refuse, typed
from cases.views.who import me
from foundation.audit import trail
from foundation.core import policy
from foundation.core.errors import DomainError


@keeps_words
def context(request: HttpRequest, pk: UUID) -> HttpResponse:
    """In which context it arose, and which rights are at stake (R-03, R-10)."""
    case = open_case(request.user, pk)
    policy.require(request.user, "plan", case)
    return one_step(
        request, case, ContextForm(typed(request), initial=case.classification or {}),
        lambda c, said, by: actions.set_context(c, said["context"], said["rights"], by=by),
        heading=_("Context and rights"), submit=_("Save"), lede=_("All of it is optional. It changes no time limit."),
    )  # fmt: skip


@keeps_words
def functioning(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Six questions to the person, so that help can be adapted (R-06, W-20)."""
    case = open_case(request.user, pk)
    policy.require(request.user, "describe_person", case)
    known, is_hard = adapting.known(case), adapting.is_hard(case)
    form = FunctioningForm(typed(request), initial=known, is_hard=is_hard)
    if form.is_valid():
        try:
            actions.set_functioning(case, form.answers, form.cleaned_data.get("reason", ""), by=me(request))
            return redirect("cases:case_functioning", pk)
        except DomainError as error:
            refuse(form, error)
    trail.record("case.read", dossier=case.dossier_id, subject=case.pk)
    plain = bar(case, "case_person", clocks=clocks_of(case))
    said = {"is_child": adapting.is_child(case), "is_hard": is_hard, "suggested": adapting.suggested(known)}
    return page(request, "case_functioning", form, case=case, bar=plain, **said)
