"""Pages of what our own services give: the needs of a case, one step each, and what a unit declares that it can give."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cases.identity import bar, clocks_of, open_case, zone_of
from cases.models import Case
from cases.views.guards import keeps_words, status_of, typed
from cases.views.who import me
from foundation.audit import trail
from foundation.core import policy
from foundation.core.errors import DomainError
from referrals import actions, assisting, capacity
from referrals.assistance_terms import own_types
from referrals.forms import assistance as forms
from referrals.models import Assistance
from referrals.views.guards import refuse

FORMS: dict[str, Any] = {"give": forms.GiveForm, "answer": forms.AnswerForm, "not_give": forms.NotGiveForm}


def _shown(request: HttpRequest, case: Case, name: str, form: Any = None, **more: Any) -> HttpResponse:
    trail.record("case.read", dossier=case.dossier_id, subject=case.pk)
    context = {"case": case, "bar": bar(case, "case", clocks=clocks_of(case)), "form": form, **more}
    return render(request, f"referrals/{name}.html", context, status=status_of(form) if form is not None else 200)


@login_required
@require_safe
def needs(request: HttpRequest, case: UUID) -> HttpResponse:
    """What our services give in this case, and what came of it."""
    found = open_case(request.user, case)
    may = policy.allows(me(request), "assist", found)
    own = capacity.own_services(found.unit, found.concern.known.get("category", ""))
    return _shown(request, found, "assistance", needs=assisting.page(found, me(request)), may=may, own=_names(own))


@login_required
@require_safe
def of(request: HttpRequest, pk: UUID) -> HttpResponse:
    """From a line of a work list to the needs of its case."""
    row: Assistance = policy.fetch(request.user, Assistance, pk)
    return redirect("referrals:assistance", row.case_id)


def _names(codes: list[str]) -> list[str]:
    return [label for code, label in own_types() if code in codes]


@keeps_words
def assist(request: HttpRequest, case: UUID) -> HttpResponse:
    """Plan what one of our services gives. ``?type=mhpss`` proposes a service; ``?after=`` what was not enough."""
    found = open_case(request.user, case)
    policy.require(request.user, "assist", found)
    own = capacity.own_services(found.unit, found.concern.known.get("category", ""))
    initial = {"service_type": request.GET.get("type", ""), "giver": str(me(request).pk)}
    form = forms.PlanForm(found, own, typed(request), initial=initial)
    if form.is_valid():
        data = form.cleaned_data
        before = _before(found, request.GET.get("after", ""))
        need = actions.Need(data["service_type"], data["within"], data["need"], form.givers[data["giver"]], before)
        try:
            actions.plan_assistance(found, need, by=me(request))
            return redirect("referrals:assistance", case)
        except DomainError as error:
            refuse(form, error)
    return _shown(request, found, "assistance_form", form, title=_("What does the person need?"), submit=_("Plan it"))


def _before(case: Case, pk: str) -> Assistance | None:
    return next((row for row in assisting.rows_of(case) if str(row.pk) == pk), None)


@keeps_words
def step(request: HttpRequest, pk: UUID, verb: str) -> HttpResponse:
    """One step of a need: given, not given, or what came of it."""
    row: Assistance = policy.fetch(request.user, Assistance, pk)
    case = open_case(request.user, row.case_id)
    policy.require(request.user, "assist", case)
    row.dossier, row.case = case.dossier, case
    with timezone.override(zone_of(case)):
        form = FORMS[verb](typed(request))
        if form.is_valid():
            try:
                _carry_out(row, verb, form.cleaned_data, request)
                return redirect("referrals:assistance", case.pk)
            except DomainError as error:
                refuse(form, error)
        words = {"title": _title(verb), "submit": _("Save"), "over": assisting.label_of(row)}
        return _shown(request, case, "assistance_form", form, **words)


def _title(verb: str) -> str:
    return {"give": _("What was given?"), "answer": _("What came of it?"), "not_give": _("Why is it not given?")}[verb]


def _carry_out(row: Assistance, verb: str, data: dict[str, Any], request: HttpRequest) -> None:
    by = me(request)
    if verb == "give":
        actions.give_assistance(row, data["given_at"], data["words"], by=by)
    elif verb == "answer":
        actions.answer_assistance(row, data["outcome"], data["said"], by=by)
    else:
        actions.not_give_assistance(row, data["why_not"], by=by)
