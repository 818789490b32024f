"""The plan that was agreed with the person, and what colleagues advised."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cases import actions, plan_words
from cases.forms.closing import ConferenceForm, DropForm, NothingForm, StepForm
from cases.identity import bar, clocks_of, open_case, zone_of
from cases.models import PlanStep
from cases.views.closing import one_step
from cases.views.guards import keeps_words, page, refuse, typed
from cases.views.who import me
from foundation.audit import trail
from foundation.core import policy
from foundation.core.errors import Absent, DomainError


@keeps_words
def plan(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The steps that were agreed, and a new one."""
    case = open_case(request.user, pk)
    form = StepForm(typed(request))
    if form.is_valid():
        try:
            said = form.cleaned_data
            actions.add_step(case, said["what"], said["doer"], said["due_on"], said["kinds"], by=me(request))
            return redirect("cases:case_plan", pk)
        except DomainError as error:
            refuse(form, error)
    trail.record("case.read", dossier=case.dossier_id, subject=case.pk)
    plain = bar(case, "case", clocks=clocks_of(case))
    return page(request, "case_plan", form, case=case, bar=plain, **plan_words.page(case, request.user))


def _step(request: HttpRequest, pk: UUID) -> PlanStep:
    found: PlanStep | None = PlanStep.objects.visible_to(me(request)).select_related("case").filter(pk=pk).first()
    if found is None:
        raise Absent("record.absent", _("There is nothing at this address."))
    return found


@login_required
@require_POST
def step_done(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A step is done."""
    done = actions.end_step(_step(request, pk), "do", by=me(request))
    return redirect("cases:case_plan", done.case_id)


@keeps_words
def step_dropped(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A step is no longer wanted, and why."""
    found = _step(request, pk)
    case = open_case(request.user, found.case_id)
    policy.require(request.user, "plan", case)
    return one_step(
        request, case, DropForm(typed(request)), lambda c, said, by: actions.end_step(found, "drop", said["why"], by=by),
        heading=_("The step is no longer wanted"), submit=_("Take it off the plan"),
    )  # fmt: skip


@keeps_words
def nothing(request: HttpRequest, pk: UUID) -> HttpResponse:
    """No step is needed or wanted, and why (R-46)."""
    case = open_case(request.user, pk)
    policy.require(request.user, "plan", case)
    return one_step(
        request, case, NothingForm(typed(request)), lambda c, said, by: actions.plan_nothing(c, said["why"], by=by),
        heading=_("No step is agreed"), submit=_("Save"),
        lede=_("You looked at it with the person. That no step follows is an answer too, if it says why."),
    )  # fmt: skip


@login_required
@require_POST
def finished(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What was agreed is done; now it is only asked how it goes."""
    actions.finish_response(open_case(request.user, pk), by=me(request))
    return redirect("cases:case", pk)


@keeps_words
def conferences(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What colleagues advised, and a new record of it (R-22)."""
    case = open_case(request.user, pk)
    with timezone.override(zone_of(case)):
        form = ConferenceForm(typed(request))
        if form.is_valid():
            try:
                said: dict[str, Any] = dict(form.cleaned_data)
                actions.confer(case, said.pop("held_on"), said, by=me(request))
                return redirect("cases:conferences", pk)
            except DomainError as error:
                refuse(form, error)
        trail.record("case.read", dossier=case.dossier_id, subject=case.pk)
        plain = bar(case, "case", clocks=clocks_of(case))
        return page(request, "case_conferences", form, case=case, bar=plain, **plan_words.advice(case, request.user))
