"""The steps of a pathway that is being written: a new one, another in its place, none."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cases.views.guards import status_of, typed
from cases.views.who import me
from foundation.core.errors import Absent, DomainError
from referrals import pathways
from referrals.actions import pathways as actions
from referrals.forms.pathway import StepForm, StepKindForm, key_of
from referrals.models import Pathway, PathwayStep
from referrals.views.guards import refuse
from referrals.views.ways import back, fetch
from referrals.vocabulary import ServiceType


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, pathway: UUID, position: int = 0) -> HttpResponse:
    """A step: first which kind of help and which services fit, then whom to ask."""
    actor = me(request)
    found = fetch(actor, pathway, "write")
    former = _former(found, position)
    kind = request.GET.get("kind", former.service_type if former else "")
    if kind not in ServiceType.values:
        return _page(request, found, StepKindForm(request.GET or None), None)
    form = _form(request, found, former, kind)
    if form.is_bound and form.is_valid():
        try:
            actions.put_step(found, _said(form, kind), by=actor, at=form.cleaned_data["at"], instead_of=position)
            return redirect("referrals:way", found.pk)
        except DomainError as error:
            refuse(form, error)
    return _page(request, found, StepKindForm({"kind": kind, "q": request.GET.get("q", "")}), form)


def _former(found: Pathway, position: int) -> PathwayStep | None:
    if not position:
        return None
    row = found.steps.select_related(*pathways.RELATED).filter(position=position).first()
    if row is None:
        raise Absent("record.absent", _("There is nothing at this address."))
    return row


def _form(request: HttpRequest, found: Pathway, former: PathwayStep | None, kind: str) -> StepForm:
    n = found.steps.count() + (former is None)
    known: dict[str, Any] = {"at": n}
    if former is not None:
        known = {
            "within": former.within, "first": key_of(former.first_id), "otherwise": key_of(former.otherwise_id),
            "note": former.note, "at": former.position,
        }  # fmt: skip
    named = former.services if former else []
    return StepForm(kind, request.GET.get("q", ""), named, n, typed(request), initial=known)


def _said(form: StepForm, kind: str) -> actions.Step:
    data = form.cleaned_data
    return actions.Step(kind, data["within"], form.service("first"), form.service("otherwise"), data["note"])


def _page(request: HttpRequest, found: Pathway, narrow: StepKindForm, form: StepForm | None) -> HttpResponse:
    context = {"narrow": narrow, "form": form, "back": back(found), "over": pathways.name(found)}
    return render(request, "referrals/way_step.html", context, status=status_of(form) if form else 200)


@login_required
@require_POST
def take_out(request: HttpRequest, pathway: UUID, position: int) -> HttpResponse:
    """Take a step out."""
    actor = me(request)
    found = fetch(actor, pathway, "write")
    actions.take_out(found, position, by=actor)
    return redirect("referrals:way", found.pk)
